/** The door to what is told about many cases at once: batches, and breakers that opened. It is rarer, and so apart. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Messages, Ports } from '../ports.ts';
import { askingMessage, expiredMessage } from './batch-message.ts';
import { breakersOpened } from './breaker-message.ts';

export const createManyMessages = ({
  catalog,
  ports: { clock },
}: {
  readonly catalog: Catalog;
  readonly ports: Pick<Ports, 'clock'>;
}): Omit<Messages, 'aboutCase'> => ({
  batchAsks: async (batch, members) => askingMessage(batch, members, catalog, clock.now()),
  batchExpired: async (batch, expired, some) => expiredMessage(batch, expired, some, clock.now()),
  breakersOpened: async (opened) => breakersOpened(opened),
});
