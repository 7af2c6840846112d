/**
 * Everything that selfheal does once, after the demo, with its packaged functions: what people ask for, what is
 * broken on the way, what comes twice or is nonsense. What each role is needed for is read from the access log.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Case } from '../../domain/case/case.ts';
import type { Lane } from '../../domain/finding.ts';
import type { PreviewedFinding } from '../../domain/preview/previewed.ts';
import { type PlanBasis, savedFinding } from '../../domain/preview/saved-plan.ts';
import { hourMs, instant, minuteMs, secondMs } from '../../domain/time.ts';
import { sealPolicy } from '../../infra/packaged/sealed-policy.ts';
import { publishPolicy } from '../../infra/publish-policy.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { settle } from '../../sandbox/services/config/evaluate.ts';
import { breakResource, createResource } from '../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { makeRunbookFail } from '../../sandbox/world/runbook-faults.ts';
import { complianceEvent } from './compliance-event.ts';
import { losesAndSweeps } from './packaged-tour-sweep.ts';
import type { PackagedWorld } from './packaged-world.ts';
import { parsedPolicy, versionOf } from './published-policies.ts';

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

/** Returns the requests of people that were not answered as done, or as ordered. */
export const takeTour = async (world: PackagedWorld): Promise<readonly string[]> => {
  const ask = asking(world, 'grace');
  const refused: string[] = [];
  const note: Ask = async (method, path, body) => {
    const answer = await ask(method, path, body);
    if (answer.status !== 200 && answer.status !== 202)
      refused.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  await looksAround(world, note);
  await stopsAndDecides(world, note);
  await exempts(note);
  await publishes(world);
  await putsNonsense(world, note);
  await goesWrong(world, note);
  await losesAndSweeps(world, note);
  return refused;
};

type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

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
};

