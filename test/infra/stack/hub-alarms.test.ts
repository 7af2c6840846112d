/** The hub's alarms: what they watch exists, is named as those name it who write it, and nothing goes unwatched. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CounterName } from '../../../domain/metrics.ts';
import { createMetrics } from '../../../infra/observability/metrics.ts';
import { DEAD_LETTER_QUEUES, WORK_QUEUES } from '../../../infra/sqs/queues.ts';
import { SYNTHESIS_MS_MAX, type Synthesized, synthesized } from '../../support/synthesized.ts';
import { byName, fieldOf, idIn, ofType, type Properties } from '../../support/template-reader.ts';
import { itemsOf, textOf } from '../../support/template-values.ts';

let hub: Synthesized;
beforeAll(async () => {
  hub = await synthesized();
}, SYNTHESIS_MS_MAX);

describe('the alarms', () => {
  const alarms = () => ofType(hub.template, 'AWS::CloudWatch::Alarm').map(([, one]) => one);
  const dimensionsOf = ({ Dimensions }: Properties) =>
    Object.fromEntries(
      itemsOf(Dimensions).map((one) => [textOf(fieldOf(one, 'Name')), textOf(fieldOf(one, 'Value'))]),
    );
  const ofMetric = (name: string) => alarms().filter(({ MetricName }) => MetricName === name);

  it('reach the operators, also when it is over, and say what to do', () => {
    for (const { AlarmName, AlarmActions, OKActions, AlarmDescription } of alarms()) {
      expect([AlarmActions, OKActions], textOf(AlarmName)).toEqual([
        [{ Ref: 'OperationsTopic' }],
        [{ Ref: 'OperationsTopic' }],
      ]);
      expect(textOf(AlarmName)).toMatch(/^selfheal-/);
      expect(textOf(AlarmDescription).length).toBeGreaterThan(40);
    }
  });

  it('watch every dead-letter queue for a first message, and every other for its oldest', () => {
    const watched = (metric: string) =>
      ofMetric(metric)
        .map((one) => idIn(dimensionsOf(one).QueueName))
        .sort();
    const idsOf = (names: readonly string[]) =>
      names.map((name) => byName(hub.template, 'AWS::SQS::Queue', 'QueueName').get(name)?.id).sort();
    expect(watched('ApproximateNumberOfMessagesVisible')).toEqual(idsOf(DEAD_LETTER_QUEUES));
    expect(watched('ApproximateAgeOfOldestMessage')).toEqual(idsOf(WORK_QUEUES));
  });

  it.each(['Errors', 'Throttles'])('watch every function for %s', (metric) => {
    expect(
      ofMetric(metric)
        .map((one) => dimensionsOf(one).FunctionName)
        .sort(),
    ).toEqual([...byName(hub.template, 'AWS::Lambda::Function', 'FunctionName').keys()].sort());
  });

  it('ring when the tick does not run: no data is what that looks like', () => {
    expect(ofMetric('Invocations')).toEqual([
      expect.objectContaining({
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
      }),
    ]);
  });

  it.each<[CounterName, string]>([
    ['MessageRefused', 'handlers/batch.ts'],
    ['PolicyRefused', 'infra/published-policy.ts'],
    ['SweepFailed', 'domain/sweep/sweep.ts'],
  ])('watch %s as the functions write it', (name, source) => {
    expect(readFileSync(source, 'utf8')).toContain(`metrics.count('${name}'`);
    let line = '';
    const metrics = createMetrics((text) => {
      line += text;
    });
    metrics.count(name);
    metrics.publish();
    const written = JSON.parse(line) as {
      readonly [key: string]: unknown;
      readonly _aws: {
        readonly CloudWatchMetrics: readonly [
          { readonly Namespace: string; readonly Dimensions: readonly (readonly string[])[] },
        ];
      };
    };
    const [{ Namespace, Dimensions }] = written._aws.CloudWatchMetrics;
    const dimensions = Dimensions.map((keys) => Object.fromEntries(keys.map((key) => [key, written[key]])));
    expect(
      ofMetric(name).map((one) => ({ Namespace: one.Namespace, dimensions: dimensionsOf(one) })),
    ).toEqual([{ Namespace, dimensions: dimensions[0] }]);
  });
});
