/**
 * How often attempts of a rule or of a runbook fail: an item each, with an attribute for each failure, named after
 * its attempt. Nothing is read or written here unless something has failed.
 */
import { type BreakerScope, breakerId } from '../../domain/breaker.ts';
import { type HealthStore, PortError } from '../../domain/ports.ts';
import { dayMs, type Instant, plusMs } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';

export const createHealthStore = ({
  client,
  tableName,
}: {
  readonly client: Documents;
  readonly tableName: string;
}): HealthStore => ({
  noteFailure: async (scope, { key, at }, since) => {
    const update = (input: Omit<Parameters<Documents['update']>[0], 'TableName' | 'Key'>) =>
      calling('dynamodb:UpdateItem', () =>
        client.update({ TableName: tableName, Key: healthKey(scope), ...input }),
      );
    const { Attributes } = await update({
      UpdateExpression: 'SET #failure = :at',
      ExpressionAttributeNames: { '#failure': FAILURE + key },
      ExpressionAttributeValues: { ':at': at },
      ReturnValues: 'ALL_NEW',
    });
    const failures = failuresIn(Attributes);
    const dropped = surplus(failures, at);
    if (dropped.length > 0)
      await update({
        UpdateExpression: `REMOVE ${dropped.map((_, n) => `#f${n}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(dropped.map(([name], n) => [`#f${n}`, name])),
      });
    const count = failures.filter(([, failedAt]) => failedAt >= since).length;
    if (count >= FAILURES_MAX)
      throw new PortError(
        'terminal',
        'TooManyFailures',
        'dynamodb:UpdateItem',
        `more attempts of ${breakerId(scope)} failed since ${since} than are counted`,
      );
    return count;
  },
});

type Failure = readonly [name: string, at: Instant];

/** Oldest first. */
const failuresIn = (item: Values | undefined): readonly Failure[] =>
  Object.entries(item ?? {})
    .filter(([name]) => name.startsWith(FAILURE))
    .map(([name, at]): Failure => {
      if (typeof at !== 'string') throw new Error(`the health item says ${name} ${JSON.stringify(at)}`);
      return [name, at];
    })
    .sort(([, one], [, other]) => (one < other ? -1 : 1));

/** Too old for any window; and the oldest of more than an item should hold. */
const surplus = (failures: readonly Failure[], now: Instant): readonly Failure[] => {
  const oldest = plusMs(now, -WINDOW_MS_MAX);
  return failures
    .filter(([, at], n) => at < oldest || n < failures.length - FAILURES_MAX)
    .slice(0, DROPPED_MAX);
};

const healthKey = (scope: BreakerScope) => ({ pk: `scope#health#${breakerId(scope)}`, sk: 'health' });

const FAILURE = 'failed#';
/** The longest window that a policy may name. */
const WINDOW_MS_MAX = dayMs;
/** With so many the item has some 80 KB, and it grows no further; nobody need count on to see what is wrong. */
const FAILURES_MAX = 1_000;
/** An update names so many attributes at most; the rest goes with the next one. */
const DROPPED_MAX = 50;
