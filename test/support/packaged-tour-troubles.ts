/**
 * The part of the tour in which things go wrong. Each lane heals one resource at a time, and two lanes work side by
 * side, so that what takes long in the one has the time that the other needs:
 *
 *   hub      crowd ▸ lost ▸ exempted ▸ hanging ─────────────────────────────────────▸ denied
 *   member   flood ─────▸ its message  ▸ decided ▸ breaker opens ▸ reset ▸ asked for ▸ planned and applied
 */
import type { Case } from '../../domain/case/case.ts';
import type { Lane } from '../../domain/finding.ts';
import type { PreviewedFinding } from '../../domain/preview/previewed.ts';
import { type PlanBasis, savedFinding } from '../../domain/preview/saved-plan.ts';
import { hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { sealPolicy } from '../../infra/packaged/seal-policy.ts';
import { settle } from '../../sandbox/services/config/evaluate.ts';
import { breakResource, createResource } from '../../sandbox/world/admin.ts';
import { makeRunbookFail } from '../../sandbox/world/runbook-faults.ts';
import { type Ask, eventOf, LANE, MEMBER_LANE } from './packaged-tour-asking.ts';
import { decidesOnThePage, type PageVisit } from './packaged-tour-pages.ts';
import type { PackagedWorld } from './packaged-world.ts';
import { parsedPolicy } from './published-policies.ts';

const VERSIONING = 'S3_BUCKET_VERSIONING_ENABLED';
const ENCRYPTION = 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED';
const PUBLIC = 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED';
const TLS = 'S3_BUCKET_SSL_REQUESTS_ONLY';

/** Lanes that are full, starts that are refused or unanswered, runs that fail or hang, people who do not answer. */
export const goesWrong = async (
  world: PackagedWorld,
  ask: Ask,
  asked: (what: string) => void,
): Promise<PageVisit> => {
  const { sandbox } = world;
  const newBuckets = (names: readonly string[], lane = LANE, rule = VERSIONING) => {
    const nowMs = sandbox.clock.nowMs();
    for (const name of names)
      createResource(sandbox.world, { ...lane, type: 'AWS::S3::Bucket', name }, nowMs);
    settle(sandbox.world, [lane], nowMs);
    for (const name of names) breakResource(sandbox.world, name, { ...lane, rule, nowMs });
    sandbox.wake();
  };
  const of = async (name: string) =>
    (await world.cases()).filter(({ finding }) => finding.resourceId.startsWith(name));
  // To list all cases takes longer than to move time: only every few steps.
  const untilAll = (name: string, count: number, state: RegExp, stepMs = 10 * secondMs) => {
    let steps = 0;
    return world.until(
      async () => {
        steps += 1;
        if (steps % STEPS_A_LOOK !== 0) return false;
        const found = await of(name);
        return found.length === count && found.every((each) => state.test(each.state.name));
      },
      3 * hourMs,
      stepMs,
    );
  };

  // One bucket heals at a time, so that the others wait. Elsewhere one is healed unasked, and the others asked for.
  newBuckets(['crowd-1', 'crowd-2', 'crowd-3']);
  newBuckets(['flood-1', 'flood-2', 'flood-3'], MEMBER_LANE, ENCRYPTION);
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

  // It hangs, is stopped, and comes to nothing, all of which takes a while. That its case was opened is told too
  // late: the message comes again.
  makeRunbookFail(sandbox.world, { fault: { kind: 'hangs' }, ...LANE });
  sandbox.faults.add({
    kind: 'error',
    service: 'events',
    operation: 'PutEvents',
    nextCalls: CALLS_OF_A_PUBLISH,
  });
  newBuckets(['hanging']);
  await untilAll('hanging', 1, /running/);

  newBuckets(['ask-1', 'ask-2', 'ask-3'], MEMBER_LANE, PUBLIC);
  await decidesOnABatch(ask);
  await untilAll('flood', 3, /resolved/);

  // It fails once too often: its breaker opens, a probe closes it; it opens again, and somebody resets it.
  const failing = { fault: { kind: 'step-fails' }, ...MEMBER_LANE } as const;
  makeRunbookFail(sandbox.world, failing);
  newBuckets(['open-1'], MEMBER_LANE, TLS);
  await untilAll('open-1', 1, /resolved/);
  makeRunbookFail(sandbox.world, failing);
  newBuckets(['open-2'], MEMBER_LANE, TLS);
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
  const page = await decidesOnThePage(world, (await of('ask-2'))[0] as Case, asked);
  await plansAndApplies(ask, MEMBER_LANE, 'ask-3');
  await untilAll('ask', 3, /resolved|needs-human/, minuteMs);
  await untilAll('ask-2', 1, /resolved/);
  await untilAll('hanging', 1, /resolved|needs-human/, minuteMs);

  makeRunbookFail(sandbox.world, { fault: { kind: 'access-denied' }, ...LANE });
  newBuckets(['denied']);
  await untilAll('denied', 1, /needs-human/);
  const [stuck] = await of('denied');
  await ask('POST', '/api/policy/explain', { event: eventOf(stuck, sandbox.clock.nowMs()) });
  return page;
};

/** What few were healed of unasked, people were asked about with one message; they look, and decide on the rest. */
const decidesOnABatch = async (ask: Ask): Promise<void> => {
  const listed = await ask('GET', '/api/batches');
  const [batch] = listed.body as readonly { readonly id: string; readonly casesAsked: number | null }[];
  if (batch?.casesAsked !== 2)
    throw new Error(`expected to be asked about two cases at once: ${JSON.stringify(listed.body)}`);
  const { body } = await ask('GET', `/api/batches/${batch.id}`);
  const { digest } = body as { readonly digest: string };
  await ask('POST', `/api/batches/${batch.id}/decide`, { digest, answer: 'approve', reason: 'All of them.' });
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
  await ask('POST', '/api/policy/backtest', { policy: sealPolicy({ policy, document }), since: '7d' });
};

const STEPS_A_LOOK = 4;
/** As often as the SDK tries one. */
const CALLS_OF_A_PUBLISH = 3;

/** A narrow one: so that starts wait, people are hurried, and little is too much. */
export const NARROW = `
version: 1
topics: { oncall: selfheal-oncall, team: selfheal-team }
groups: { oncall: { claims: [sre-oncall] } }
limits:
  organization: { concurrency: 2, start-interval: 1s }
  lane: { concurrency: 1, start-interval: 1s }
defaults: { notify: [oncall, team] }
entries:
  - name: public
    match: { rule: S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED }
    mode: approve
    approval: { expires: 30m, from: [oncall], escalate: [{ after: 1m, notify: [team] }] }
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    mode: auto
  - name: tls
    match: { rule: S3_BUCKET_SSL_REQUESTS_ONLY }
    mode: auto
    # Starts are counted by five minutes: the one that failed may be one of three.
    breaker: { attempts: 1, error-percentage: 10, probe-after: 1m }
  - name: encryption
    match: { rule: S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED }
    mode: auto
    backlog: { resources: 1, window: 6h }
`;
