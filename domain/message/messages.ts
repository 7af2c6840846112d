/** The door to all texts: composition loads this module when somebody is told something, and not before. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Messages } from '../ports.ts';
import { askingMessage, expiredMessage } from './batch-message.ts';
import { breakersOpened } from './breaker-message.ts';
import { messageFor } from './case-message.ts';

/** What messages are made of beside what they are about. */
export interface MessageNeeds {
  readonly catalog: Catalog;
}

export const createMessages = ({ catalog }: MessageNeeds): Messages => ({
  aboutCase: async (about) => messageFor(about),
  batchAsks: async (batch, members) => askingMessage(batch, members, catalog),
  batchExpired: async (batch, expired, some) => expiredMessage(batch, expired, some),
  breakersOpened: async (opened) => breakersOpened(opened),
});
