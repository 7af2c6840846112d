/** From a queue's URL, as callers name it, to the queue. */
import { AwsError } from '../../service.ts';
import { type Queue, type QueueStore, queueKey } from './queue-store.ts';

/** A queue's URL may come from an earlier start on another port: only its path counts. */
export const findQueue = (
  store: QueueStore,
  queueUrl: string,
  { region }: { readonly region: string },
): Queue => {
  const [, account, name] = /\/(\d{12})\/([\w.-]+)\/?$/.exec(queueUrl) ?? [];
  const queue =
    account === undefined || name === undefined ? undefined : store.get(queueKey(account, region, name));
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
};

export const queueDoesNotExist = (): AwsError =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
