/** How people ask on the tour, and where it takes place. */
import type { Case } from '../../domain/case/case.ts';
import { hourMs } from '../../domain/time.ts';
import { HUB_REGION } from '../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { complianceEvent } from './compliance-event.ts';
import type { PackagedWorld } from './packaged-world.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks over HTTP as somebody whom API Gateway vouches for, while time passes. */
export const asking =
  (world: PackagedWorld, who: string) =>
  async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
    const { url, issuer } = world.running;
    const token = issuer.issue(
      { sub: who, email: `${who}@example.com`, email_verified: true },
      world.sandbox.clock.nowMs(),
    );
    let answer: Answer | undefined;
    let failure: unknown;
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
      .then(async (response) => ({ status: response.status, body: await response.json() }))
      .then(
        (told) => {
          answer = told;
        },
        (error: unknown) => {
          failure = error;
        },
      );
    await world.until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (failure !== undefined) throw failure;
      return answer !== undefined;
    }, hourMs);
    if (answer === undefined) throw new Error(`no answer to ${method} ${path}`);
    return answer;
  };

export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

/** The event that says once more what the case is about. */
export const eventOf = (about: Case | undefined, nowMs: number) => {
  const { account = '', region = '', resourceType = '', resourceId = '', rule = '' } = about?.finding ?? {};
  return complianceEvent({ account, region, resourceType, resourceId, configRuleName: rule, nowMs });
};

export const LANE = { account: HUB_ACCOUNT, region: HUB_REGION };
/** In another account: at home an executor's trust alone would let the hub in. */
export const MEMBER_LANE = { account: '333333333333', region: 'us-east-1' };
