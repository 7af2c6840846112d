/**
 * Before an invocation: is there a newer policy? A process that has never been able to look does nothing, and its
 * messages come again. One that has goes on by what it knows: it asks once more before anything starts. So does one
 * that only says what is wrong: a policy that cannot be read may be just that.
 */
import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../domain/ports.ts';
import { minuteMs } from '../domain/time.ts';
import type { PublishedPolicy } from '../infra/published-policy.ts';

export const followingPolicy = (
  published: PublishedPolicy,
  log: Log,
  { mustKnow = true }: { readonly mustKnow?: boolean } = {},
): MiddlewareObj => ({
  before: async () => {
    try {
      await published.refresh(LOOK_AGAIN_MS);
    } catch (error) {
      if (mustKnow && !published.isKnown()) throw error;
      log.warn('policy not looked at, the one known goes on', {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  },
});

const LOOK_AGAIN_MS = minuteMs;
