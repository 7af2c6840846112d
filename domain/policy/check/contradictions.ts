/**
 * Settings that each are fine and together can never do what their author meant. What stops an entry from ever
 * healing anything is a problem; what merely has no effect, because another setting is stricter, is a warning. Only
 * what is written is judged: nobody contradicts themselves by what they left out.
 */
import type { Severity } from '../../catalog/catalog.ts';
import { durationText } from '../duration.ts';
import {
  type LimitScope,
  type Limits,
  type Notify,
  OWNER,
  type Policy,
  type WrittenEntry,
} from '../policy.ts';
import { type DocumentPath, listed, type PathProblem, shown } from '../policy-problem.ts';
import { valueAt } from '../schema-problems.ts';
import { topicsFor } from '../select-policy.ts';
import { approverContradictions } from './approver-contradictions.ts';

/** @param document the policy as it is written: what stands there, and what was filled in */
export const contradictions = (policy: Policy, document: unknown): readonly PathProblem[] => {
  const isWritten = (...path: DocumentPath): boolean => valueAt(document, path) !== undefined;
  return [
    ...limitContradictions(policy.limits, ['limits'], isWritten),
    // What the defaults say is told there, once, however many entries have it from them.
    ...(isWritten('defaults') ? blockContradictions(policy.unmatched, ['defaults'], isWritten) : []),
    ...policy.entries.flatMap((entry, index) => {
      const path = ['entries', index];
      return [
        ...limitContradictions(entry.limits, [...path, 'limits'], isWritten),
        ...blockContradictions(entry, path, isWritten),
        ...approvalContradictions(entry, path),
      ];
    }),
    ...approverContradictions(policy, document),
    ...ownerContradictions(policy, document),
  ];
};

type IsWritten = (...path: DocumentPath) => boolean;

/** The inner scope lies within the outer one: more than the outer allows never runs in it. */
const WITHIN: readonly (readonly [LimitScope, LimitScope])[] = [
  ['lane', 'account'],
  ['lane', 'organization'],
  ['account', 'organization'],
  ['rule', 'organization'],
  ['runbook', 'organization'],
];

const limitContradictions = (
  limits: Limits,
  path: DocumentPath,
  isWritten: IsWritten,
): readonly PathProblem[] =>
  WITHIN.flatMap(([inner, outer]) => {
    const [within, around] = [limits[inner], limits[outer]];
    if (within === undefined || around === undefined) return [];
    const problems: PathProblem[] = [];
    const concurrency = [...path, inner, 'concurrency'];
    if (isWritten(...concurrency) && (within.concurrencyMax ?? 0) > (around.concurrencyMax ?? Infinity))
      problems.push({
        path: concurrency,
        warning: true,
        expected: `at most ${around.concurrencyMax}, as many as run in the whole ${outer}`,
        found: String(within.concurrencyMax),
        action: `it is never reached: lower it, or raise the limit of the ${outer}`,
      });
    const key = ['start-interval', 'starts-per-minute'].find((each) => isWritten(...path, inner, each));
    if (key !== undefined && (within.startIntervalMs ?? Infinity) < (around.startIntervalMs ?? 0))
      problems.push({
        path: [...path, inner, key],
        warning: true,
        expected: `at least ${durationText(around.startIntervalMs ?? 0)} between starts, as in the whole ${outer}`,
        found: durationText(within.startIntervalMs ?? 0),
        action: `so many starts never come: make it rarer, or raise the limit of the ${outer}`,
      });
    return problems;
  });

type Blocks = Pick<
  WrittenEntry,
  'retry' | 'approval' | 'limits' | 'backlog' | 'breaker' | 'flapping' | 'blastRadius' | 'graceMs'
>;

