/**
 * The whole of selfheal against a sandbox whose time the test drives: real SDK clients over HTTP, the real
 * handlers behind real queues, and no clock of the wall anywhere. Time moves only when all work is done or asleep.
 */

import { readFileSync } from 'node:fs';
import { eventSourceMappings, NO_CONTEXT } from '../../cli/service/functions.ts';
import type { Case, StateName } from '../../domain/case/case.ts';
import type { CaseChanged } from '../../domain/case-changed.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../domain/policy/policy-problem.ts';
import type { CaseFilter, Ports } from '../../domain/ports.ts';
import { epochMs, instant, minuteMs, secondMs } from '../../domain/time.ts';
import { onTick } from '../../handlers/on-tick.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { type App, compose } from '../../infra/compose.ts';
import { composeScheduled } from '../../infra/compose-scheduled.ts';
import type { PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { exemptingOnDemand } from '../../infra/exempting-on-demand.ts';
import { type Accounts, type AccountsOptions, startAccounts } from '../../sandbox/account.ts';
import { lanesOf } from '../../sandbox/account-routes.ts';
import { clientSettings, type Deployment, deploy, HUB_REGION } from '../../sandbox/deployment.ts';
import { pollOnce } from '../../sandbox/lambda/event-source-mapping.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { composePublished } from './compose-published.ts';

export const START = '2026-11-21T03:00:00.000Z';

export interface DrivenOptions extends Omit<AccountsOptions, 'clock'> {
  readonly policyFile?: string;
  /** The file's text as somebody changed it. */
  readonly policyChanged?: (text: string) => string;
  /** Policies are published, as on AWS, and the file is what was packaged; faults may be laid around the versions. */
  readonly published?: (store: PolicyStore) => PolicyStore;
  /** How far time moves at once, in ms. */
  readonly stepMs?: number;
  readonly decorate?: (ports: Ports) => Ports;
  /** Whether what is due by schedule is done too: a sweep an hour, which most tests do without. Default false. */
  readonly scheduled?: boolean;
}

export interface DrivenWorld {
  /** Work that may wait for the clock while it is advanced. */
  track<T>(work: Promise<T>): Promise<T>;
  readonly sandbox: Accounts;
  readonly app: App;
  readonly deployment: Deployment;
  readonly log: readonly LogLine[];
  now(): string;
  /** Moves time, doing all work that comes up on the way. */
  advance(ms: number): Promise<void>;
  /** Moves time until the condition holds; throws when it does not within `msMax`. */
  until(condition: () => Promise<boolean> | boolean, msMax: number): Promise<void>;
  /** Does the work that can be done now. */
  settle(): Promise<void>;
  cases(filter?: CaseFilter): Promise<readonly Case[]>;
  /** How many cases are in that state by selfheal's own events: asking the table again and again takes long. */
  told(state: StateName): number;
  /** A new process: everything in memory is gone, the world is as it was. */
  restart(decorate?: (ports: Ports) => Ports): void;
  /** Another policy is in force, where none are published. */
  usePolicy(changed: (policy: PolicyBook) => PolicyBook): void;
  close(): Promise<void>;
}

/** Read once by each text: what it comes to is never changed, and reading it anew costs a short test a tenth. */
const policyOf = (changed: (text: string) => string, file: string): PolicyBook => {
  const text = changed(readFileSync(file, 'utf8'));
  const known = policies.get(text);
  if (known !== undefined) return known;
  const parsed = parsePolicy(text, file);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const book = policyBook(parsed.policy);
  policies.set(text, book);
  return book;
};
const policies = new Map<string, PolicyBook>();

let catalogRead: Catalog | undefined;
const catalogOfOurs = (): Catalog => {
  catalogRead ??= loadCatalog();
  return catalogRead;
};

const HUB = { account: HUB_ACCOUNT, region: HUB_REGION };

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const drivenWorld = async (options: DrivenOptions = {}): Promise<DrivenWorld> => {
  const {
    policyFile = 'policy.yml',
    policyChanged,
    published,
    stepMs = secondMs,
    decorate,
    scheduled = false,
    ...accounts
  } = options;
  const sandbox = await startAccounts({ ...accounts, clock: { kind: 'driven', startMs: epochMs(START) } });
  let policy = policyOf(policyChanged ?? ((text) => text), policyFile);
  const catalog = catalogOfOurs();
  const deployment = await deploy({
    url: sandbox.url,
    topics: Object.values(policy.policy.topics),
    lanes: lanesOf(sandbox),
  });
  const log: LogLine[] = [];
  const write = (level: LogLine['level']) => (message: string, fields: LogLine['fields']) => {
    log.push({ level, message, fields });
  };

  let active = 0;
  let sleepers: { readonly wakeAtMs: number; readonly wake: () => void }[] = [];
  let idle: (() => void) | undefined;
  // One piece of work may sleep in several of its branches, and call SSM in another: no time passes during that call.
  let starting = 0;
  const isIdle = () => sleepers.length >= active && starting === 0;
  const noteIdle = () => {
    if (isIdle()) idle?.();
  };
  const untilIdle = () =>
    isIdle()
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          idle = resolve;
        });
  const track = async <T>(work: Promise<T>): Promise<T> => {
    active += 1;
    try {
      return await work;
    } finally {
      active -= 1;
      noteIdle();
    }
  };

  const now = () => instant(sandbox.clock.nowMs());
  const clock = {
    now,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ wakeAtMs: sandbox.clock.nowMs() + ms, wake });
        noteIdle();
      }),
  };
  const latest = new Map<string, CaseChanged>();
  const listening = (ports: Ports): Ports => ({
    ...ports,
    events: {
      publish: async (changes) => {
        await ports.events.publish(changes);
        for (const change of changes)
          if (change.caseVersion > (latest.get(change.caseId)?.caseVersion ?? 0))
            latest.set(change.caseId, change);
      },
    },
  });
  const holdingTime = (ports: Ports): Ports => ({
    ...ports,
    runbooks: {
      ...ports.runbooks,
      start: async (...asked) => {
        starting += 1;
        try {
          return await ports.runbooks.start(...asked);
        } finally {
          starting -= 1;
          noteIdle();
        }
      },
    },
  });
  const build = (around: (ports: Ports) => Ports = (ports) => ports) => {
    const surroundings = {
      connection: {
        ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
        dynamodbEndpoint: sandbox.dynamodbEndpoint,
      },
      catalog,
      clock,
      random: () => 0.5,
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      metrics: { count: () => undefined, gauge: () => undefined, time: () => undefined },
      exempting: exemptingOnDemand,
      decorate: (ports: Ports) => listening(around(holdingTime(ports))),
    };
    if (published === undefined) {
      const app = compose(deployment.settings, { ...surroundings, policy: () => policy });
      const { connection } = surroundings;
      const onSchedule = scheduled ? composeScheduled(app, deployment.settings, connection) : undefined;
      const mappings = eventSourceMappings(app, deployment, sandbox.url, onSchedule);
      return { app, tick: onTick(app), mappings };
    }
    const made = composePublished(deployment.settings, {
      ...surroundings,
      packaged: policy,
      decorateVersions: published,
    });
    return {
      app: made.app,
      tick: onTick(made.app, made.keepPolicy),
      mappings: eventSourceMappings(made.app, deployment, sandbox.url).map((mapping) => ({
        ...mapping,
        invoke: async (event: Parameters<typeof mapping.invoke>[0]) => {
          await made.published.refresh(minuteMs);
          return mapping.invoke(event);
        },
      })),
    };
  };
  let built = build(decorate);
  // Looks on from outside: a test's own questions are no calls of the process under test.
  const onlooker = build();
  let tickedAtMs = epochMs(START);

  /** Asked from within: to receive nothing over HTTP, again and again, took a tenth of the time. */
  const hasMessages = async (queueUrl: string): Promise<boolean> => {
    const { Attributes } = (await sandbox.call(HUB, 'sqs', 'GetQueueAttributes', {
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    })) as { Attributes: Readonly<Record<string, string>> };
    return Number(Attributes.ApproximateNumberOfMessages) > 0;
  };

  /** True when there was anything to do. */
  const settle = async (): Promise<boolean> => {
    for (let rounds = 0; ; rounds += 1) {
      let received = 0;
      for (const mapping of built.mappings) {
        if (!(await hasMessages(mapping.queueUrl))) continue;
        const polling = track(pollOnce(mapping, { waitSeconds: 0 })).then(
          (count) => {
            received += count;
          },
          (error: unknown) => write('error')('poll failed', { reason: String(error) }),
        );
        await Promise.race([polling, untilIdle()]);
      }
      await untilIdle();
      if (received === 0) return rounds > 0;
    }
  };

  const step = async (ms: number): Promise<boolean> => {
    sandbox.advanceBy(ms);
    const nowMs = sandbox.clock.nowMs();
    const due = sleepers.filter(({ wakeAtMs }) => wakeAtMs <= nowMs);
    sleepers = sleepers.filter(({ wakeAtMs }) => wakeAtMs > nowMs);
    for (const { wake } of due) wake();
    await untilIdle();
    if (nowMs - tickedAtMs >= minuteMs) {
      tickedAtMs = nowMs;
      await track(built.tick({}, NO_CONTEXT)).catch((error: unknown) =>
        write('error')('tick failed', { reason: String(error) }),
      );
    }
    return (await settle()) || due.length > 0;
  };

  const advance = async (ms: number) => {
    const targetMs = sandbox.clock.nowMs() + ms;
    await settle();
    while (sandbox.clock.nowMs() < targetMs) await step(Math.min(stepMs, targetMs - sandbox.clock.nowMs()));
  };

  return {
    sandbox,
    get app() {
      return built.app;
    },
    deployment,
    log,
    now,
    track,
    advance,
    settle: async () => {
      await settle();
    },
    until: async (condition, msMax) => {
      const deadlineMs = sandbox.clock.nowMs() + msMax;
      await settle();
      // Where nothing was done nothing has changed, and the question need not be asked again.
      for (let done = true; !done || !(await condition()); done = await step(stepMs))
        if (sandbox.clock.nowMs() >= deadlineMs) throw new Error(`not so within ${msMax} ms of sandbox time`);
    },
    cases: async (filter = {}) => {
      const found: Case[] = [];
      for await (const one of onlooker.app.ports.cases.list(filter)) found.push(one);
      return found;
    },
    told: (state) => [...latest.values()].filter(({ to }) => to === state).length,
    restart: (around) => {
      built = build(around);
    },
    usePolicy: (changed) => {
      policy = changed(policy);
    },
    close: () => sandbox.close(),
  };
};
