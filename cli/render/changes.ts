/** State changes of cases: one on a line, or the latest of each case in a table. */
import type { CaseChanged } from '../../domain/case-changed.ts';
import { type Io, type Style, safe } from '../io.ts';
import { paintState } from './paint.ts';
import { type Column, table } from './table.ts';

/** @example 02:00:05  0k3v9x1q7m2p5t8a-1  S3 Bucket invoices  queued → starting  a permit was granted */
export const changeLine = (change: CaseChanged, style: Style): string =>
  [
    style.dim(timeOf(change)),
    safe(change.caseId),
    resource(change),
    `${change.from === null ? 'opened' : change.from} → ${paintState(change.to, style)}`,
    safe(change.why, 160),
  ]
    .join('  ')
    .trimEnd();

/** As many rows as the terminal is high; the latest change last. */
export const changesTable = (changes: readonly CaseChanged[], io: Io): string => {
  const rowsMax = Math.max(3, io.rows - 3);
  return table(columns(io), changes.slice(-rowsMax), io.columns);
};

const columns = ({ style }: Io): readonly Column<CaseChanged>[] => [
  { title: 'TIME', value: timeOf, paint: (text) => style.dim(text) },
  { title: 'CASE', value: ({ caseId }) => safe(caseId) },
  { title: 'RESOURCE', value: resource, widthMin: 14 },
  { title: 'STATE', value: ({ to }) => to, paint: (text, { to }) => paintState(to, style, text) },
  { title: 'TRIES', value: ({ attempts }) => String(attempts), leaveOut: 1 },
  { title: 'WHY', value: ({ why }) => safe(why), widthMin: 10 },
];

const timeOf = ({ at }: CaseChanged): string => safe(at.slice(11, 19));

const resource = ({ finding }: CaseChanged): string =>
  `${safe(finding.resourceType.replace(/^AWS::/, '').replaceAll('::', ' '))} ${safe(finding.resourceId, 80)}`.trim();
