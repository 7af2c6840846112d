/** The tables of docs/metrics.md: what there is to see, and what rings. */
import { METRIC_NAMES, METRICS, type Metric } from '../../domain/metrics.ts';
import { prometheusName } from '../../infra/observability/prometheus-metrics.ts';
import { hubTemplate } from '../support/stack-templates.ts';
import { ofType, type Properties } from '../support/template-reader.ts';
import { textOf } from '../support/template-values.ts';

/** By the name of the part. */
export const metricsParts = (): Readonly<Record<string, string>> => ({
  metrics: metricsTable(),
  alarms: alarmsTable(),
});

const metricsTable = (): string =>
  [
    '| metric | kind, unit | told apart by | says | written by | for Prometheus |',
    '| --- | --- | --- | --- | --- | --- |',
    ...METRIC_NAMES.map((name) => {
      const { kind, unit, dimensions, meaning, emittedBy }: Metric = METRICS[name];
      const by = dimensions.map((each) => `\`${each}\``).join(', ');
      return `| \`${name}\` | ${kind}, ${unit} | ${by} | ${meaning} | ${sourcesOf(emittedBy)} | \`${prometheusName(name)}\` |`;
    }),
  ].join('\n');

const sourcesOf = (emittedBy: Metric['emittedBy']): string =>
  emittedBy.length === ALL_FUNCTIONS ? 'all' : emittedBy.map((name) => `\`${name}\``).join(', ');

const ALL_FUNCTIONS = METRICS.PolicyRefused.emittedBy.length;

const alarmsTable = (): string =>
  [
    '| alarm | rings when | without data | what to do |',
    '| --- | --- | --- | --- |',
    ...ofType(hubTemplate(), 'AWS::CloudWatch::Alarm').map(
      ([, alarm]) =>
        `| \`${textOf(alarm.AlarmName)}\` | ${conditionOf(alarm)} | ${SILENCE[textOf(alarm.TreatMissingData)]} | ${textOf(alarm.AlarmDescription)} |`,
    ),
  ].join('\n');

const conditionOf = (alarm: Properties): string => {
  const { MetricName, Statistic, ComparisonOperator, Threshold, Period, EvaluationPeriods } = alarm;
  const minutes = Number(Period) / 60;
  const times = Number(EvaluationPeriods) === 1 ? '' : `, ${EvaluationPeriods} times in a row`;
  return `${WORDS[textOf(Statistic)]} \`${textOf(MetricName)}\` in ${minutes} min ${COMPARED[textOf(ComparisonOperator)]} ${Threshold}${times}`;
};

const WORDS: Readonly<Record<string, string>> = {
  Minimum: 'the least',
  Maximum: 'the greatest',
  Sum: 'the sum of',
};
const COMPARED: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: '≥',
  GreaterThanThreshold: '>',
  LessThanThreshold: '<',
};
const SILENCE: Readonly<Record<string, string>> = {
  breaching: 'rings',
  missing: 'is not known, and does not ring',
  notBreaching: 'is quiet: it is counted only when it happens',
};
