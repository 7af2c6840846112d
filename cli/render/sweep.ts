/** What a sweep found, for a person: how complete it is first, for what it could not read it does not vouch. */
import type { SweepStatus } from '../../console/routes/sweep-routes.ts';
import type { SweepScope } from '../../domain/sweep/sweep-order.ts';
import type { LaneReport, SweepReport, SweepTrouble } from '../../domain/sweep/sweep-report.ts';
import { type Io, safe } from '../io.ts';
import { type Column, table } from './table.ts';

type Terminal = Pick<Io, 'columns' | 'style'>;

export const sweepStatusText = ({ everything, asked }: SweepStatus, io: Terminal): string => {
  if (everything === null && asked === null)
    return 'Nothing was swept yet. It is done every hour; "selfheal sweep" does it now.\n';
  return [
    ...memoryLines(everything, io, 'Nothing but parts was swept yet.\n'),
    ...(asked === null ? [] : memoryLines(asked, io, '')),
  ].join('\n');
};

const memoryLines = (memory: SweepStatus['everything'], io: Terminal, absent: string): readonly string[] => {
  const { running, last } = memory ?? {};
  return [
    ...(running === undefined
      ? []
      : [`A sweep is under way since ${safe(running.startedAt)} (${safe(running.id)}).\n`]),
    last === undefined ? absent : sweepText(last, io),
  ];
};

export const sweepText = (report: SweepReport, { columns, style }: Terminal): string => {
  const { lanes, totals, troubles, byLane, lanesLeftOut, complete } = report;
  const verdict = complete ? style.green('complete') : style.yellow('not complete');
  const looked = `${counted(lanes.known, 'account and Region', 'accounts and Regions')}: ${lanes.whole} whole, ${lanes.failed} with errors, ${lanes.notReached} not reached`;
  const found = `${totals.nonCompliant} NON_COMPLIANT: ${totals.opened} opened (no event had come), ${totals.open} open already, ${totals.settled} settled before; ${totals.closed} closed`;
  return [
    `Swept ${scopeText(report.only)}, ${safe(report.startedAt)} to ${safe(report.endedAt)}${report.who === undefined ? '' : `, for ${safe(report.who)}`}: ${verdict}`,
    `  looked at  ${looked}`,
    `  found      ${found}`,
    ...(report.next === undefined ? [] : [`  time is up; the next one begins with ${safe(report.next)}`]),
    ...troubleLines('  aggregator', troubles),
    ...(byLane.length === 0 ? [] : ['', table(COLUMNS, byLane, columns)]),
    ...(lanesLeftOut === 0 ? [] : [`${lanesLeftOut} more, with less to tell.`]),
    ...byLane.flatMap((lane) => troubleLines(`  ${safe(lane.lane)}`, lane.troubles)),
    '',
  ].join('\n');
};

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const scopeText = (only: SweepScope | undefined): string => {
  const { accounts = [], regions = [], rules = [] } = only ?? {};
  const names = [...accounts, ...regions, ...rules].map((name) => safe(name));
  return names.length === 0 ? 'everything' : names.join(', ');
};

const troubleLines = (where: string, troubles: readonly SweepTrouble[]): readonly string[] =>
  troubles.map(
    ({ operation, code, message, rule }) =>
      `${where}: ${safe(operation)}${rule === undefined ? '' : ` (${safe(rule)})`} answered ${safe(code)}: ${safe(message)}`,
  );

const COLUMNS: readonly Column<LaneReport>[] = [
  { title: 'WHERE', value: ({ lane }) => safe(lane) },
  { title: 'ASKED', value: ({ via }) => via, leaveOut: 1 },
  { title: 'SWEPT', value: ({ swept }) => SWEPT[swept] },
  { title: 'RULES', value: ({ rules }) => String(rules), leaveOut: 2 },
  { title: 'FOUND', value: ({ nonCompliant }) => String(nonCompliant) },
  { title: 'OPENED', value: ({ opened }) => String(opened) },
  { title: 'CLOSED', value: ({ closed }) => String(closed) },
  { title: 'ERRORS', value: ({ troubles }) => String(troubles.length) },
];

const SWEPT: Readonly<Record<LaneReport['swept'], string>> = {
  whole: 'whole',
  partly: 'in part',
  no: 'not reached',
};
