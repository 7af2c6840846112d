/** Who may stop, resume, close, exempt, reset, redrive, sweep and apply: the operators that the policy names. */
import type { Context } from 'hono';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import { groupsOf, type Identity } from '../domain/identity.ts';
import { HttpError } from './http-error.ts';
import { askedBy, type WhoIs } from './who-is.ts';

export interface OperatorDeps {
  readonly whoIs: WhoIs;
  readonly app: { readonly policy: () => PolicyBook };
}

/**
 * @throws HttpError 401 when it is nobody, 403 when the policy in force names operators and they are none of them,
 * 503 while there is no policy that could say so
 */
export const operatorOf = async (context: Context, deps: OperatorDeps): Promise<Identity> =>
  asOperator(await askedBy(context, deps), deps);

/**
 * Whoever is known may stop while no policy can say who may not: to stop is the safe side of the doubt.
 *
 * @throws as `operatorOf`, but never for want of a policy
 */
export const stopperOf = async (context: Context, deps: OperatorDeps): Promise<Identity> => {
  const who = await askedBy(context, deps);
  return deps.app.policy().doubt === undefined ? asOperator(who, deps) : who;
};

/** As `operatorOf`, for somebody who is known already: by a session, for one. */
export const asOperator = (who: Identity, { app }: Pick<OperatorDeps, 'app'>): Identity => {
  const { policy, doubt } = app.policy();
  if (doubt !== undefined)
    throw new HttpError(
      503,
      'policy-unreadable',
      `who may do this stands in the policy, and none can be trusted now: ${doubt}`,
    );
  const { operators, groups } = policy;
  if (operators === undefined || groupsOf(who, groups).some((group) => operators.includes(group))) return who;
  throw new HttpError(
    403,
    'not-an-operator',
    `${who.name} is in none of the groups that may do this: ${operators.join(', ')} ("operators" in the policy)`,
  );
};
