/** The hub's alarms: what they watch exists, is named as those name it who write it, and nothing goes unwatched. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DEAD_LETTER_QUEUES, WORK_QUEUES } from '../../../infra/sqs/queues.ts';
import type { Template } from '../../../infra/stack/template.ts';
import { hubTemplate } from '../../support/stack-templates.ts';
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

  it('are those of the fragments, with the dashboard beside them', () => {
    const namesIn = (template: Pick<Template, 'Resources'>) => [
      ...ofType(template, 'AWS::CloudWatch::Alarm').map(([id]) => id),
      ...ofType(template, 'AWS::CloudWatch::Dashboard').map(([id]) => id),
    ];
    expect(namesIn(hub.template).sort()).toEqual(namesIn(hubTemplate()).sort());
  });
});
