/** What a doctor finds: what is wrong, where, and how it is mended. */
import { inert } from '../message.ts';
import type { FailedReading } from './reading.ts';
import { NO_ANSWER } from './reading.ts';

/**
 * - `broken`: something does not work.
 * - `unknown`: it could not be checked, and is not taken for healthy.
 * - `risk`: it works, and will hurt one day.
 */
export type TroubleSeverity = 'broken' | 'unknown' | 'risk';

export interface Trouble {
  readonly severity: TroubleSeverity;
  /** A lane (`111122223333/us-east-1`), an account, a Region, or a part of the hub (`queue selfheal-wakes`). */
  readonly where: string;
  readonly what: string;
  /** A command, or what to do. */
  readonly mend: string;
}

export interface Diagnosis {
  /** Nothing is broken, and nothing stayed unknown. */
  readonly healthy: boolean;
  readonly lanes: number;
  readonly checks: number;
  /** The gravest first, then by place. */
  readonly troubles: readonly Trouble[];
  /** What nobody looked at, and what vouches for it instead. */
  readonly notChecked: readonly string[];
}

export const diagnosisOf = (
  troubles: readonly Trouble[],
  counts: Pick<Diagnosis, 'lanes' | 'checks' | 'notChecked'>,
): Diagnosis => ({
  healthy: troubles.every(({ severity }) => severity === 'risk'),
  ...counts,
  troubles: [...troubles].sort(
    (left, right) =>
      RANK[left.severity] - RANK[right.severity] ||
      left.where.localeCompare(right.where) ||
      left.what.localeCompare(right.what),
  ),
});

const RANK: Readonly<Record<TroubleSeverity, number>> = { broken: 0, unknown: 1, risk: 2 };

/** @param again the command that looks once more */
export const unread = (where: string, failed: FailedReading, again: string): Trouble => {
  const { operation, code } = failed;
  const message = inert(failed.message, MESSAGE_CHARS_MAX);
  if (code === NO_ANSWER)
    return {
      severity: 'unknown',
      where,
      what: `${operation} was not answered in time`,
      mend: `try again: ${again}`,
    };
  if (failed.errorClass === 'transient')
    return {
      severity: 'unknown',
      where,
      what: `could not be checked: ${operation} answers ${code} again and again (${message}); what selfheal does there waits as well`,
      mend: /Throttl|TooMany|Limit|SlowDown/i.test(code)
        ? `find out who uses up the quota there, then: ${again}`
        : `try again: ${again}`,
    };
  return {
    severity: 'unknown',
    where,
    what: `could not be checked: ${operation} is refused with ${code}: ${message}`,
    mend: /NotFound|DoesNotExist|NonExistent/.test(code)
      ? `see that it is there; if not, deploy its stack again, then: ${again}`
      : `allow it where selfheal's roles are declared, then: ${again}`,
  };
};

const MESSAGE_CHARS_MAX = 300;
