/**
 * The packaged functions, wired by nothing but the synthesized template, heal what the demo breaks, then do once
 * everything else that they can do: what their roles grant is what they ask for, both ways.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { isClosed } from '../../../domain/case/case.ts';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { HUB_REGION } from '../../../sandbox/deployment.ts';
import { type AccessEntry, accessLog } from '../../../sandbox/iam/access-log.ts';
import { askAgain } from '../../../sandbox/iam/authorize.ts';
import { type PolicyDocument, statementsOf } from '../../../sandbox/iam/policy-document.ts';
import type { QueueRecord } from '../../../sandbox/services/sqs/queue-store.ts';
import { HUB_ACCOUNT, type Role } from '../../../sandbox/world/roles.ts';
import { scenarioProgress } from '../../../sandbox/world/scenarios/scenario.ts';
import { type EmittedMetrics, emittedMetrics } from '../../support/emitted-metrics.ts';
import { rolesNamed, unneeded, withoutElements, withoutStatements } from '../../support/grants.ts';
import { idleGrants } from '../../support/guarded-policy.ts';
import { type Tour, takeTour } from '../../support/packaged-tour.ts';
import { tokenOf, whileTimePasses } from '../../support/packaged-tour-asking.ts';
import { type PackagedWorld, packagedWorld } from '../../support/packaged-world.ts';
import { SYNTHESIS_MS_MAX, synthesized } from '../../support/synthesized.ts';
import { ofType } from '../../support/template-reader.ts';
import { textOf } from '../../support/template-values.ts';

let world: PackagedWorld;
let metrics: EmittedMetrics;
// Packaging has a hook of its own, as wherever it may be the first to need it.
beforeAll(async () => {
  await synthesized();
}, SYNTHESIS_MS_MAX);
beforeAll(async () => {
  world = await packagedWorld({ scenario: 'demo' });
  metrics = emittedMetrics(world.running.lambda.logs);
  const { sandbox } = world;
  await world.until(
    async () => {
      const { done, total } = scenarioProgress(sandbox.world) ?? { done: 0, total: 1 };
      if (done < total) return false;
      const cases = await world.cases();
      return cases.length === BROKEN && cases.every(({ state }) => isClosed(state) || WAITS.has(state.name));
    },
    15 * minuteMs,
    5 * secondMs,
  );
});
afterAll(() => world?.close());

const BROKEN = 16;
/** Of a selfheal that was deployed a few minutes ago, nothing is known: that is what trouble looks like, too. */
const RING_UNTIL_MEASURED = [
  'selfheal-measure-failed',
  'selfheal-recorder-troubled',
  'selfheal-weekly-report-missing',
];
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
    const { url } = world.running;
    const payroll = (await world.cases()).find(({ finding }) => finding.resourceId.includes('payroll'));
    const decision = { answer: 'approve', planHash: payroll?.lastPlanned?.planHash, reason: 'Not public.' };
    const decide = (headers: Record<string, string>) =>
      fetch(`${url}/api/cases/${payroll?.id}/decision`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(decision),
      });
    expect((await decide({})).status).toBe(401);
    const asAda = { authorization: `Bearer ${tokenOf(world, 'ada')}` };
    const listing = await fetch(`${url}/api/cases`, { headers: asAda });
    expect(await listing.json()).toHaveLength(BROKEN);
    // Deciding may wait for a start slot, so time has to pass meanwhile.
    expect((await whileTimePasses(world, decide(asAda))).status).toBe(200);
    await world.until(async () => {
      const found = (await world.cases()).find(({ id }) => id === payroll?.id);
      return found?.state.name === 'resolved';
    }, 10 * minuteMs);
  });

  it('end without an error, and set off no alarm', () => {
    expect(world.problems).toEqual([]);
    const failures = world.running.lambda.logs
      .lines()
      .filter(({ fields }) => typeof fields === 'object' && fields !== null && 'errorType' in fields);
    expect(failures).toEqual([]);
    const alarms = world.running.cloudwatch.alarms().filter(({ state }) => state === 'ALARM');
    expect(alarms.map(({ name }) => name).filter((name) => !RING_UNTIL_MEASURED.includes(name))).toEqual([]);
  });
});

