/** Messages as they are; and of a catalog that knows no runbook: for tests that look at who is told, and when. */
import { catalogOf } from '../../domain/catalog/catalog-of.ts';
import { createManyMessages } from '../../domain/message/many-messages.ts';
import { createCaseMessages, type MessageNeeds } from '../../domain/message/messages.ts';
import type { Messages } from '../../domain/ports.ts';
import { NOW } from './cases.ts';

export const allMessages = (needs: MessageNeeds): Messages => ({
  ...createCaseMessages(needs),
  ...createManyMessages(needs),
});

export const plainMessages = (): Messages =>
  allMessages({
    catalog: catalogOf([]),
    ports: {
      cases: { recent: async () => [] } as never,
      clock: { now: () => NOW, sleep: async () => undefined },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
  });