/** The event that says once more what the case is about. */
const eventOf = (about: Case | undefined, nowMs: number) => {
  const { account = '', region = '', resourceType = '', resourceId = '', rule = '' } = about?.finding ?? {};
  return complianceEvent({ account, region, resourceType, resourceId, configRuleName: rule, nowMs });
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

/** Lanes that are full, starts that are refused or unanswered, runs that fail or hang, people who do not answer. */
const goesWrong = async (world: PackagedWorld, ask: Ask) => {
  const { sandbox } = world;
  const newBuckets = (names: readonly string[], lane = LANE, rule = 'S3_BUCKET_VERSIONING_ENABLED') => {
    const nowMs = sandbox.clock.nowMs();
    for (const name of names)
      createResource(sandbox.world, { ...lane, type: 'AWS::S3::Bucket', name }, nowMs);
    settle(sandbox.world, [lane], nowMs);
    for (const name of names) breakResource(sandbox.world, name, { ...lane, rule, nowMs });
    sandbox.wake();
  };
  const of = async (name: string) =>
    (await world.cases()).filter(({ finding }) => finding.resourceId.startsWith(name));
  const states = async (name: string) => (await of(name)).map(({ state }) => state.name);
  // To list all cases takes longer than to move time: only every few steps.
  const untilAll = (name: string, count: number, state: RegExp, stepMs = 10 * secondMs) => {
    let steps = 0;
    return world.until(
      async () => {
        steps += 1;
        if (steps % STEPS_A_LOOK !== 0) return false;
        const found = await states(name);
        return found.length === count && found.every((each) => state.test(each));
      },
      3 * hourMs,
      stepMs,
    );
  };

  // One bucket heals at a time, so that the others wait.
  newBuckets(['crowd-1', 'crowd-2', 'crowd-3']);
  await untilAll('crowd', 3, /resolved/);

  // No start is answered until nobody knows any more whether it happened.
  const lost = sandbox.faults.add({
    kind: 'drop-response',
    service: 'ssm',
    operation: 'StartAutomationExecution',
  });
  newBuckets(['lost']);
  await untilAll('lost', 1, /running|verifying|resolved/);
  sandbox.faults.remove(lost);
  await untilAll('lost', 1, /resolved/);

  // It is told too late that a case was opened: the message comes again.
  sandbox.faults.add({ kind: 'error', service: 'events', operation: 'PutEvents', nextCalls: 20 });
  newBuckets(['again']);
  await untilAll('again', 1, /resolved/);

  // Exempt for a while; then somebody takes the exemption away, and it is healed.
  const exempt = { name: 'for-now', match: { resourceId: ['exempt-by-hand', 'exempted'] } };
  await ask('POST', '/api/exemptions', {
    ...exempt,
    owner: 'platform',
    reason: 'Not now.',
    expires: '2027-12-31',
  });
  newBuckets(['exempted']);
  await untilAll('exempted', 1, /suppressed/);
  await ask('POST', '/api/exemptions/remove', { name: 'for-now', reason: 'Now.' });
  await untilAll('exempted', 2, /suppressed|resolved/);

  // It hangs, is stopped, and comes to nothing.
  makeRunbookFail(sandbox.world, { fault: { kind: 'hangs' }, ...LANE });
  newBuckets(['hanging']);
  await untilAll('hanging', 1, /resolved|needs-human/, minuteMs);

  makeRunbookFail(sandbox.world, { fault: { kind: 'access-denied' }, ...LANE });
  newBuckets(['denied']);
  await untilAll('denied', 1, /needs-human/);
  const [stuck] = await of('denied');
  await ask('POST', '/api/policy/explain', { event: eventOf(stuck, sandbox.clock.nowMs()) });

  // It fails once too often: its breaker opens, a probe closes it; it opens again, and somebody resets it.
  const TLS = 'S3_BUCKET_SSL_REQUESTS_ONLY';
  const failing = { fault: { kind: 'step-fails' }, ...LANE } as const;
  makeRunbookFail(sandbox.world, failing);
  newBuckets(['open-1'], LANE, TLS);
  await untilAll('open-1', 1, /resolved/);
  makeRunbookFail(sandbox.world, failing);
  newBuckets(['open-2'], LANE, TLS);
  await untilAll('open-2', 1, /held/);
  await ask('GET', '/api/breakers');
  const { runbook } = (await ask('GET', `/api/cases/${(await of('open-2'))[0]?.id}`)).body as {
    runbook: string;
  };
  for (const scope of [
    { kind: 'rule', name: TLS },
    { kind: 'runbook', name: runbook },
  ])
    await ask('POST', '/api/breakers/reset', { scope, reason: 'It was the network.' });
  await untilAll('open-2', 1, /resolved/);

  // In another account: at home an executor's trust alone would let the hub in.
  newBuckets(['ask-1', 'ask-2', 'ask-3'], MEMBER_LANE, 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED');
  await untilAll('ask', 3, /awaiting-approval/);
  const approve = async (each: Case | undefined) =>
    ask('POST', `/api/cases/${each?.id}/decision`, {
      answer: 'approve',
      planHash: each?.lastPlanned?.planHash,
      reason: 'Not public.',
    });
  sandbox.faults.add({
    kind: 'error',
    service: 'ssm',
    operation: 'StartAutomationExecution',
    errorCode: 'AutomationDefinitionNotFoundException',
    nextCalls: 1,
  });
  await approve((await of('ask-1'))[0]);
  await approve((await of('ask-2'))[0]);
  await plansAndApplies(ask, MEMBER_LANE, 'ask-3');
  await untilAll('ask', 3, /resolved|needs-human/, minuteMs);
};

/** What one resource's plan says is applied, and the recorded cases are decided again by the policy in force. */
const plansAndApplies = async (ask: Ask, lane: Lane, resourceId: string) => {
  await ask('GET', '/api/plan/lanes');
  const { body: listed } = await ask('POST', '/api/plan/findings', { lane });
  const { findings } = listed as { readonly findings: readonly { readonly resourceId: string }[] };
  const { body } = await ask('POST', '/api/plan', {
    lane,
    findings: findings.filter((each) => each.resourceId === resourceId),
  });
  const { findings: previewed, ...basis } = body as {
    readonly findings: readonly PreviewedFinding[];
  } & PlanBasis;
  await ask('POST', '/api/plan/apply', {
    ...basis,
    findings: previewed.map(savedFinding),
    reason: 'As planned.',
  });
  const { policy, document } = parsedPolicy(NARROW);
  await ask('POST', '/api/policy/backtest', { policy: sealPolicy(policy.version, document), since: '7d' });
};

const STEPS_A_LOOK = 4;
const LANE = { account: HUB_ACCOUNT, region: HUB_REGION };
const MEMBER_LANE = { account: '333333333333', region: 'us-east-1' };

/** A narrow one: so that starts wait, and people are hurried. */
const NARROW = `
version: 1
topics: { oncall: selfheal-oncall, team: selfheal-team }
limits:
  organization: { concurrency: 2, start-interval: 1s }
  lane: { concurrency: 1, start-interval: 1s }
defaults: { notify: [oncall, team] }
entries:
  - name: public
    match: { rule: S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED }
    mode: approve
    approval: { expires: 30m }
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    mode: auto
  - name: tls
    match: { rule: S3_BUCKET_SSL_REQUESTS_ONLY }
    mode: auto
    breaker: { attempts: 1, error-percentage: 50, probe-after: 1m }
`;
