/**
 * What the engine does about breakers: counts what failed, opens them, hands out the one probe and takes it back.
 * Each change is a conditional write, so that of many processes exactly one opens, and one has the probe.
 */
import {
  type Becomes,
  type Breaker,
  type BreakerEvent,
  type BreakerScope,
  breakerScopes,
  errorPercent,
  type KnownBreaker,
  moveBreaker,
  PROBE_TAKEN_MS,
} from '../breaker.ts';
import type { Case, FailedAttempt, Starting } from '../case/case.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { ruleScopeId } from '../permit.ts';
import { PortError, type Ports } from '../ports.ts';
import { type Instant, minuteMs, plusMs } from '../time.ts';
import type { Engine } from './tell.ts';

/** What this very call made of it; undefined when it changed nothing. */
export const changeBreaker = async (
  { controls, clock }: Pick<Ports, 'controls' | 'clock'>,
  scope: BreakerScope,
  event: BreakerEvent,
): Promise<Becomes> => {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const was = find((await controls.read()).breakers, scope);
    if (was?.state === 'unreadable') {
      if (event.kind !== 'reset') return undefined;
      if (await controls.replaceBreaker(scope, was, 'absent')) return 'absent';
      continue;
    }
    const becomes = moveBreaker(was && withoutScope(was), event, clock.now());
    if (becomes === undefined) return undefined;
    if (await controls.replaceBreaker(scope, was, becomes)) return becomes;
  }
  throw new PortError(
    'conflict',
    'BreakerContended',
    'dynamodb:UpdateItem',
    `the breaker of ${scope.kind} ${scope.name} was written by others ${TRIES_MAX} times`,
  );
};

const find = (breakers: readonly KnownBreaker[], { kind, name }: BreakerScope): KnownBreaker | undefined =>
  breakers.find(({ scope }) => scope.kind === kind && scope.name === name);

const withoutScope = ({ scope: _, ...breaker }: { readonly scope: BreakerScope } & Breaker): Breaker =>
  breaker;

/**
 * Counts a failed attempt for its rule and its runbook. Only failures pay for counting.
 *
 * When it cannot be counted, the breaker opens: waiting for the next try would let starts go on for as long as the
 * doubt lasts, while opening for nothing costs one probe, after which it closes by itself. When it cannot even be
 * opened, the error goes up, and the case's timer brings us here again.
 */
export const noteFailure = async (
  { ports, assessor: { catalog } }: Engine,
  about: Case,
  failed: FailedAttempt,
): Promise<void> => {
  const { breaker: policy } = about.terms;
  const now = ports.clock.now();
  if (failed.at < plusMs(now, -policy.windowMs)) return;
  const { breakers } = await ports.controls.read();
  for (const scope of breakerScopes({ ...about, document: failed.document })) {
    const known = find(breakers, scope);
    // It began before somebody put things right, or before a probe showed that they are.
    if (known?.state === 'closed' && failed.startedAt < known.at) continue;
    const windowFrom = plusMs(now, -policy.windowMs);
    const since = known?.state === 'closed' && known.at > windowFrom ? known.at : windowFrom;
    const verdict = await tally(ports, catalog, scope, about, failed, since).catch((error: unknown) => ({
      failures: 1,
      attempts: null,
      percent: null,
      reason: `an attempt failed, and how many did could not be counted: ${error instanceof Error ? error.message : String(error)}`,
    }));
    if (verdict === undefined || (known !== undefined && known.state !== 'closed')) continue;
    const tripped: BreakerEvent = { kind: 'tripped', policy, notify: about.terms.notify, ...verdict };
    if (!(await changeBreaker(ports, scope, tripped))) continue;
    ports.metrics.count('BreakerOpened');
    ports.log.error('breaker opened', { ...scope, reason: verdict.reason, caseId: about.id });
  }
};

/** Undefined while it is not too much. */
const tally = async (
  { health, permits }: Ports,
  catalog: Catalog,
  scope: BreakerScope,
  about: Case,
  { attempt, at }: FailedAttempt,
  since: Instant,
): Promise<
  Pick<Extract<BreakerEvent, { kind: 'tripped' }>, 'failures' | 'attempts' | 'percent' | 'reason'> | undefined
> => {
  const { breaker: policy } = about.terms;
  const failures = await health.noteFailure(scope, { key: `${about.id}/${attempt}`, at }, since);
  const scopeIds = new Set([ruleScopeId(about.finding)]);
  if (scope.kind === 'runbook')
    for (const { identifier } of catalog.runbook(scope.name)?.rules ?? [])
      scopeIds.add(ruleScopeId({ rule: identifier, ruleIdentifier: identifier }));
  // Good starts of another runbook say nothing about this one.
  const document = scope.kind === 'runbook' ? scope.name : undefined;
  const starts = await permits.startsOf([...scopeIds], since, document);
  const attempts = Math.max(
    failures,
    [...starts.values()].reduce((sum, count) => sum + count, 0),
  );
  const percent = errorPercent({ failures, attempts }, policy);
  if (percent === undefined) return undefined;
  const reason = `${failures} of ${attempts} attempts failed since ${since} (${percent} %, ${policy.errorPercentMax} % are tolerated)`;
  return { failures, attempts, percent, reason };
};

export type TakenProbes = readonly { readonly scope: BreakerScope; readonly revision: number }[];

/**
 * Takes the probe of every breaker that the case may go through as such; all of them, or none. Undefined when
 * somebody else has one. It is given back when nothing comes of it, and lapses when we die with it.
 */
export const takeProbes = async (
  ports: Ports,
  scopes: readonly BreakerScope[],
  token: string,
): Promise<TakenProbes | undefined> => {
  const until = plusMs(ports.clock.now(), PROBE_TAKEN_MS);
  const taken: { scope: BreakerScope; revision: number }[] = [];
  for (const scope of scopes) {
    const becomes = await changeBreaker(ports, scope, { kind: 'probe-taken', token, until });
    if (becomes === undefined || becomes === 'absent') {
      await returnProbes(ports, taken, token);
      return undefined;
    }
    taken.push({ scope, revision: becomes.revision });
  }
  return taken;
};

/** What cannot be given back now lapses in a minute. */
export const returnProbes = async (ports: Ports, taken: TakenProbes, token: string): Promise<void> => {
  try {
    for (const { scope, revision } of taken)
      await changeBreaker(ports, scope, { kind: 'probe-returned', token, revision });
  } catch (error) {
    ports.log.warn('probe not given back, it lapses', { token, reason: String(error) });
  }
};

/** Right before the start: true when the probe is still this attempt's, and it is until it must have been heard of. */
export const confirmProbes = async (ports: Ports, about: Case, { probes = [], clientToken }: Starting) => {
  const { runMsMax, verify } = about.terms;
  const until = plusMs(ports.clock.now(), runMsMax + verify.timeoutMs + PROBE_MARGIN_MS);
  for (const scope of probes)
    if (!(await changeBreaker(ports, scope, { kind: 'probe-confirmed', token: clientToken, until })))
      return false;
  return true;
};

export const endProbes = async (
  ports: Ports,
  probes: readonly BreakerScope[],
  token: string,
  healed: boolean,
): Promise<void> => {
  for (const scope of probes) {
    const kind = healed ? 'probe-succeeded' : 'probe-failed';
    if (await changeBreaker(ports, scope, { kind, token }))
      ports.log.warn(healed ? 'breaker closed' : 'breaker stays open, its probe failed', { ...scope });
  }
};

const TRIES_MAX = 5;
const PROBE_MARGIN_MS = 30 * minuteMs;
