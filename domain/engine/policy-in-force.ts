/** The policy by which it is said who may do what: the newest there is, or none. */
import { reasonOf } from './checks.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Engine } from './tell.ts';

/** What is wrong with it, in words, where it cannot be trusted; whatever keeps it from being known is a doubt. */
export const policyInForce = async ({ assessor, ports }: Engine): Promise<PolicyBook | string> => {
  try {
    if (assessor.policyUpTo) await assessor.policyUpTo((await ports.controls.read()).policySequence);
  } catch (error) {
    return reasonOf(error);
  }
  const book = assessor.policy();
  return book.doubt ?? book;
};

export const whoMayIsUnknown = (why: string): string =>
  `who may decide cannot be said, so nothing is decided: ${why} (selfheal doctor tells more)`;
