/** PutEvents: every entry is judged by itself; what AWS keeps for its own services is refused. */
import { randomUuid } from '../../core/random.ts';
import { AwsError, type CallContext, type Operation } from '../../service.ts';
import { EVENT_BYTES_MAX, eventTime } from './bus-event.ts';
import { type BusStore, placeOf } from './bus-store.ts';
import type { Delivery } from './delivery.ts';

interface Entry {
  /** Seconds since the epoch. */
  readonly Time?: number;
  readonly Source?: string;
  readonly Resources?: readonly string[];
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
}

interface Refusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export const createPutEvents =
  (buses: BusStore, delivery: Delivery, random: () => number): Operation =>
  ({ Entries }: { readonly Entries: readonly Entry[] }, context) => {
    if (Entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > EVENT_BYTES_MAX) {
      throw new AwsError(
        'ValidationException',
        'Total size of the entries in the request is over the limit.',
      );
    }
    const results = Entries.map((entry) => putEntry(entry, context));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };

    function putEntry(
      entry: Entry,
      { account, region, nowMs }: CallContext,
    ): Refusal | { readonly EventId: string } {
      const refusal = refusalOf(entry);
      if (refusal !== undefined) return refusal;
      const id = randomUuid(random);
      const place = placeOf(entry.EventBusName, { account, region });
      const event = {
        version: '0',
        id,
        'detail-type': entry.DetailType ?? '',
        source: entry.Source ?? '',
        account,
        time: eventTime(entry.Time === undefined ? nowMs : entry.Time * 1_000),
        region,
        resources: entry.Resources ?? [],
        detail: JSON.parse(entry.Detail ?? '{}'),
      };
      // An event for a bus that does not exist is accepted and goes nowhere: no error of PutEvents says otherwise.
      if (buses.findBus(place) !== undefined) delivery.publish(place, event, nowMs);
      return { EventId: id };
    }
  };

const refusalOf = (entry: Entry): Refusal | undefined => {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name] === undefined || entry[name] === '') {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
    }
  }
  if (/^aws\./i.test(entry.Source ?? '')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  return isJsonObject(entry.Detail ?? '')
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** As AWS counts an entry. */
const entryBytes = (entry: Entry): number =>
  (entry.Time === undefined ? 0 : 14) +
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    0,
  );
