/** Publishes every state change of a case on selfheal's own bus. */
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CASE_CHANGED_DETAIL_TYPE, CASE_CHANGED_SOURCE } from '../../domain/case-changed.ts';
import { type CaseEvents, PortError } from '../../domain/ports.ts';
import { calling } from '../aws-errors.ts';

export interface CaseEventsOptions {
  readonly events: EventBridgeClient;
  readonly busName: string;
}

export const createCaseEvents = ({ events, busName }: CaseEventsOptions): CaseEvents => ({
  publish: async (changes) => {
    for (let from = 0; from < changes.length; from += ENTRIES_MAX) {
      const batch = changes.slice(from, from + ENTRIES_MAX);
      const { FailedEntryCount, Entries } = await calling('events:PutEvents', () =>
        events.send(
          new PutEventsCommand({
            Entries: batch.map((change) => ({
              EventBusName: busName,
              Source: CASE_CHANGED_SOURCE,
              DetailType: CASE_CHANGED_DETAIL_TYPE,
              Time: new Date(change.at),
              Detail: JSON.stringify(change),
            })),
          }),
        ),
      );
      if (FailedEntryCount) {
        const failed = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
        throw new PortError(
          'transient',
          failed?.ErrorCode ?? 'EntryFailed',
          'events:PutEvents',
          `${FailedEntryCount} of ${batch.length} events were not taken: ${failed?.ErrorMessage ?? 'no reason given'}`,
        );
      }
    }
  },
});

const ENTRIES_MAX = 10;
