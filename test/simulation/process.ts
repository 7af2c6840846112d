/**
 * One process of selfheal: an engine with nothing behind it but calls. Each call is a point at which others may
 * come first, at which it may fail, and at which the process may die: then it does nothing more, for ever.
 */
import { createEngine, type Selfheal } from '../../domain/engine/engine.ts';
import type { Compliance, Ports, Runbooks } from '../../domain/ports.ts';
import { PortError } from '../../domain/ports.ts';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { allMessages } from '../support/messages.ts';
import type { Fate } from './fate.ts';
import { tableClient } from './memory-table.ts';
import type { World } from './world.ts';

export interface Process {
  readonly name: string;
  readonly selfheal: Selfheal;
  readonly alive: boolean;
  kill(): void;
}

export const startProcess = (world: World, name: string): Process => {
  const { scheduler, random } = world;
  let alive = true;
  const kill = () => {
    if (!alive) return;
    alive = false;
    world.trace(`${name} died`);
    world.onDeath();
  };

  /** A dead process never goes on: the promise stays open and is forgotten. */
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      scheduler.after(ms, () => {
        if (alive) resolve();
      });
    });
  const never = () => new Promise<never>(() => undefined);

  const call = async <T>(operation: string, effect: () => T, malformed?: () => T): Promise<T> => {
    const fate: Fate = world.fateOf(operation);
    await pause(fate.beforeMs);
    if (fate.crash === 'before') {
      kill();
      return never();
    }
    const { fault } = fate;
    const outcome =
      fault?.kind === 'fails'
        ? { error: faultOf(operation, fault.errorClass) as unknown }
        : attempt(fault?.kind === 'malformed' && malformed ? malformed : effect);
    const heard = fault?.kind === 'sent-twice' ? attempt(effect) : outcome;
    world.trace(`${name} ${operation} ${fault?.kind ?? ''} ${summary(heard)}`);
    if (fate.crash === 'after') {
      kill();
      return never();
    }
    await pause(fate.afterMs);
    if (fault?.kind === 'answer-lost') throw faultOf(operation, 'transient');
    if ('error' in heard) throw heard.error;
    return heard.value;
  };

  const table = {
    client: tableClient((command) =>
      call(`dynamodb:${(command as object).constructor.name}`, () => world.table.execute(command)),
    ),
    tableName: 'simulated',
  };
  const cases = createCaseStore({ ...table, now: () => scheduler.now() });
  const clock = { now: () => scheduler.now(), sleep: pause };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ports: Ports = {
    cases,
    batches: createBatchStore(table),
    ruleResources: { count: async () => world.ruleResources },
    permits: createPermitStore(table),
    controls: createControlStore(table),
    exemptions: createExemptionStore(table),
    health: createHealthStore(table),
    runbooks: runbooksOf(world, call),
    compliance: complianceOf(world, call),
    announcer: { announce: (_, message) => call('sns:Publish', () => world.announced(message)) },
    messages: allMessages({ catalog: world.catalog, ports: { cases, clock, log } }),
    events: { publish: (changes) => call('events:PutEvents', () => world.published(changes)) },
    wakes: { send: (wakes) => call('sqs:SendMessageBatch', () => world.woken(wakes)) },
    clock,
    random,
    roles: {
      executorRoleArn: (account) => `arn:aws:iam::${account}:role/selfheal-executor`,
      automationRoleArn: (account, document) => `arn:aws:iam::${account}:role/selfheal-${document}`,
    },
    log,
    metrics: { count: () => undefined, gauge: () => undefined, time: () => undefined },
  };
  return {
    name,
    selfheal: createEngine({
      ports,
      catalog: world.catalog,
      policy: () => world.policy,
      globalLaneRegion: 'us-east-1',
    }),
    get alive() {
      return alive;
    },
    kill,
  };
};

type Call = <T>(operation: string, effect: () => T, malformed?: () => T) => Promise<T>;

const runbooksOf = ({ ssm }: World, call: Call): Runbooks => ({
  start: (plan, token, caseId) => call('ssm:StartAutomationExecution', () => ssm.start(plan, token, caseId)),
  read: (plan, id) =>
    call(
      'ssm:GetAutomationExecution',
      () => ssm.read(plan, id),
      () => ({
        executionId: id,
        status: 'unknown',
        statusText: 'Bewildered',
        document: '',
        documentVersion: '',
        parameters: {},
      }),
    ),
  find: (plan, token) => call('ssm:DescribeAutomationExecutions', () => ssm.find(plan, token)),
  stop: (plan, id) => call('ssm:StopAutomationExecution', () => ssm.stop(plan, id)),
  defaultVersion: (_, document) => call('ssm:DescribeDocument', () => ssm.defaultVersion(document)),
});

const complianceOf = ({ config }: World, call: Call): Compliance => ({
  read: (origin, finding) =>
    call(
      'config:GetComplianceDetailsByResource',
      () => config.read(origin, finding),
      () => {
        throw faultOf('config:GetComplianceDetailsByResource', 'transient');
      },
    ),
  requestEvaluation: (origin) =>
    call('config:StartConfigRulesEvaluation', () => config.requestEvaluation(origin)),
  rule: (_, origin) => call('config:DescribeConfigRules', () => config.rule(origin)),
  remediationException: () => call('config:DescribeRemediationExceptions', () => undefined),
  tags: () => call('config:SelectResourceConfig', () => ({})),
  lookup: () => call('config:SelectResourceConfig', () => undefined),
});

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const attempt = <T>(effect: () => T): Outcome<T> => {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
};

/** DynamoDB's errors come as the SDK throws them; the adapters' translation is part of what is simulated. */
const faultOf = (operation: string, errorClass: 'transient' | 'terminal'): Error =>
  operation.startsWith('dynamodb:')
    ? Object.assign(new Error('simulated'), {
        name: errorClass === 'transient' ? 'InternalServerError' : 'AccessDeniedException',
        $metadata: { httpStatusCode: errorClass === 'transient' ? 500 : 400 },
      })
    : new PortError(
        errorClass,
        errorClass === 'transient' ? 'ThrottlingException' : 'AccessDeniedException',
        operation,
        'simulated',
      );

const summary = (outcome: Outcome<unknown>): string => {
  if ('error' in outcome) return outcome.error instanceof Error ? outcome.error.name : 'error';
  const { value } = outcome;
  return typeof value === 'string' ? value : value === undefined ? '-' : typeof value;
};