const blockContradictions = (
  blocks: Blocks,
  path: DocumentPath,
  isWritten: IsWritten,
): readonly PathProblem[] => {
  const { retry, backlog, breaker, flapping, blastRadius } = blocks;
  const problems: PathProblem[] = [];
  const report = (problem: PathProblem): void => {
    problems.push(problem);
  };
  if (flapping.cases === 1 && isWritten(...path, 'flapping', 'cases'))
    report({
      path: [...path, 'flapping', 'cases'],
      expected: 'at least 2 cases of one finding: it must come back to be flapping',
      found: '1',
      action:
        'with 1 the first case of every finding goes to a person and nothing heals; without it 5 is meant',
    });
  if (retry.attemptsMax === 1) {
    const key = ['backoff', 'max-backoff'].find((each) => isWritten(...path, 'retry', each));
    if (key !== undefined)
      report({
        path: [...path, 'retry', key],
        warning: true,
        expected: 'more than one attempt, or no backoff',
        found: `${key} with attempts: 1`,
        action: 'there is no second attempt to wait for; remove one of the two',
      });
  }
  if (
    blastRadius?.resourcesMax !== undefined &&
    isWritten(...path, 'blast-radius', 'max-resources') &&
    isWritten(...path, 'backlog') &&
    backlog.resourcesMax >= blastRadius.resourcesMax &&
    backlog.windowMs <= blastRadius.windowMs
  )
    report({
      path: [...path, 'backlog'],
      warning: true,
      expected: `fewer resources than the blast radius, ${blastRadius.resourcesMax} in ${durationText(blastRadius.windowMs)}`,
      found: `${backlog.resourcesMax} in ${durationText(backlog.windowMs)}`,
      action: 'the blast radius makes the surplus wait before the backlog guard can ask anybody about it',
    });
  if (isWritten(...path, 'breaker') && breaker.probeAfterMs > breaker.windowMs)
    report({
      path: [...path, 'breaker', isWritten(...path, 'breaker', 'probe-after') ? 'probe-after' : 'window'],
      warning: true,
      expected: `probe-after to be no longer than window, ${durationText(breaker.windowMs)}`,
      found: durationText(breaker.probeAfterMs),
      action:
        'by then every failure has left the window: the breaker stays open for no reason that still counts',
    });
  const intervalMs = blocks.limits.rule?.startIntervalMs ?? blocks.limits.organization?.startIntervalMs;
  const isJudged = isWritten(...path, 'breaker') || isWritten(...path, 'limits', 'rule');
  if (isJudged && intervalMs !== undefined) {
    const attempts = Math.ceil(breaker.windowMs / intervalMs);
    if (attempts < breaker.attemptsMin)
      report({
        path: [...path, isWritten(...path, 'breaker') ? 'breaker' : 'limits'],
        atKey: true,
        warning: true,
        expected: `a window in which a rule can have ${breaker.attemptsMin} attempts, with ${durationText(intervalMs)} between its starts`,
        found: `${durationText(breaker.windowMs)}, in which it has ${attempts}`,
        action:
          'the breaker of the rule can never open: write breaker with fewer attempts or a longer window',
      });
  }
  return problems;
};

/** Nobody can approve what nobody hears of. */
const approvalContradictions = (entry: WrittenEntry, path: DocumentPath): readonly PathProblem[] => {
  const unheard = unheardSeverities(entry.notify).filter((one) => (entry.severity ?? one) === one);
  if (entry.mode !== 'approve' || unheard.length === 0) return [];
  const isAll = unheard.length === SEVERITIES.length || entry.severity !== undefined;
  const of = isAll ? '' : `, of severity ${listed(unheard)}`;
  return [
    {
      path: [...path, 'mode'],
      warning: true,
      expected: 'somebody who hears that there is something to approve',
      found: `mode approve, and no topic that is told of ${shown(entry.name)}${of}`,
      action: 'define topics, and write notify here or in defaults',
    },
  ];
};

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

const unheardSeverities = (notify: Notify): readonly Severity[] =>
  SEVERITIES.filter((severity) => topicsFor(notify, severity).length === 0);

/** Grace is there for an owner to object; owners are there to be told while it runs, or by notify. */
const ownerContradictions = (
  { entries, unmatched, owners }: Policy,
  document: unknown,
): readonly PathProblem[] => {
  const untold = entries.findIndex(
    ({ graceMs, mode, notify }) =>
      owners === undefined &&
      graceMs > 0 &&
      mode !== 'observe' &&
      unheardSeverities(notify).length === SEVERITIES.length,
  );
  if (untold >= 0) return [untoldGrace(entries, untold, document)];
  const withGrace = entries.findIndex(({ graceMs, mode }) => graceMs > 0 && mode !== 'observe');
  const isTold = [unmatched, ...entries].some(({ notify }) =>
    SEVERITIES.some((severity) => topicsFor(notify, severity).includes(OWNER)),
  );
  if (owners !== undefined && withGrace < 0 && !isTold)
    return [
      {
        path: ['owners'],
        atKey: true,
        warning: true,
        expected: 'an entry with grace, or grace in defaults, or owner under notify',
        found: 'owners, and nothing that they would be told',
        action: 'write grace: 4h where they should be told before anything happens, or owner under notify',
      },
    ];
  if (owners === undefined && withGrace >= 0) {
    return [
      {
        path: gracePath(withGrace, document),
        warning: true,
        expected: 'owners, who are told while the grace runs',
        found: `grace ${durationText(entries[withGrace]?.graceMs ?? 0)}, and no owners`,
        action: 'write owners: {tag: Owner, fallback: TOPIC}, or nobody but those under notify can object',
      },
    ];
  }
  return [];
};

const gracePath = (index: number, document: unknown): DocumentPath => {
  const own = ['entries', index, 'grace'];
  return valueAt(document, own) === undefined ? ['defaults', 'grace'] : own;
};

/** No grace begins before somebody was told: such a case goes to a person at once. */
const untoldGrace = (entries: Policy['entries'], index: number, document: unknown): PathProblem => ({
  path: gracePath(index, document),
  expected: 'somebody who is told before the grace runs: owners, or notify',
  found: `grace ${durationText(entries[index]?.graceMs ?? 0)}, and nobody to tell for ${shown(entries[index]?.name)}`,
  action: 'every case of it would go to a person: write owners: {tag: Owner, fallback: TOPIC}',
});
