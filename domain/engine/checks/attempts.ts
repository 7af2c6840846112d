/** There is an attempt left, or this one was begun already. */
import { attemptToken } from '../../permit.ts';
import { type Check, no, yes } from './check.ts';

export const attempts: Check = async ({ checked, assessment }) => {
  const { attemptsMax } = (assessment ?? checked).terms.retry;
  return checked.attempts < attemptsMax || checked.clientToken === attemptToken(checked.id, checked.attempts)
    ? yes(`${checked.attempts} of ${attemptsMax} used`)
    : no(`all ${attemptsMax} attempts are used up`);
};
