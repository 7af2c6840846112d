/**
 * Deploys into a sandbox, and runs what was deployed as AWS would run it: functions by their queues, schedules and
 * routes, HTTP APIs on a port of their own, and alarms over all of it.
 */

import type { Accounts } from './account.ts';
import { type Cloudwatch, createCloudwatch } from './cloudwatch/cloudwatch.ts';
import type { AdminRoute } from './core/admin-routes.ts';
import { startHttpApiFront } from './http-api/http-api-front.ts';
import { type LambdaRuntime, lambdaRuntime } from './lambda/lambda-runtime.ts';
import { HUB_ACCOUNT } from './world/roles.ts';

export interface RunOptions {
  /**
   * Makes the stacks. Each API of AWS has an address of its own, which is known when the API is made; here all are at
   * one, so that it is known before.
   */
  readonly deploy: (consoleUrl: string) => Promise<unknown>;
  /** Of the HTTP APIs, on 127.0.0.1. Default: any free one. */
  readonly port?: number;
  /** What goes wrong beside the functions. */
  readonly onError?: (error: unknown) => void;
}

export interface Running {
  /** Of the HTTP APIs. */
  readonly url: string;
  readonly lambda: LambdaRuntime;
  readonly cloudwatch: Cloudwatch;
  close(): Promise<void>;
}

export const runDeployed = async (
  sandbox: Accounts,
  { deploy, port = 0, onError = () => undefined }: RunOptions,
): Promise<Running> => {
  const { world, clock, sns, identity } = sandbox;
  let lambda: LambdaRuntime | undefined;
  const front = await startHttpApiFront({
    world,
    runtime: {
      invoke: async (record, event) => (await lambda?.invoke(record, event)) ?? { kind: 'throttled' },
    },
    issuer: identity.issuer,
    clock,
    hubAccount: HUB_ACCOUNT,
    port,
  });
  try {
    await deploy(front.url);
    const cloudwatch = createCloudwatch({ world, nowMs: clock.nowMs, sns });
    const running = lambdaRuntime({ sandbox, onError, onInvoked: cloudwatch.invoked });
    lambda = running;
    cloudwatch.readLogs(running.logs);
    sandbox.attach(cloudwatch.service, [...cloudwatch.routes, logsRoute(running)]);
    return {
      url: front.url,
      lambda: running,
      cloudwatch,
      close: async () => {
        await front.close();
        await running.close();
      },
    };
  } catch (error) {
    await front.close();
    throw error;
  }
};

const logsRoute = ({ logs }: LambdaRuntime): AdminRoute => ({
  method: 'GET',
  path: 'logs',
  answer: ({ query }) => ({ lines: logs.lines(query.get('function') ?? undefined) }),
});
