/** One seed, one run: draws a world and what befalls it, lets faults rage and stop, and says what went wrong. */
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import type { StopSwitch } from '../../domain/stop-switch.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { drawFaultRates, NO_FAULTS } from './fate.ts';
import { unfinished } from './liveness.ts';
import type { SimulatedRule } from './simulated-config.ts';
import { START, World } from './world.ts';

export interface Simulated {
  readonly seed: number;
  /** What went wrong first; empty when nothing did. */
  readonly violations: readonly string[];
  readonly traceHash: string;
  readonly world: World;
}

export const simulate = async (seed: number, keepTrace = false): Promise<Simulated> => {
  const random = createRandom(seed);
  const limits = pick(random, LIMITS);
  const world = new World({
    random,
    catalog: catalog(),
    policy: policyOf(limits, false, holdsBack(seed)),
    rates: drawFaultRates(random),
    processes: 1 + Math.floor(random() * 3),
    tokenKeptMs: 10 * minuteMs + hourMs * random(),
    indexLagMsMax: pick(random, [0, 500, 5_000, 20_000]),
    keepTrace,
  });
  const faultsMs = (0.5 + 2 * random()) * hourMs;
  drawEvents(world, faultsMs, limits, holdsBack(seed));
  await world.scheduler.runUntil(epochMs(START) + faultsMs);
  calm(world);
  await world.scheduler.runUntil(epochMs(START) + faultsMs + CALM_MS);
  const violations = world.violation === undefined ? unfinished(world) : [world.violation];
  return { seed, violations, traceHash: world.traceHash(), world };
};

/** One finding in a calm world, healed while its process dies once: on either side of the nth call. */
export const simulateCrash = async (call: number, side: 'before' | 'after'): Promise<Simulated> => {
  const random = createRandom(call);
  const limits = LIMITS[3];
  const world = new World({
    random,
    catalog: catalog(),
    policy: policyOf(limits, false),
    rates: NO_FAULTS,
    processes: 1,
    tokenKeptMs: hourMs,
    indexLagMsMax: 500,
    crashAt: (at) => (at === call ? side : undefined),
  });
  const watched = world.config.watch(
    { ...RULES[0], trigger: 'change' },
    { account: ACCOUNT, region: REGION, resourceId: 'bucket-0' },
  );
  world.breaks(watched);
  await world.scheduler.runUntil(epochMs(START) + 3 * hourMs);
  const violations = world.violation === undefined ? unfinished(world) : [world.violation];
  return { seed: call, violations, traceHash: world.traceHash(), world };
};

const drawEvents = (world: World, untilMs: number, limits: string, held: boolean): void => {
  const { random, scheduler, config } = world;
  const buckets = 1 + Math.floor(random() * 7);
  const rules = RULES.map(
    (rule): SimulatedRule => ({ ...rule, trigger: random() < 0.7 ? 'change' : 'periodic' }),
  );
  for (let n = 0; n < buckets; n += 1) {
    const place = { account: ACCOUNT, region: REGION, resourceId: `bucket-${n}` };
    for (const rule of rules) if (random() < 0.4) config.watch(rule, place);
  }
  const burst = random() < 0.3;
  for (const watched of config.watched) {
    const breakMs = burst ? random() * 20 * secondMs : random() * 0.7 * untilMs;
    scheduler.after(breakMs, () => world.breaks(watched));
    if (random() < 0.25) scheduler.after(random() * untilMs, () => world.heals(watched));
    if (random() < 0.3) scheduler.after(random() * untilMs, () => world.breaks(watched));
    if (random() < 0.3) scheduler.after(random() * untilMs, () => world.breaks(watched));
    if (random() < 0.08) scheduler.after(random() * untilMs, () => world.isDeleted(watched));
  }
  for (let n = Math.floor(random() * 4); n > 0; n -= 1) {
    const scope = pick(random, STOP_SCOPES);
    const fromMs = random() * untilMs;
    scheduler.after(fromMs, () => world.stop(scope));
    scheduler.after(fromMs + random() * 20 * minuteMs, () => world.lift(scope));
  }
  if (random() < 0.3)
    scheduler.after(random() * untilMs, () => {
      world.policy = policyOf(limits, true, held);
    });
  if (random() < 0.2)
    scheduler.after(random() * untilMs, () => {
      world.ssm.version += 1;
    });
};

