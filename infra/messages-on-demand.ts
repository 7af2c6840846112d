/**
 * Messages, read from their file when the first one is written: most functions never write one, and their cold
 * starts are somebody's wait.
 */
import type { MessageNeeds } from '../domain/message/messages.ts';
import type { Messages } from '../domain/ports.ts';

export const messagesOnDemand = (needs: MessageNeeds): Messages => {
  const loaded = async (): Promise<Messages> =>
    (await import('../domain/message/messages.ts')).createMessages(needs);
  return {
    aboutCase: async (about) => (await loaded()).aboutCase(about),
    batchAsks: async (batch, members) => (await loaded()).batchAsks(batch, members),
    batchExpired: async (batch, expired, some) => (await loaded()).batchExpired(batch, expired, some),
    breakersOpened: async (opened) => (await loaded()).breakersOpened(opened),
  };
};
