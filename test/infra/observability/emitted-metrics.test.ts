/** What holds the functions' metrics against the list must itself find each way in which the two can differ. */
import { expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../domain/metrics.ts';
import { createMetrics } from '../../../infra/observability/metrics.ts';
import type { LogListener } from '../../../sandbox/lambda/function-logs.ts';
import { emittedMetrics } from '../../support/emitted-metrics.ts';

const lineOf = (
  name: string,
  unit: string,
  fields: Readonly<Record<string, unknown>>,
  namespace = 'Selfheal',
) => {
  const { [name]: _, ...dimensions } = fields;
  return {
    _aws: {
      Timestamp: 0,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: [{ Name: name, Unit: unit }],
        },
      ],
    },
    ...fields,
  };
};

/** What is found when a function writes these lines. */
const heard = (functionName: string, lines: readonly unknown[]) => {
  let say: LogListener = () => undefined;
  const emitted = emittedMetrics({
    onLine: (listener) => {
      say = listener;
    },
  });
  for (const fields of lines)
    say({ name: `selfheal-${functionName}` } as Parameters<LogListener>[0], {
      atMs: 0,
      functionName,
      logStream: '',
      text: '',
      fields,
    });
  return emitted;
};
const SERVICE = { service: 'selfheal' };

it('finds nothing wrong with what the writer writes, and says what is missing', () => {
  const lines: unknown[] = [];
  const metrics = createMetrics((text) => lines.push(JSON.parse(text)));
  metrics.count('CaseMoved', 1, { state: 'resolved' });
  metrics.time('TimeToStart', 5);
  metrics.publish();
  const emitted = heard('wake', lines);
  expect(emitted.problems()).toEqual([]);
  expect(emitted.missing()).toEqual(
    METRIC_NAMES.filter((name) => !['CaseMoved', 'TimeToStart'].includes(name)),
  );
});

it.each([
  [
    'a name that is not on the list',
    'wake',
    lineOf('CaseLost', 'Count', { ...SERVICE, CaseLost: 1 }),
    /not on the list/,
  ],
  [
    'another namespace',
    'wake',
    lineOf('CaseOpened', 'Count', { ...SERVICE, CaseOpened: 1 }, 'Other'),
    /namespace Other/,
  ],
  [
    'another unit',
    'wake',
    lineOf('TimeToStart', 'Seconds', { ...SERVICE, TimeToStart: 1 }),
    /not in Milliseconds/,
  ],
  [
    'a dimension too few',
    'wake',
    lineOf('CaseMoved', 'Count', { ...SERVICE, CaseMoved: 1 }),
    /has \{"service"/,
  ],
  [
    'a dimension too many',
    'wake',
    lineOf('CaseOpened', 'Count', { ...SERVICE, caseId: 'a-1', CaseOpened: 1 }),
    /too many dimensions/,
  ],
  [
    'a value that no state has',
    'wake',
    lineOf('CaseMoved', 'Count', { ...SERVICE, state: 'lost', CaseMoved: 1 }),
    /is of lost/,
  ],
  [
    'a function that should not',
    'tick',
    lineOf('CaseOpened', 'Count', { ...SERVICE, CaseOpened: 1 }),
    /as written by/,
  ],
])('finds %s', (_, functionName, line, problem) => {
  expect(heard(functionName, [line]).problems().join('\n')).toMatch(problem);
});
