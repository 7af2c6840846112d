/** For those who tell nobody anything: should they ever, that is a mistake in how they were put together. */
import type { Told } from './telling.ts';

const never = async (): Promise<never> => {
  throw new Error('this part of selfheal tells nobody anything: it was put together without messages');
};

export const tellsNobody = (): Told => ({
  announcer: { announce: never },
  messages: { aboutCase: never, batchAsks: never, batchExpired: never, breakersOpened: never },
});
