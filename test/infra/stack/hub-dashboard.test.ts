/**
 * Dashboard and alarms against the list of metrics, name by name, with units, dimensions and statistics. That the
 * functions write what the list has is shown where they run: test/sandbox/packaged/tour.test.ts.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLOSED_STATES, OPEN_STATES } from '../../../domain/case/case.ts';
import { METRIC_NAMES, METRICS, type Metric, type MetricName } from '../../../domain/metrics.ts';
import { DASHBOARD_FILE, dashboardOfHub, dashboardText } from '../../../infra/stack/build-dashboard.ts';
import { type Dashboard, readDashboard } from '../../../sandbox/cloudwatch/dashboard-body.ts';
import { hubTemplate } from '../../support/stack-templates.ts';
import { fieldOf, ofType, type Properties } from '../../support/template-reader.ts';
import { itemsOf, textOf } from '../../support/template-values.ts';

const hub = hubTemplate();
const [[, { DashboardBody }] = ['', {} as Properties]] = ofType(hub, 'AWS::CloudWatch::Dashboard');
const PSEUDO = { Partition: 'aws', Region: 'eu-west-1', AccountId: '111122223333' };
const dashboard: Dashboard = readDashboard(
  textOf(fieldOf(DashboardBody, 'Fn::Sub')).replaceAll(
    /\$\{AWS::(\w+)\}/g,
    (_, name) => PSEUDO[name as keyof typeof PSEUDO],
  ),
);

/** What is asked of CloudWatch: by an alarm or by a line of a graph. */
interface Asked {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly unit?: string;
}

const alarms = (): readonly Properties[] =>
  ofType(hub, 'AWS::CloudWatch::Alarm').map(([, properties]) => properties);

const askedByAlarms = (): readonly Asked[] =>
  alarms().map(({ Namespace, MetricName: name, Dimensions, Statistic, Unit }) => ({
    namespace: textOf(Namespace),
    name: textOf(name),
    dimensions: Object.fromEntries(
      itemsOf(Dimensions).map((one) => [textOf(fieldOf(one, 'Name')), JSON.stringify(fieldOf(one, 'Value'))]),
    ),
    stat: textOf(Statistic),
    ...(Unit !== undefined && { unit: textOf(Unit) }),
  }));

const askedByDashboard = (): readonly Asked[] =>
  dashboard.widgets.flatMap((widget) =>
    widget.type !== 'metric'
      ? []
      : widget.properties.metrics.map(([namespace, name, ...rest]) => {
          const options = rest.at(-1) as { readonly stat: string };
          const pairs = rest.slice(0, -1).map((part) => JSON.stringify(part));
          return {
            namespace,
            name,
            stat: options.stat,
            dimensions: Object.fromEntries(
              pairs.flatMap((part, n) => (n % 2 === 0 ? [[JSON.parse(part), pairs[n + 1]]] : [])),
            ),
          };
        }),
  );

const ofOurs = (asked: readonly Asked[]): readonly Asked[] =>
  asked.filter(({ namespace }) => namespace === 'Selfheal');

const STATES: Partial<Record<MetricName, readonly string[]>> = {
  CasesOpen: OPEN_STATES,
  CaseMoved: [...OPEN_STATES, ...CLOSED_STATES],
};

/** What can be asked of a kind of metric and mean something. */
const STATISTICS: Readonly<Record<Metric['kind'], RegExp>> = {
  counter: /^Sum$/,
  gauge: /^(?:Minimum|Maximum)$/,
  time: /^p\d\d$/,
};
/** Every measurement says it, 0 included: the least of several is above 0 when none went well. */
const LEAST_OF_SEVERAL: ReadonlySet<string> = new Set(['MeasureFailed']);

