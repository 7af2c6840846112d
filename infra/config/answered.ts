/** For what is thrown rather than told: an answer in time, or the error in its place. */
import { PortError } from '../../domain/ports.ts';
import type { Ask } from '../doctor/ask.ts';

/** @throws PortError also when no answer comes in time: its code is `NoAnswer`. */
export const answered = async <T>(
  ask: Ask,
  operation: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const reading = await ask(operation, call);
  if (reading.ok) return reading.value;
  throw new PortError(reading.errorClass, reading.code, reading.operation, reading.message);
};
