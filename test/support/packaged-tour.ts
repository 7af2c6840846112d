/**
 * Everything that selfheal does once, after the demo, with its packaged functions: what people ask for, what is
 * broken on the way, what comes twice or is nonsense. What each role is needed for is read from the access log.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { instant, minuteMs, secondMs } from '../../domain/time.ts';
import { publishPolicy } from '../../infra/publish-policy.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { type Ask, asking, eventOf } from './packaged-tour-asking.ts';
import type { PageVisit } from './packaged-tour-pages.ts';
import { losesAndSweeps } from './packaged-tour-sweep.ts';
import { goesWrong, NARROW } from './packaged-tour-troubles.ts';
import { tellsOfTheWeek } from './packaged-tour-weekly.ts';
import type { PackagedWorld } from './packaged-world.ts';
import { parsedPolicy, versionOf } from './published-policies.ts';

export interface Tour {
  /** What people asked for: `POST /api/cases/…/decision`. */
  readonly asked: readonly string[];
  /** Those of their requests that were not answered as done, or as ordered. */
  readonly refused: readonly string[];
  /** What came of a decision on the page. */
  readonly page: PageVisit;
}

export const takeTour = async (world: PackagedWorld): Promise<Tour> => {
  const ask = asking(world, 'grace', ['sre-oncall']);
  const asked: string[] = [];
  const refused: string[] = [];
  const note: Ask = async (method, path, body) => {
    asked.push(`${method} ${path.replace(/\?.*/, '')}`);
    const answer = await ask(method, path, body);
    if (answer.status !== 200 && answer.status !== 202)
      refused.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  await tellsOfTheWeek(world);
  await looksAround(world, note);
  await stopsAndDecides(world, note);
  await exempts(note);
  await publishes(world);
  await putsNonsense(world, note);
  const page = await goesWrong(world, note, (what) => asked.push(what));
  await losesAndSweeps(world, note);
  await readsReports(note);
  return { asked, refused, page };
};

const looksAround = async (world: PackagedWorld, ask: Ask) => {
  const [one] = await world.cases();
  await ask('GET', '/api/cases?status=closed');
  await ask('GET', '/api/cases');
  await ask('GET', `/api/cases/${one?.id}`);
  await ask('GET', '/api/stop');
  await ask('POST', '/api/policy/explain', {
    event: eventOf(one, world.sandbox.clock.nowMs()),
  });
  await ask('GET', '/api/doctor');
  await looksAtCompliance(world, ask);
};

/** What an account does not tell itself, the aggregator does. */
const looksAtCompliance = async ({ sandbox }: PackagedWorld, ask: Ask) => {
  await ask('GET', '/api/compliance/lanes');
  const lane = `/api/compliance/lanes/${HUB_ACCOUNT}/${HUB_REGION}`;
  await ask('GET', lane);
  await ask('GET', `${lane}/recorded`);
  await ask('GET', '/api/compliance/remediation');
  const refused = sandbox.faults.add({
    kind: 'error',
    service: 'config',
    operation: 'DescribeConfigRules',
    errorCode: 'AccessDeniedException',
  });
  await ask('GET', lane);
  sandbox.faults.remove(refused);
};

/** Of the week before, which is stored by now, and of the one that runs. */
const readsReports = async (ask: Ask) => {
  await ask('GET', '/api/reports/weekly');
  await ask('GET', '/api/reports/weekly/cases?week=current&figure=resolved');
  await ask('GET', '/api/reports/weekly/verify?week=current');
  await ask('GET', '/api/reports/weekly/verify');
};

const stopsAndDecides = async (world: PackagedWorld, ask: Ask) => {
  const scope = { kind: 'everything' };
  await ask('POST', '/api/stop', { scope, reason: 'A look around.' });
  await ask('POST', '/api/stop/resume', { scope });
  const nothing = { kind: 'runbook', name: 'AWS-Nothing' };
  await ask('POST', '/api/stop', { scope: nothing, reason: 'A look around.', cancelRunning: true });
  await ask('POST', '/api/stop/resume', { scope: nothing });
  // A stop is believed for a moment longer.
  const letGoAt = world.sandbox.clock.nowMs();
  await world.until(() => world.sandbox.clock.nowMs() > letGoAt + 10 * secondMs, minuteMs);
  const waiting = (await world.cases()).filter(({ state }) => state.name === 'awaiting-approval');
  const [denied, ...approved] = waiting;
  const decision = (planHash: string | undefined, answer: string) => ({
    answer,
    planHash,
    reason: 'So it is.',
  });
  await ask('POST', `/api/cases/${denied?.id}/decision`, decision(denied?.lastPlanned?.planHash, 'deny'));
  for (const each of approved.slice(0, 1))
    await ask('POST', `/api/cases/${each.id}/decision`, decision(each.lastPlanned?.planHash, 'approve'));
  const stuck = (await world.cases()).find(({ state }) => state.name === 'needs-human');
  await ask('POST', `/api/cases/${stuck?.id}/close`, { reason: 'Done by hand.' });
};

/** One that is removed again, one that was lost on the way, and one of which nobody has a case. */
const exempts = async (ask: Ask) => {
  const nothing = {
    name: 'nothing',
    match: { resourceId: ['exempt-by-hand'] },
    owner: 'platform',
    reason: 'A look around.',
    expires: '2027-12-31',
  };
  await ask('POST', '/api/exemptions', nothing);
  await ask('GET', '/api/exemptions');
  await ask('POST', '/api/exemptions', { ...nothing, name: 'gone' });
  await ask('POST', '/api/exemptions/remove', { name: 'gone', reason: 'It was none.' });
};

const publishes = async (world: PackagedWorld) => {
  const { policies } = world;
  await policies.put(versionOf(1, 'broken', { sealed: 'nonsense' }));
  await world.until(async () => (await policies.progress()).policyTold === 1, 10 * minuteMs);
  const { policy, document } = parsedPolicy(NARROW);
  const at = instant(world.sandbox.clock.nowMs());
  await publishPolicy(policies, {
    policy,
    document,
    publishedAt: at,
    publishedBy: 'grace',
    reason: 'Try it.',
  });
  await world.until(async () => (await policies.progress()).policySeen === 2, 10 * minuteMs);
};

const QUEUES = ['compliance', 'executions', 'wakes', 'scheduled'] as const;

const putsNonsense = async (world: PackagedWorld, ask: Ask) => {
  const { sandbox } = world;
  const sqs = new SQSClient(clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION));
  const send = (queue: string, body: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: `${sandbox.url}/${HUB_ACCOUNT}/selfheal-${queue}`,
        MessageBody: body,
      }),
    );
  for (const queue of QUEUES) {
    await send(queue, 'nonsense');
    await send(`${queue}-dlq`, '{"as": "nonsensical"}');
  }
  sandbox.wake();
  sandbox.advanceBy(5 * secondMs);
  await world.running.lambda.settle();
  const listed = await ask('GET', '/api/dead-letters');
  const { letters } = listed.body as { readonly letters: readonly { readonly id: string; queue: string }[] };
  await ask('POST', '/api/dead-letters/redrive', {
    ids: letters.filter((_, n) => n !== 5).map(({ id }) => id),
  });
  for (const queue of QUEUES) await send(`${queue}-dlq`, '{"as": "nonsensical"}');
  await ask('POST', '/api/dead-letters/redrive', { queues: QUEUES.map((queue) => `selfheal-${queue}-dlq`) });
  sqs.destroy();
};