const problemsOf = ({ name, dimensions, stat, unit }: Asked): readonly string[] => {
  const metric: Metric | undefined = METRICS[name as MetricName];
  if (metric === undefined) return [`${name} is no metric of selfheal`];
  const wanted = LEAST_OF_SEVERAL.has(name) ? /^Minimum$/ : STATISTICS[metric.kind];
  const states = STATES[name as MetricName] ?? [];
  return [
    ...(unit === undefined || unit === metric.unit ? [] : [`${name} is in ${metric.unit}, not ${unit}`]),
    ...(wanted.test(stat) ? [] : [`${stat} of ${name}, a ${metric.kind}, means nothing`]),
    ...(Object.keys(dimensions).join() === ['service', ...metric.dimensions].join()
      ? []
      : [`${name} has other dimensions than ${Object.keys(dimensions).join()}`]),
    ...(dimensions.service === '"selfheal"' ? [] : [`${name} of service ${dimensions.service}`]),
    ...(dimensions.state === undefined || states.includes(JSON.parse(dimensions.state))
      ? []
      : [`${name} has no state ${dimensions.state}`]),
  ];
};

describe('the dashboard', () => {
  it('is written anew when metrics or alarms have changed (npx tsx infra/stack/build-dashboard.ts)', () => {
    expect(readFileSync(DASHBOARD_FILE, 'utf8')).toBe(dashboardText(dashboardOfHub()));
  });

  it('asks for nothing that is not written, in its unit, with its dimensions, by a statistic that fits', () => {
    expect(ofOurs(askedByDashboard()).flatMap(problemsOf)).toEqual([]);
  });

  it('shows every metric, and of every state where it is told apart by states', () => {
    const shown = new Set(
      ofOurs(askedByDashboard()).map(({ name, dimensions: { state } }) => `${name} ${state ?? ''}`),
    );
    const all = METRIC_NAMES.flatMap((name) =>
      (STATES[name]?.map((state) => JSON.stringify(state)) ?? ['']).map((state) => `${name} ${state}`),
    );
    expect(METRIC_NAMES.filter((name) => (METRICS[name] as Metric).dimensions.length > 0)).toEqual(
      expect.arrayContaining(Object.keys(STATES)),
    );
    expect([...shown].sort()).toEqual(all.sort());
  });

  it('shows every alarm', () => {
    const shown = dashboard.widgets.flatMap((widget) =>
      widget.type === 'alarm' ? widget.properties.alarms.map((arn) => arn.replace(/.*:alarm:/, '')) : [],
    );
    expect(shown.sort()).toEqual(
      alarms()
        .map(({ AlarmName }) => textOf(AlarmName))
        .sort(),
    );
  });

  it('draws a threshold where an alarm has it', () => {
    for (const widget of dashboard.widgets) {
      if (widget.type !== 'metric' || widget.properties.annotations === undefined) continue;
      const [first] = widget.properties.metrics;
      const alarm = alarms().find(({ MetricName: name }) => name === first?.[1]);
      expect(widget.properties.annotations.horizontal[0]?.value, first?.[1]).toBe(alarm?.Threshold);
    }
  });

  it('lays no two widgets over one another', () => {
    const cells = dashboard.widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, n) => `${x + (n % width)},${y + Math.floor(n / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('the alarms on metrics of selfheal', () => {
  it('ask for nothing that is not written, in its unit, with its dimensions, by a statistic that fits', () => {
    const asked = ofOurs(askedByAlarms());
    expect(asked.length).toBeGreaterThanOrEqual(10);
    expect(asked.flatMap(problemsOf)).toEqual([]);
  });

  it('never take silence for health, but for what is counted only when it happens', () => {
    for (const { Namespace, MetricName: name, TreatMissingData } of alarms()) {
      if (Namespace !== 'Selfheal') continue;
      const metric: Metric = METRICS[textOf(name) as MetricName];
      const isToldAlways = metric.kind === 'gauge' || LEAST_OF_SEVERAL.has(textOf(name));
      expect(TreatMissingData, textOf(name)).toMatch(
        isToldAlways ? /^(?:missing|breaching)$/ : /^notBreaching$/,
      );
    }
  });

  it('look at three measurements at least, so that a late one leaves no gap', () => {
    for (const { Namespace, MetricName: name, Period } of alarms()) {
      if (Namespace !== 'Selfheal' || (METRICS[textOf(name) as MetricName] as Metric).kind !== 'gauge')
        continue;
      expect(Period, textOf(name)).toBeGreaterThanOrEqual(900);
    }
  });
});
