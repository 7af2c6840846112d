/** Collects what functions write as metrics while they run, and holds it against the list of them. */
import { CLOSED_STATES, OPEN_STATES } from '../../domain/case/case.ts';
import { METRIC_NAMES, METRICS, type Metric, type MetricName } from '../../domain/metrics.ts';
import { embeddedMetrics } from '../../sandbox/cloudwatch/embedded-metrics.ts';
import type { FunctionLogs } from '../../sandbox/lambda/function-logs.ts';

export interface Emitted {
  readonly name: string;
  readonly namespace: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `wake`, as the list has it. */
  readonly functionName: string;
}

export interface EmittedMetrics {
  /** What of it the list does not know, or knows otherwise: each a sentence. */
  problems(): readonly string[];
  /** Names on the list that nobody has written. */
  missing(): readonly MetricName[];
}

/** Listens from now on. */
export const emittedMetrics = (logs: Pick<FunctionLogs, 'onLine'>): EmittedMetrics => {
  const seen = new Map<string, Emitted>();
  logs.onLine((record, { fields }) => {
    for (const { namespace, name, unit, dimensions } of embeddedMetrics(fields)) {
      const emitted = {
        namespace,
        name,
        unit,
        dimensions,
        functionName: record.name.replace(/^selfheal-/, ''),
      };
      seen.set(JSON.stringify(emitted), emitted);
    }
  });
  return {
    problems: () => [...seen.values()].flatMap(problemsOf),
    missing: () => {
      const names = new Set([...seen.values()].map(({ name }) => name));
      return METRIC_NAMES.filter((name) => !names.has(name));
    },
  };
};

const STATES: readonly string[] = [...OPEN_STATES, ...CLOSED_STATES];

const problemsOf = ({ namespace, name, unit, dimensions, functionName }: Emitted): readonly string[] => {
  const metric: Metric | undefined = METRICS[name as MetricName];
  const here = `${name}, written by ${functionName},`;
  if (metric === undefined || namespace !== 'Selfheal')
    return [`${here} is not on the list (namespace ${namespace})`];
  const { service, state, ...further } = dimensions;
  const names = ['service', ...metric.dimensions];
  return [
    ...(unit === metric.unit ? [] : [`${here} is in ${unit}, not in ${metric.unit}`]),
    ...(Object.keys(dimensions).join() === names.join() ? [] : [`${here} has ${JSON.stringify(dimensions)}`]),
    ...(service === 'selfheal' && (state === undefined || STATES.includes(state))
      ? []
      : [`${here} is of ${state}`]),
    ...(Object.keys(further).length === 0 ? [] : [`${here} has too many dimensions`]),
    ...((metric.emittedBy as readonly string[]).includes(functionName)
      ? []
      : [`${here} is on the list as written by ${metric.emittedBy.join(', ')}`]),
  ];
};
