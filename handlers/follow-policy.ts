/**
 * Before an invocation: is there a newer policy? A process that has never been able to look does nothing, and its
 * messages come again. One that has goes on by what it knows: it asks once more before anything starts.
 */
import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../domain/ports.ts';
import { minuteMs } from '../domain/time.ts';
import type { PublishedPolicy } from '../infra/published-policy.ts';

export const followingPolicy = (published: PublishedPolicy, log: Log): MiddlewareObj => ({
  before: async () => {
    try {
      await published.refresh(LOOK_AGAIN_MS);
    } catch (error) {
      if (!published.isKnown()) throw error;
      log.warn('policy not looked at, the one known goes on', {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  },
});

const LOOK_AGAIN_MS = minuteMs;
