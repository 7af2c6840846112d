/**
 * selfheal on this machine as it is deployed: packaged by osls, its stacks made in the sandbox from the templates,
 * the functions' zips run by them under their own roles. Nothing here knows what the functions do: what happens is
 * heard from selfheal's own bus, as anybody could hear it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CaseChanged } from '../../domain/case-changed.ts';
import { instant } from '../../domain/time.ts';
import { packageHub } from '../../infra/build/package-hub.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createDocuments } from '../../infra/dynamodb/documents.ts';
import { loadPolicy } from '../../infra/policy-file.ts';
import { startAccounts } from '../../sandbox/account.ts';
import { lanesOf } from '../../sandbox/account-routes.ts';
import { deployPackaged } from '../../sandbox/deploy-packaged.ts';
import { clientSettings, HUB_REGION, TABLE_NAME } from '../../sandbox/deployment.ts';
import { pace } from '../../sandbox/pace.ts';
import { runDeployed } from '../../sandbox/run-deployed.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import type { WatchedService } from '../live-view.ts';
import { hearCaseChanges } from './hear-case-changes.ts';
import { localLog } from './local-log.ts';
import { localUser, tokenSeconds } from './local-user.ts';
import type { ServiceOptions } from './start-service.ts';

export interface PackagedService extends WatchedService {
  /** A token in the name of the user. */
  readonly token: string;
  readonly user: string;
  close(): Promise<void>;
}

export type PackagedServiceOptions = Omit<ServiceOptions, 'sandboxUrl'>;

export const startPackagedService = async (options: PackagedServiceOptions): Promise<PackagedService> => {
  const { dataDir, policyFile, port, speed, scenario } = options;
  const { policy } = loadPolicy(policyFile);
  const dir = dataDir === undefined ? mkdtempSync(join(tmpdir(), 'selfheal-packaged-')) : dataDir;
  const closing: (() => unknown)[] = dataDir === undefined ? [() => rmSync(dir, { recursive: true })] : [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  try {
    const hub = await packageHub(join(dir, 'package'), policyFile);
    const sandbox = await startAccounts({
      clock: { kind: 'driven', startMs: Date.now() },
      ...(dataDir === undefined ? {} : { dataDir: join(dataDir, 'sandbox') }),
      ...(scenario === undefined ? {} : { scenario }),
    });
    closing.push(sandbox.close);
    const now = () => instant(sandbox.clock.nowMs());
    const log = localLog(dataDir, now);
    closing.push(log.close);
    const listeners: ((change: CaseChanged) => void)[] = [];
    const failed = (error: unknown) => log.error('sandbox', { reason: String(error) });
    const running = await runDeployed(sandbox, {
      deploy: (consoleUrl) =>
        deployPackaged(
          {
            url: sandbox.url,
            topics: Object.values(policy.topics),
            lanes: lanesOf(sandbox),
            issuer: sandbox.identity.url,
            consoleUrl,
          },
          hub,
        ),
      port,
      onError: failed,
    });
    closing.push(running.close);
    const hearing = await hearCaseChanges(sandbox, (change) => {
      for (const listener of listeners) listener(change);
    });
    closing.push(hearing.close);
    const paced = pace(sandbox, {
      speed,
      settle: async () => {
        await running.lambda.settle();
        await hearing.listen();
      },
      onError: failed,
    });
    closing.push(paced.close);
    running.lambda.logs.onLine((_record, { functionName, text, fields }) =>
      log.info(functionName, { line: fields ?? text }),
    );
    const table = new DynamoDBClient({
      ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
      endpoint: sandbox.dynamodbEndpoint,
    });
    const user = localUser(options.user);
    const token = sandbox.identity.issuer.issue(
      { sub: user, lifetimeSeconds: tokenSeconds(speed) },
      sandbox.clock.nowMs(),
    );
    return {
      url: running.url,
      token,
      user,
      sandboxUrl: sandbox.url,
      cases: createCaseStore({ client: createDocuments(table), tableName: TABLE_NAME, now }),
      now,
      onChange: (listener) => {
        listeners.push(listener);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
