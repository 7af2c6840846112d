/** What was asked of the world, and its answer: what could not be read is a fact too, and never a good one. */
import type { ErrorClass } from '../ports.ts';

export type Reading<T> = { readonly ok: true; readonly value: T } | FailedReading;

export interface FailedReading {
  readonly ok: false;
  /** What was asked, e.g. `config:DescribeConfigurationRecorderStatus`. */
  readonly operation: string;
  /** AWS's name of the error; `NoAnswer` when none came in time. */
  readonly code: string;
  readonly message: string;
  readonly errorClass: ErrorClass;
}

export const NO_ANSWER = 'NoAnswer';