/** Faults stop, the world stands still, people have gone home. */
const calm = (world: World): void => {
  world.faultsStop();
  world.people.active = false;
  for (const scope of STOP_SCOPES) world.lift(scope);
};

const ACCOUNT = '222222222222';
const REGION = 'us-east-1';

const RULES = [
  { name: 's3-bucket-versioning-enabled', identifier: 'S3_BUCKET_VERSIONING_ENABLED' },
  { name: 's3-bucket-ssl-requests-only', identifier: 'S3_BUCKET_SSL_REQUESTS_ONLY' },
  { name: 's3-bucket-public-read-prohibited', identifier: 'S3_BUCKET_PUBLIC_READ_PROHIBITED' },
  {
    name: 's3-bucket-server-side-encryption-enabled',
    identifier: 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED',
  },
] as const;

const STOP_SCOPES: readonly StopSwitch['scope'][] = [
  { kind: 'everything' },
  { kind: 'account', name: ACCOUNT },
  { kind: 'rule', name: 'S3_BUCKET_VERSIONING_ENABLED' },
  { kind: 'runbook', name: 'AWSConfigRemediation-RestrictBucketSSLRequestsOnly' },
];

const LIMITS = [
  '{ lane: { concurrency: 80, start-interval: 1s } }',
  '{ lane: { concurrency: 1, start-interval: 1s } }',
  '{ lane: { concurrency: 3, start-interval: 2s }, rule: { concurrency: 1 } }',
  '{ organization: { concurrency: 2 }, account: { concurrency: 2 }, lane: { concurrency: 2, start-interval: 1s }, runbook: { concurrency: 1 } }',
] as const;

const policies = new Map<string, PolicyBook>();

/** In some worlds the policy knows windows, a blackout, a grace and flapping; not drawn, so that seeds stay what they are. */
const holdsBack = (seed: number): boolean => seed % 5 === 3;

const HELD_BACK = `
owners: { tag: team, fallback: team }
windows: { often: { cron: '*/20 * * * *', duration: 8m, timezone: Europe/Berlin } }
blackouts:
  recurring: { match: { rule: S3_BUCKET_VERSIONING_ENABLED }, cron: '10 * * * *', duration: 15m }
  once: { match: { resourceId: bucket-1 }, from: '2026-11-21T03:30', until: '2026-11-21T04:10', reason: simulated }
topics: { team: team }
`;

/** The ladder's three steps; `changed` is the same policy after somebody has thought again. */
const policyOf = (limits: string, changed: boolean, held = false): PolicyBook => {
  const key = `${limits} ${changed} ${held}`;
  const known = policies.get(key);
  if (known) return known;
  // In some of the worlds few may be started unasked, and the rest is asked for in batches.
  const backlog = limits === LIMITS[2] ? '\n  backlog: { resources: 2, window: 20m }' : '';
  const window = held ? ', windows: [often]' : '';
  const grace = held ? `, grace: ${changed ? 40 : 10}m` : '';
  const text = `version: 1
limits: ${limits}${held ? HELD_BACK : ''}
defaults:
  retry: { attempts: 3, backoff: 30s, max-backoff: 10m }
  approval: { quorum: 2, expires: 1h }
  verify: { settle: 2m, timeout: 30m }
  breaker: { error-percentage: 40, attempts: 3, window: 30m, probe-after: 5m }${backlog}
entries:
  - { name: versioning, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, severity: low, mode: auto${window}${held ? ', flapping: { cases: 2, within: 6h }' : ''} }
  - { name: tls, match: { rule: S3_BUCKET_SSL_REQUESTS_ONLY }, severity: critical, mode: ${changed ? 'approve' : 'auto'}${grace} }
  - { name: public, match: { rule: S3_BUCKET_PUBLIC_READ_PROHIBITED }, severity: high, mode: ${changed ? 'auto' : 'approve'}${window}${grace} }
  - { name: encryption, match: { rule: S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED }, severity: medium, mode: observe }
`;
  const parsed = parsePolicy(text, 'simulated');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  policies.set(key, book);
  return book;
};

let loaded: Catalog | undefined;
const catalog = (): Catalog => {
  loaded ??= loadCatalog();
  return loaded;
};

const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

/** Longer than approvals, backoffs, runs that hang and looks that get rarer can take one after the other. */
const CALM_MS = 14 * hourMs;
