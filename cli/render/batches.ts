/** Batches, as a list and one by one. */
import type { BatchJson, BatchSummary } from '../../console/routes/batch-routes.ts';
import { safe } from '../io.ts';
import { table } from './table.ts';

export const batchTable = (batches: readonly BatchSummary[], columns: number): string =>
  table<BatchSummary>(
    [
      { title: 'BATCH', value: ({ id }) => safe(id) },
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'CASES', value: ({ casesAsked }) => (casesAsked === null ? '-' : String(casesAsked)) },
      { title: 'DECIDED', value: (batch) => decidedText(batch) || '-', widthMin: 12 },
    ],
    batches,
    columns,
  );

export const batchLines = (batch: BatchJson, columns: number): string => {
  const { id, kind, about, since, digest, cases, quorum, expiresAt } = batch;
  const decided = decidedText(batch);
  return [
    `Batch ${safe(id)}: ${kind} of ${safe(about)} since ${since}`,
    ...(decided ? [`Decided: ${safe(decided)}`] : []),
    '',
    ...(digest === null
      ? ['No case waits in it: there is nothing to decide.']
      : [
          `${cases.length} cases wait. Each needs ${quorum} approval(s) before ${expiresAt}.`,
          ...counts('runbook', batch.runbooks),
          ...batch.disruption.map((text) => `  disruption  ${safe(text)}`),
          ...counts('rule', batch.rules),
          ...counts('account', batch.accounts),
          ...counts('entry', batch.entries),
          '',
          table(
            [
              { title: 'CASE', value: (row) => safe(row.id) },
              {
                title: 'RESOURCE',
                value: (row) => safe(`${row.resourceType} ${row.resourceId}`),
                widthMin: 16,
              },
              { title: 'WHERE', value: (row) => safe(`${row.account} ${row.region}`), leaveOut: 1 },
            ],
            cases,
            columns,
          ),
          '',
          `  selfheal batch approve ${safe(id)} --digest ${digest} --reason "..."`,
          `  selfheal batch deny ${safe(id)} --digest ${digest} --reason "..."`,
        ]),
    '',
  ].join('\n');
};

const decidedText = ({ decisions }: BatchSummary): string =>
  decisions
    .map(
      ({ answer, who, cases, isCarriedOut }) =>
        `${who} ${answer === 'approve' ? 'approved' : 'denied'} ${cases}${isCarriedOut ? '' : ' (at work)'}`,
    )
    .join(', ');

const counts = (name: string, of: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(of).map(([what, count]) => `  ${name.padEnd(11)} ${safe(what)}: ${count}`);
