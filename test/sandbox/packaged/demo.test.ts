/** The packaged functions, wired by nothing but the synthesized template, heal what the demo breaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isClosed } from '../../../domain/case/case.ts';
import { minuteMs } from '../../../domain/time.ts';
import { accessLog } from '../../../sandbox/iam/access-log.ts';
import { scenarioProgress } from '../../../sandbox/world/scenarios/scenario.ts';
import { type PackagedWorld, packagedWorld } from '../../support/packaged-world.ts';

let world: PackagedWorld;
beforeAll(async () => {
  world = await packagedWorld({ scenario: 'demo' });
  const { sandbox } = world;
  await world.until(async () => {
    const { done, total } = scenarioProgress(sandbox.world) ?? { done: 0, total: 1 };
    if (done < total) return false;
    const cases = await world.cases();
    return cases.length === BROKEN && cases.every(({ state }) => isClosed(state) || WAITS.has(state.name));
  }, 15 * minuteMs);
});
afterAll(() => world?.close());

const BROKEN = 16;
const WAITS: ReadonlySet<string> = new Set(['awaiting-approval', 'needs-human']);

describe('the packaged functions', () => {
  it('heal what the policy lets them, ask where it says so, and leave to people what nobody can fix', async () => {
    const cases = await world.cases();
    const count = (name: string) => cases.filter(({ state }) => state.name === name).length;
    expect({
      resolved: count('resolved'),
      retried: cases.filter(({ state, attempts }) => state.name === 'resolved' && attempts > 1).length,
      awaitingApproval: count('awaiting-approval'),
      needsHuman: count('needs-human'),
    }).toEqual({ resolved: 11, retried: 1, awaitingApproval: 4, needsHuman: 1 });
  });

  it('answer over HTTP whom API Gateway vouches for, and heal what such a person approves', async () => {
    const { url, issuer } = world.running;
    const payroll = (await world.cases()).find(({ finding }) => finding.resourceId.includes('payroll'));
    const decision = { answer: 'approve', planHash: payroll?.lastPlanned?.planHash, reason: 'Not public.' };
    const decide = (headers: Record<string, string>) =>
      fetch(`${url}/api/cases/${payroll?.id}/decision`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(decision),
      });
    expect((await decide({})).status).toBe(401);
    const token = issuer.issue(
      { sub: 'ada', email: 'ada@example.com', email_verified: true },
      world.sandbox.clock.nowMs(),
    );
    const asAda = { authorization: `Bearer ${token}` };
    const listing = await fetch(`${url}/api/cases`, { headers: asAda });
    expect(await listing.json()).toHaveLength(BROKEN);
    // Deciding may wait for a start slot, so time has to pass meanwhile.
    let answered: Response | undefined;
    decide(asAda).then((response) => {
      answered = response;
    });
    await world.until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answered !== undefined;
    }, 10 * minuteMs);
    expect(answered?.status).toBe(200);
    await world.until(async () => {
      const found = (await world.cases()).find(({ id }) => id === payroll?.id);
      return found?.state.name === 'resolved';
    }, 10 * minuteMs);
  });

  it('are denied nothing that they ask for', () => {
    const denied = accessLog(world.sandbox.world)
      .entries()
      .filter(({ allowed }) => !allowed);
    expect(denied.map(({ role, action, resource, why }) => [role.name, action, resource, why])).toEqual([]);
  });

  it('end without an error, and set off no alarm', () => {
    expect(world.problems).toEqual([]);
    const failures = world.running.lambda.logs
      .lines()
      .filter(({ fields }) => typeof fields === 'object' && fields !== null && 'errorType' in fields);
    expect(failures).toEqual([]);
    const alarms = world.running.cloudwatch.alarms().filter(({ state }) => state === 'ALARM');
    expect(alarms.map(({ name }) => name)).toEqual([]);
  });
});
