/** One question to the world with an end to its patience: whatever happens, there is a reading of it. */
import { NO_ANSWER, type Reading } from '../../domain/doctor/reading.ts';
import { toPortError } from '../aws-errors.ts';

export type Ask = <T>(operation: string, call: (signal: AbortSignal) => Promise<T>) => Promise<Reading<T>>;

/** @param signal when it is aborted, every answer that is still out is taken for none. */
export const askUntil =
  (signal: AbortSignal, asked: () => void): Ask =>
  async (operation, call) => {
    asked();
    if (signal.aborted) return noAnswer(operation);
    let stop = (): void => {};
    const ended = new Promise<'ended'>((resolve) => {
      stop = () => resolve('ended');
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      const answered = await Promise.race([call(signal).then((value) => ({ value })), ended]);
      return answered === 'ended' ? noAnswer(operation) : { ok: true, value: answered.value };
    } catch (error) {
      if (signal.aborted) return noAnswer(operation);
      const { code, message, errorClass } = toPortError(error, operation);
      return { ok: false, operation, code, message, errorClass };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };

const noAnswer = (operation: string): Reading<never> => ({
  ok: false,
  operation,
  code: NO_ANSWER,
  message: 'no answer in time',
  errorClass: 'transient',
});
