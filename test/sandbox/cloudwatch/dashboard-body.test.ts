import { describe, expect, it } from 'vitest';
import { readDashboard } from '../../../sandbox/cloudwatch/dashboard-body.ts';

const graph = (metric: unknown, over: object = {}) => ({
  type: 'metric',
  x: 0,
  y: 0,
  width: 8,
  height: 6,
  properties: { region: 'eu-west-1', view: 'timeSeries', stacked: false, period: 300, metrics: [metric] },
  ...over,
});
const read = (...widgets: readonly unknown[]) => readDashboard(JSON.stringify({ widgets }));
const GOOD = ['N', 'M', 'service', 's', { stat: 'p90' }];

describe('the body of a dashboard', () => {
  it('is read as it is', () => {
    expect(read(graph(GOOD)).widgets[0]).toEqual(graph(GOOD));
  });

  it.each([
    ['a dimension without a value', graph(['N', 'M', 'service', { stat: 'Sum' }]), /pairs of a dimension/],
    ['a metric without a statistic', graph(['N', 'M', 'service', 's']), /must say the statistic/],
    [
      'options in the middle',
      graph(['N', 'M', { stat: 'Sum' }, 's', { stat: 'Sum' }]),
      /pairs of a dimension/,
    ],
    ['a statistic that is none', graph(['N', 'M', { stat: 'p101' }]), /metrics\.0/],
    ['an abbreviation', graph(['.', 'M', { stat: 'Sum' }]), /write each metric out/],
    ['a widget beyond the grid', graph(GOOD, { x: 17 }), /24 columns/],
    ['a widget that the sandbox does not know', { ...graph(GOOD), type: 'explorer' }, /widgets\.0\.type/],
    ['a field that it does not know', graph(GOOD, { colour: 'red' }), /colour/],
    [
      'an alarm by its name alone',
      { x: 0, y: 0, width: 8, height: 2, type: 'alarm', properties: { alarms: ['selfheal-tick'] } },
      /no ARN of an alarm/,
    ],
  ])('is refused with %s', (_, widget, reason) => {
    expect(() => read(widget)).toThrow(reason);
  });

  it('is refused when it is no JSON', () => {
    expect(() => readDashboard('{')).toThrow(/no JSON/);
  });
});