describe('the roles that the stacks make', () => {
  let tour: Tour;
  let entries: readonly AccessEntry[];
  let roles: readonly Role[];
  beforeAll(async () => {
    tour = await takeTour(world);
    expect(tour.refused).toEqual([]);
    const log = accessLog(world.sandbox.world);
    expect(log.dropped).toBe(0);
    entries = [...log.entries(), ...startsOfTheCatalog(log.entries())];
    roles = rolesNamed(world.sandbox.world, /^selfheal-(?:function-|executor$|forward-events$)/);
  }, 300_000);

  it('let those decide on the page whom the policy lets, signed in, and nobody by a link', () => {
    expect(tour.page).toEqual({
      // The link; API Gateway knows no HEAD and no OPTIONS of it. Then the pages, where one signs in first.
      looked: [200, 404, 404, 303, 303, 303, 200, 200, 303, 303],
      lookedOnly: true,
      reports: [200, 200],
      listed: true,
      withoutVisit: 401,
      strangerSees: 'You may look, but not decide',
      strangerTold: 403,
      foreignForm: 403,
      ledTo: ['the link', '/cases/ID'],
      afterSignOut: 303,
    });
  });

  it('tell once of the week that is over, and keep its report although the bucket refused at first', () => {
    const { sandbox } = world;
    const told = sandbox.sns.messages(`arn:aws:sns:${HUB_REGION}:${HUB_ACCOUNT}:selfheal-reports`);
    expect(told.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^\[REPORT\] 2026-W46: /)]);
    const bucket = `selfheal-reports-${HUB_ACCOUNT}-${HUB_REGION}`;
    expect(told[0]?.message).toContain(`It is not in the bucket s3://${bucket} (s3:PutObject: AccessDenied`);
    expect(told[0]?.message).toContain(`${world.running.url}/reports/2026-W46`);
    const kept = [...sandbox.world.table('s3-objects').entries()].map(([key]) => key);
    expect(kept.sort()).toEqual(['html', 'json'].map((ending) => `${bucket}/weekly/2026-W46.${ending}`));
  });

  it('are tried by every route of the HTTP API', async () => {
    const { template } = await synthesized();
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { RouteKey }]) => textOf(RouteKey));
    const wasTaken = (route: string) => {
      const path = new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return tour.asked.some((each) => path.test(each));
    };
    const all = [...new Set(routes)].filter((route) => route !== 'GET /healthz');
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter((route) => !wasTaken(route))).toEqual([]);
  });

  it('grant all that is asked for', () => {
    const denied = entries.filter(({ allowed }) => !allowed);
    expect(denied.map(({ role, action, resource, why }) => [role.name, action, resource, why])).toEqual([]);
  });

  it('have no statement that nothing asks for', () => {
    const trims = roles.flatMap(withoutStatements);
    expect(unneeded(world.sandbox.world, entries, trims)).toEqual(
      Object.keys(STATEMENTS_OUT_OF_REACH).sort(),
    );
  });

  it('are trusted by nobody who does not assume them, and resources let in nobody who does not come', () => {
    const services = accessLog(world.sandbox.world).serviceEntries();
    expect(services.filter(({ allowed }) => !allowed)).toEqual([]);
    const assumed = new Set(
      [...services, ...entries]
        .filter(({ action }) => action === 'sts:AssumeRole')
        .map(({ resource }) => resource),
    );
    const idle = roles.filter(({ account, name }) => !assumed.has(`arn:aws:iam::${account}:role/${name}`));
    expect(idle.map(({ account, name }) => `${account} ${name}`)).toEqual([]);
    // Each part of each trust was needed by somebody who came.
    const needless = roles.flatMap(({ account, name, trust }) => {
      const arn = `arn:aws:iam::${account}:role/${name}`;
      const came = [...services, ...entries].filter(
        ({ action, resource }) => action === 'sts:AssumeRole' && resource === arn,
      );
      return idleGrants(trust, 'trust', came).map(
        (part) => `${name} ${part.replaceAll(account, '{account}')}`,
      );
    });
    expect([...new Set(needless)]).toEqual([]);
  });

  it('and their queues are asked for over TLS alone, by whomever', () => {
    const { world: accounts } = world.sandbox;
    const open = [...accounts.table<QueueRecord>('sqs-queues').values()]
      .filter(({ name }) => name.startsWith('selfheal-') && name !== 'selfheal-undelivered')
      .filter(({ account, region, name }) => {
        const request = {
          principal: `arn:aws:sts::${account}:assumed-role/anybody/attack`,
          action: 'sqs:SendMessage',
          resource: `arn:aws:sqs:${region}:${account}:${name}`,
        };
        const may = (tls: string) =>
          askAgain(
            accounts,
            {
              policies: {
                all: { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }] },
              },
            },
            { ...request, context: { 'aws:SecureTransport': tls } },
          ).allowed;
        return may('false') || !may('true');
      });
    expect(open.map(({ name }) => name)).toEqual([]);
  });

  it('never write the policy, even where something else would let them', () => {
    const functions = roles.filter(({ name }) => name.startsWith('selfheal-function-'));
    const writers = functions.filter((role) =>
      JSON.stringify(role.policies).includes('NeverWritesThePolicy'),
    );
    expect(writers.map(({ name }) => name.replace('selfheal-function-', '')).sort()).toEqual([
      'compliance-change',
      'decide',
      'execution-status',
      'report',
      'scheduled',
      'tick',
      'wake',
    ]);
    for (const role of writers) {
      const mayWrite = (policies: Role['policies']) =>
        askAgain(
          world.sandbox.world,
          { policies: { ...policies, mistake: WRITES_EVERYTHING } },
          {
            principal: `arn:aws:sts::${role.account}:assumed-role/${role.name}/attack`,
            action: 'dynamodb:PutItem',
            resource: `arn:aws:dynamodb:us-east-1:${role.account}:table/selfheal`,
            context: { 'dynamodb:LeadingKeys': ['policy'] },
          },
        ).allowed;
      expect(mayWrite(role.policies), role.name).toBe(false);
      expect(mayWrite(withoutDenials(role.policies)), role.name).toBe(true);
    }
  });

  it('have no action, resource or partition that nothing asks for', () => {
    const trims = roles.flatMap(withoutElements);
    expect(unneeded(world.sandbox.world, entries, trims)).toEqual(Object.keys(ELEMENTS_OUT_OF_REACH).sort());
  });
});

