/**
 * selfheal as it is deployed, in a sandbox whose time the test drives: the zips, run by the synthesized template
 * under the roles it gives them. Time moves only when every function is done or asleep, however slow the machine is.
 */

import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Case } from '../../domain/case/case.ts';
import { epochMs, instant, secondMs } from '../../domain/time.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createDocuments } from '../../infra/dynamodb/documents.ts';
import { createPolicyStore, type PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { type Accounts, type AccountsOptions, startAccounts } from '../../sandbox/account.ts';
import { lanesOf } from '../../sandbox/account-routes.ts';
import { deployPackaged } from '../../sandbox/deploy-packaged.ts';
import { clientSettings, HUB_REGION, TABLE_NAME } from '../../sandbox/deployment.ts';
import { type Running, runDeployed } from '../../sandbox/run-deployed.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { START } from './driven-world.ts';
import { synthesized } from './synthesized.ts';

export interface PackagedWorld {
  readonly sandbox: Accounts;
  readonly running: Running;
  /** What went wrong beside the functions. */
  readonly problems: readonly unknown[];
  /** Moves time until the condition holds; throws when it does not within `msMax`. */
  until(condition: () => Promise<boolean> | boolean, msMax: number, stepMs?: number): Promise<void>;
  cases(): Promise<readonly Case[]>;
  /** The whole table as one text: the same text, nothing was written. */
  items(): Promise<string>;
  /** As whoever may publish writes them. */
  readonly policies: PolicyStore;
  close(): Promise<void>;
}

export interface PackagedWorldOptions extends Omit<AccountsOptions, 'clock'> {
  /** How far time moves at once. Default 2 s. */
  readonly stepMs?: number;
}

export const packagedWorld = async ({
  stepMs: stepMsUsual = 2 * secondMs,
  ...accounts
}: PackagedWorldOptions = {}): Promise<PackagedWorld> => {
  const hub = await synthesized();
  const sandbox = await startAccounts({ ...accounts, clock: { kind: 'driven', startMs: epochMs(START) } });
  const problems: unknown[] = [];
  const running = await runDeployed(sandbox, {
    deploy: (consoleUrl) =>
      deployPackaged(
        { url: sandbox.url, topics: [], lanes: lanesOf(sandbox), issuer: sandbox.identity.url, consoleUrl },
        hub,
      ),
    onError: (error) => problems.push(error),
  });
  const table = new DynamoDBClient({
    ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
    endpoint: sandbox.dynamodbEndpoint,
  });
  const documents = createDocuments(table);
  const store = createCaseStore({
    client: documents,
    tableName: TABLE_NAME,
    now: () => instant(sandbox.clock.nowMs()),
  });
  return {
    sandbox,
    running,
    problems,
    policies: createPolicyStore({ client: documents, tableName: TABLE_NAME }),
    until: async (condition, msMax, stepMs = stepMsUsual) => {
      const deadlineMs = sandbox.clock.nowMs() + msMax;
      await running.lambda.settle();
      while (!(await condition())) {
        if (sandbox.clock.nowMs() >= deadlineMs) throw new Error(`not so within ${msMax} ms of sandbox time`);
        sandbox.advanceBy(stepMs);
        await running.lambda.settle();
      }
    },
    cases: async () => {
      const found: Case[] = [];
      for await (const one of store.list({})) found.push(one);
      return found;
    },
    items: async () => {
      const pages = paginateScan({ client: table }, { TableName: TABLE_NAME, ConsistentRead: true });
      const items: unknown[] = [];
      for await (const { Items = [] } of pages) items.push(...Items);
      return JSON.stringify(items);
    },
    close: async () => {
      await running.close();
      await sandbox.close();
      table.destroy();
    },
  };
};
