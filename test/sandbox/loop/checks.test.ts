/** Every check before a start says no, cannot be made, or changes its mind: nothing starts, counted in the sandbox's SSM. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import { documentsOf } from '../../../infra/compose-ports.ts';
import { createRuleResources } from '../../../infra/config/rule-resources.ts';
import type { Documents } from '../../../infra/dynamodb/documents.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { loadPolicy } from '../../../infra/policy-file.ts';
import type { MemberClients } from '../../../infra/sts/member-clients.ts';
import { clientSettings, HUB_REGION } from '../../../sandbox/deployment.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { person } from '../../support/identities.ts';
import { openPayroll } from '../../support/payroll.ts';

const BUCKET = 'shop-prod-invoices-us-east-1';

let world: DrivenWorld;
let around: (ports: Ports) => Ports = (ports) => ports;
let tagsAsked = 0;
beforeEach(async () => {
  tagsAsked = 0;
  around = (ports) => ports;
  world = await drivenWorld({ stepMs: 10 * secondMs, decorate: (ports) => deferred(ports) });
});
afterEach(() => world.close());

/** The ports as `around` makes them at the moment of each call. */
const deferred = (ports: Ports): Ports =>
  Object.fromEntries(
    Object.entries(ports).map(([key, port]) => [
      key,
      typeof port === 'function'
        ? port
        : Object.fromEntries(
            Object.keys(port).map((name) => [
              name,
              // biome-ignore lint/suspicious/noExplicitAny: any port, any method.
              (...args: unknown[]) => (around(ports) as any)[key][name](...args),
            ]),
          ),
    ]),
  ) as unknown as Ports;

const breakBucket = () => {
  const { sandbox } = world;
  breakResource(sandbox.world, BUCKET, {
    account: '222222222222',
    region: 'us-east-1',
    rule: 'S3_BUCKET_VERSIONING_ENABLED',
    nowMs: sandbox.clock.nowMs(),
  });
  sandbox.wake();
};
const started = () => executions(world.sandbox.world).size;
const theCase = async (): Promise<Case> => {
  const [only] = await world.cases();
  if (only === undefined) throw new Error('no case was opened');
  return only;
};
const fails = (error: unknown) => async () => {
  throw error;
};
const throttled = new PortError('transient', 'ThrottlingException', 'test', 'Rate exceeded');
const denied = new PortError('terminal', 'AccessDeniedException', 'test', 'not allowed');
const malformed = new TypeError("Cannot read properties of undefined (reading 'Status')");

describe.each([
  ['is throttled', throttled],
  ['is denied', denied],
  ['gets a malformed answer', malformed],
])('a check that %s', (_, error) => {
  it.each<[string, (ports: Ports) => Ports]>([
    ['the stop switch', (ports) => ({ ...ports, controls: { ...ports.controls, read: fails(error) } })],
    [
      'the policy',
      (ports) => ({
        ...ports,
        compliance: {
          ...ports.compliance,
          // The first question is the intake's; the check right before the start asks again.
          tags: (...asked) => {
            tagsAsked += 1;
            return tagsAsked === 1 ? ports.compliance.tags(...asked) : fails(error)();
          },
        },
      }),
    ],
    ['compliance', (ports) => ({ ...ports, compliance: { ...ports.compliance, read: fails(error) } })],
    ['the permit', (ports) => ({ ...ports, permits: { ...ports.permits, acquire: fails(error) } })],
  ])('starts nothing and says why: %s', async (_name, faulty) => {
    around = faulty;
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    const { state, timeline } = await theCase();
    expect(state).toMatchObject({ name: 'held', reason: 'check-failed' });
    expect(timeline.at(-1)?.why).toContain(error.message);
    around = (ports) => ports;
    await world.until(async () => (await theCase()).state.name === 'resolved', 10 * minuteMs);
    expect(started()).toBe(1);
  });
});

const aws = (name: string): Error =>
  Object.assign(new Error(`${name}: no`), { name, $metadata: { httpStatusCode: 400 } });
const RULE_SCOPE = 'scope#rule#S3_BUCKET_VERSIONING_ENABLED';

/** The ports with a table, or a Config, that answers so: the adapters are the real ones. */
const withAdapters = (broken: (documents: Documents) => Documents, config?: () => unknown) => {
  const { settings } = world.deployment;
  const connection = {
    ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
    dynamodbEndpoint: world.sandbox.dynamodbEndpoint,
  };
  const inTable = { client: broken(documentsOf(settings, connection)), tableName: settings.tableName };
  const clients = { config: () => ({ send: async () => config?.() }) } as unknown as MemberClients;
  return (ports: Ports): Ports => ({
    ...ports,
    permits: createPermitStore(inTable),
    ruleResources: config
      ? createRuleResources({ ...inTable, clients, now: ports.clock.now })
      : ports.ruleResources,
  });
};

describe.each<[string, () => unknown]>([
  [
    'throttled',
    () => {
      throw aws('ThrottlingException');
    },
  ],
  [
    'denied',
    () => {
      throw aws('AccessDeniedException');
    },
  ],
  ['answered with nonsense', () => ({})],
])('what is %s by AWS itself', (_, answer) => {
  it.each<[string, () => (ports: Ports) => Ports]>([
    [
      'the count of starts of the rule',
      () =>
        withAdapters((documents) => ({
          ...documents,
          update: async (input) =>
            input.Key.pk === RULE_SCOPE ? (answer() as object) : documents.update(input),
        })),
    ],
    [
      'the number of resources of the rule',
      () => {
        world.usePolicy(() => loadPolicy('test/fixtures/policies/blast-radius.yml'));
        return withAdapters((documents) => documents, answer);
      },
    ],
  ])('starts nothing, and the case says so: %s', async (_name, faulty) => {
    around = faulty();
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    const { state } = await theCase();
    expect(state).toMatchObject({
      name: 'held',
      reason: 'check-failed',
      detail: expect.stringContaining('the permit could not be asked for'),
    });
  });
});