describe('the metrics that the functions write', () => {
  it('are on the list, in their unit, with their dimensions, and by whom it says', () => {
    expect(metrics.problems()).toEqual([]);
  });

  it('are all that is on the list: dashboard and alarms wait for none in vain', () => {
    expect(metrics.missing()).toEqual(Object.keys(WRITTEN_ELSEWHERE));
    for (const [name, file] of Object.entries(WRITTEN_ELSEWHERE))
      expect(readFileSync(file, 'utf8'), file).toContain(`counted.get('${name}')`);
  });

  it('are measured by then, so that what rang for want of them is quiet', () => {
    const alarms = world.running.cloudwatch.alarms().filter(({ name }) => RING_UNTIL_MEASURED.includes(name));
    expect(alarms.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(
      RING_UNTIL_MEASURED.map((name) => `${name} OK`),
    );
  });
});

/** What the tour does not come to, by the test that counts it where it happens. */
const WRITTEN_ELSEWHERE: Readonly<Record<string, string>> = {
  SweepFailed: 'test/domain/sweep/sweep.test.ts',
};

const WRITES_EVERYTHING: PolicyDocument = {
  Statement: [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' }],
};

const withoutDenials = (policies: Role['policies']): Role['policies'] =>
  Object.fromEntries(
    Object.entries(policies).map(([name, document]) => [
      name,
      { ...document, Statement: statementsOf(document).filter(({ Effect }) => Effect === 'Allow') },
    ]),
  );

/**
 * One of the starts that were made, as it would be of every other runbook of the catalog: the tour needs few of them,
 * but the executor is there for all.
 */
const startsOfTheCatalog = (asked: readonly AccessEntry[]): readonly AccessEntry[] => {
  const model = asked.find(({ action, allowed }) => action === 'ssm:StartAutomationExecution' && allowed);
  const [, started = ''] = /:document\/([\w-]+)$/.exec(model?.resource ?? '') ?? [];
  const start = asked.filter(
    ({ role, action, resource }) =>
      role.account === model?.role.account &&
      role.name === model.role.name &&
      (action === 'ssm:StartAutomationExecution' || action === 'iam:PassRole') &&
      resource.includes(started),
  );
  return loadCatalog().runbooks.flatMap(({ document }) =>
    start.map((entry) => ({
      ...entry,
      resource: entry.resource
        .replace(automationRoleName(started), automationRoleName(document))
        .replace(started, document),
    })),
  );
};

const CHANGED_MEANWHILE =
  'the plan changed between the asking and the answer, so that people are asked again';

const MADE_BEFORE = 'whoever signs first makes the key of the month, and the others find it';

/** By statement: why nothing of the tour comes to need it. */
const STATEMENTS_OUT_OF_REACH: Readonly<Record<string, string>> = {
  'selfheal-function-decide MakesLinkKeys': CHANGED_MEANWHILE,
  'selfheal-function-decide ReadsEarlierCases': CHANGED_MEANWHILE,
  'selfheal-function-scheduled MakesLinkKeys': MADE_BEFORE,
  'selfheal-function-wake MakesLinkKeys': MADE_BEFORE,
};

/** By what stands in a list of several. */
const ELEMENTS_OUT_OF_REACH: Readonly<Record<string, string>> = {
  'selfheal-function-decide ReadsItems: link-keys': CHANGED_MEANWHILE,
};
