/**
 * Messages, read from their file when the first one is written: most functions never write one, and their cold
 * starts are somebody's wait.
 */
import type { MessageNeeds } from '../domain/message/messages.ts';
import type { Messages } from '../domain/ports.ts';

export const messagesOnDemand = (needs: MessageNeeds): Messages => {
  const ofCase = async () => (await import('../domain/message/messages.ts')).createCaseMessages(needs);
  const ofMany = async () => (await import('../domain/message/many-messages.ts')).createManyMessages(needs);
  return {
    aboutCase: async (about) => (await ofCase()).aboutCase(about),
    batchAsks: async (batch, members) => (await ofMany()).batchAsks(batch, members),
    batchExpired: async (batch, expired, some) => (await ofMany()).batchExpired(batch, expired, some),
    breakersOpened: async (opened) => (await ofMany()).breakersOpened(opened),
  };
};