describe('what the policy needs', () => {
  it.each([
    [
      'the rule',
      (ports: Ports): Ports => ({ ...ports, compliance: { ...ports.compliance, rule: fails(throttled) } }),
    ],
    [
      'the document',
      (ports: Ports): Ports => ({ ...ports, runbooks: { ...ports.runbooks, defaultVersion: fails(denied) } }),
    ],
  ])('when %s cannot be read, the case is held and nothing starts', async (_, faulty) => {
    around = faulty;
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'check-failed' });
    around = (ports) => ports;
    await world.until(async () => (await theCase()).state.name === 'resolved', 10 * minuteMs);
  });
});

describe('a check that says no', () => {
  it('the stop switch holds every start, and lets go when it is lifted', async () => {
    const stop = {
      scope: { kind: 'everything' } as const,
      who: 'ada',
      reason: 'incident',
      since: world.now(),
    };
    await world.app.ports.controls.addStopSwitch(stop);
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    const held = await theCase();
    expect(held.state).toMatchObject({ name: 'held', reason: 'stop-switch' });
    expect(held.timeline.at(-1)?.why).toContain('by ada: incident');
    const lifted = { scope: stop.scope, at: world.now() };
    await world.app.ports.controls.removeStopSwitch(stop.scope, [lifted]);
    await world.until(async () => (await theCase()).state.name === 'resolved', 15 * minuteMs);
  });

  it('a stop for another account, rule or runbook stops nothing here', async () => {
    for (const kind of ['account', 'rule', 'runbook'] as const)
      await world.app.ports.controls.addStopSwitch({
        scope: { kind, name: 'another' },
        who: 'ada',
        reason: 'test',
        since: world.now(),
      });
    breakBucket();
    await world.until(async () => (await theCaseOrNone())?.state.name === 'resolved', 5 * minuteMs);
  });

  it('a resource that is compliant by now closes the case', async () => {
    around = (ports) => ({
      ...ports,
      compliance: {
        ...ports.compliance,
        read: async () => ({ compliance: 'COMPLIANT', recordedAt: '2026-11-21T04:00:00.000Z' }),
      },
    });
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    expect((await theCase()).state).toMatchObject({ name: 'self-resolved', why: 'compliant' });
  });

  it('no evaluation at all is a doubt: held, and in the end gone', async () => {
    around = (ports) => ({ ...ports, compliance: { ...ports.compliance, read: async () => undefined } });
    breakBucket();
    await world.advance(minuteMs);
    expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'no-evaluation' });
    await world.until(async () => (await theCase()).state.name === 'self-resolved', 200 * minuteMs);
    expect(started()).toBe(0);
  });

  it('a busy resource waits for its turn', async () => {
    let busy = true;
    around = (ports) => ({
      ...ports,
      permits: {
        ...ports.permits,
        acquire: async (request) =>
          busy
            ? { kind: 'resource-busy', scope: request.scopes[0]?.id ?? '' }
            : ports.permits.acquire(request),
      },
    });
    breakBucket();
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    expect((await theCase()).state.name).toBe('queued');
    busy = false;
    await world.until(async () => (await theCase()).state.name === 'resolved', 15 * minuteMs);
  });
});

describe('between decision and start', () => {
  it('a stop thrown after the intent was written holds the start back', async () => {
    let thrown = false;
    around = (ports) => {
      const throwing =
        (write: (changed: Case) => Promise<boolean>) =>
        async (changed: Case): Promise<boolean> => {
          const written = await write(changed);
          if (changed.state.name === 'starting' && !thrown) {
            thrown = true;
            world.sandbox.advanceBy(4 * secondMs);
            await ports.controls.addStopSwitch({
              scope: { kind: 'everything' },
              who: 'ada',
              reason: 'now',
              since: world.now(),
            });
          }
          return written;
        };
      const { open, replace } = ports.cases;
      return { ...ports, cases: { ...ports.cases, open: throwing(open), replace: throwing(replace) } };
    };
    breakBucket();
    await world.advance(15 * minuteMs);
    expect(thrown).toBe(true);
    expect(started()).toBe(0);
    expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'stop-switch' });
  });

  it('a plan that has changed by then is not started as it was approved', async () => {
    let version = '1';
    around = (ports) => ({
      ...ports,
      runbooks: { ...ports.runbooks, defaultVersion: async () => version },
    });
    openPayroll(world);
    await world.until(async () => (await theCaseOrNone())?.state.name === 'awaiting-approval', 2 * minuteMs);
    const waiting = await theCase();
    if (waiting.state.name !== 'awaiting-approval') throw new Error('it should wait for approval');
    const { planHash } = waiting.state;
    version = '2';
    await world.app.selfheal.decide(waiting.id, {
      planHash,
      answer: 'approve',
      who: person('ada'),
      reason: 'ok',
    });
    await world.advance(minuteMs);
    expect(started()).toBe(0);
    const asked = await theCase();
    expect(asked.state.name).toBe('awaiting-approval');
    expect('planHash' in asked.state && asked.state.planHash).not.toBe(planHash);
  });
});

const theCaseOrNone = async (): Promise<Case | undefined> => (await world.cases())[0];
