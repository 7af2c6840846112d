/**
 * Runs what was deployed into a sandbox as AWS would run it: functions by their queues, schedules and routes,
 * HTTP APIs on a port of their own, and alarms over all of it. To be called after the stacks are there.
 */

import { type Cloudwatch, createCloudwatch } from './cloudwatch/cloudwatch.ts';
import type { AdminRoute } from './core/admin-routes.ts';
import { AdminProblem } from './core/admin-routes.ts';
import { startHttpApiFront } from './http-api/http-api-front.ts';
import { createTokenIssuer, type TokenIssuer } from './http-api/token-issuer.ts';
import { type LambdaRuntime, lambdaRuntime } from './lambda/lambda-runtime.ts';
import type { Sandbox } from './sandbox.ts';
import { HUB_ACCOUNT } from './world/roles.ts';

export interface RunOptions {
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
  readonly issuer: TokenIssuer;
  close(): Promise<void>;
}

export const runDeployed = async (
  sandbox: Sandbox,
  { port = 0, onError = () => undefined }: RunOptions = {},
): Promise<Running> => {
  const { world, clock, sns } = sandbox;
  const issuer = createTokenIssuer();
  const cloudwatch = createCloudwatch({ world, nowMs: clock.nowMs, sns });
  const lambda = lambdaRuntime({ sandbox, onError, onInvoked: cloudwatch.invoked });
  cloudwatch.readLogs(lambda.logs);
  sandbox.attach(cloudwatch.service, [
    ...cloudwatch.routes,
    ...runningRoutes({ lambda, issuer, nowMs: clock.nowMs }),
  ]);
  try {
    const front = await startHttpApiFront({
      world,
      runtime: lambda,
      issuer,
      clock,
      hubAccount: HUB_ACCOUNT,
      port,
    });
    return {
      url: front.url,
      lambda,
      cloudwatch,
      issuer,
      close: async () => {
        await front.close();
        await lambda.close();
      },
    };
  } catch (error) {
    await lambda.close();
    throw error;
  }
};

interface RunningRoutesDeps {
  readonly lambda: LambdaRuntime;
  readonly issuer: TokenIssuer;
  readonly nowMs: () => number;
}

const runningRoutes = ({ lambda, issuer, nowMs }: RunningRoutesDeps): readonly AdminRoute[] => [
  {
    method: 'GET',
    path: 'logs',
    answer: ({ query }) => ({ lines: lambda.logs.lines(query.get('function') ?? undefined) }),
  },
  {
    method: 'POST',
    path: 'tokens',
    answer: ({ body }) => {
      const { sub, ...claims } = (body ?? {}) as Record<string, unknown>;
      if (typeof sub !== 'string' || sub === '')
        throw new AdminProblem('Give the claims of the token as JSON, at least {"sub": "who"}.');
      return { token: issuer.issue({ sub, ...claims }, nowMs()) };
    },
  },
];
