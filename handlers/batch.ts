/**
 * A batch of SQS messages, each decoded and answered on its own: what is bad is set aside with its reason,
 * what failed is left in the queue, and neither harms its neighbours.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Settled } from '../domain/engine/settled.ts';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import type { Decoded } from '../infra/eventbridge/decode.ts';

interface Work<T> {
  readonly decode: (record: SQSRecord) => Decoded<T>;
  readonly handle: (items: readonly T[]) => Promise<readonly Settled<unknown>[]>;
}

export const handleBatch = async <T>(
  { ports: { log, metrics }, refusals }: App,
  { Records }: SQSEvent,
  { decode, handle }: Work<T>,
): Promise<SQSBatchResponse> => {
  const failed = new Set<string>();
  const good: { readonly id: string; readonly item: T }[] = [];
  for (const record of Records) {
    const decoded = decode(record);
    if (decoded.kind === 'decoded') good.push({ id: record.messageId, item: decoded.value });
    if (decoded.kind === 'ignored')
      log.info('message ignored', { messageId: record.messageId, why: decoded.why });
    if (decoded.kind !== 'refused') continue;
    log.warn('message refused', { messageId: record.messageId, reason: decoded.reason });
    metrics.count('MessageRefused');
    await refusals
      .setAside(record.body, decoded.reason, queueOf(record))
      .catch(() => failed.add(record.messageId));
  }
  const settled = await handle(good.map(({ item }) => item));
  settled.forEach((result, n) => {
    const id = good[n]?.id;
    if (result.ok || id === undefined) return;
    log.error('message failed, it will come again', { messageId: id, reason: reasonOf(result.error) });
    failed.add(id);
  });
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
};

/** Where it goes back to, should somebody want it tried again. */
const queueOf = ({ eventSourceARN = '' }: Partial<SQSRecord>): string =>
  eventSourceARN.split(':').at(-1) ?? '';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

export const wasDeliveredBefore = ({ attributes }: SQSRecord): boolean =>
  Number(attributes.ApproximateReceiveCount) > 1;
