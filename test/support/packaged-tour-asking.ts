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

/** As the identity provider of the accounts vouches for them. */
export const tokenOf = ({ sandbox }: PackagedWorld, who: string, groups: readonly string[] = []): string =>
  sandbox.identity.issuer.issue(
    { sub: who, email: `${who}@example.com`, email_verified: true, groups },
    sandbox.clock.nowMs(),
  );

/** What somebody is answered whose request may have to wait for its turn. */
export const whileTimePasses = async <T>(world: PackagedWorld, work: Promise<T>): Promise<T> => {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  await world.until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return ended;
  }, hourMs);
  return work;
};

/** Asks over HTTP as somebody whom API Gateway vouches for, while time passes. */
export const asking =
  (world: PackagedWorld, who: string, groups: readonly string[]): Ask =>
  (method, path, body) =>
    whileTimePasses(
      world,
      fetch(`${world.running.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokenOf(world, who, groups)}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).then(async (response) => ({ status: response.status, body: await response.json() })),
    );

export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

/** The event that says once more what the case is about. */
export const eventOf = (about: Case | undefined, nowMs: number) => {
  const { account = '', region = '', resourceType = '', resourceId = '', rule = '' } = about?.finding ?? {};
  return complianceEvent({ account, region, resourceType, resourceId, configRuleName: rule, nowMs });
};

export const LANE = { account: HUB_ACCOUNT, region: HUB_REGION };
/** In another account: at home an executor's trust alone would let the hub in. */
export const MEMBER_LANE = { account: '333333333333', region: 'us-east-1' };
