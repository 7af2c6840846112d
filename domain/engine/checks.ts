/**
 * Every check before a start, in the order in which they are made. A check that says no, and a check that
 * cannot be made, are the same to the start: it does not happen, and the case says why.
 */
import type { Case } from '../case/case.ts';
import type { Assessment, CheckName, Observation } from '../case/observation.ts';
import { approves } from '../case/route.ts';
import { resourceKey } from '../finding.ts';
import { attemptToken, type PermitAnswer, type PermitRequest, permitScopes } from '../permit.ts';
import { PortError, type Ports } from '../ports.ts';
import { describeStop, stoppedBy } from '../stop-switch.ts';
import { hourMs, plusMs } from '../time.ts';
import { unreachable } from '../unreachable.ts';
import { type Assessor, assess } from './assess.ts';
import type { PolicyBook } from './policy-book.ts';

export interface CheckAnswer {
  readonly check: CheckName;
  readonly answer: 'yes' | 'no' | 'failed';
  readonly reason: string;
  /** What the case is told when the answer is not yes; a permit that must be waited for tells it nothing. */
  readonly tells?: Observation;
}

/** What the checks look at: a case about to start, or one that only might be (`policy explain`). */
export type Checked = Pick<
  Case,
  'id' | 'finding' | 'origin' | 'lane' | 'attempts' | 'approval' | 'terms' | 'mode'
> & { readonly document: string; readonly planHash: string; readonly clientToken: string };

interface Context {
  readonly ports: Ports;
  readonly assessor: Assessor;
  readonly checked: Checked;
  /** Filled by the check of the stop switch: the same read tells both. */
  policySequence?: number;
  /** Filled by the policy check, read by those after it. */
  assessment?: Assessment;
  policy?: PolicyBook;
}

type Check = (context: Context) => Promise<Omit<CheckAnswer, 'check'>>;

const yes = (reason: string) => ({ answer: 'yes' as const, reason });
const no = (reason: string, tells?: Observation) => ({
  answer: 'no' as const,
  reason,
  ...(tells ? { tells } : {}),
});

const stopSwitch: Check = async (context) => {
  const { stops, policySequence } = await context.ports.controls.read();
  context.policySequence = policySequence;
  const stop = stoppedBy(stops, context.checked);
  return stop ? no(describeStop(stop)) : yes('nothing is stopped');
};

/** The policy, the newest there is and asked now, still says the same plan. */
const policy: Check = async (context) => {
  const { checked, assessor, policySequence } = context;
  if (policySequence !== undefined) await assessor.policyUpTo?.(policySequence);
  context.policy = assessor.policy();
  const { assessment } = await assess(assessor, checked.finding, checked.origin, checked.lane);
  context.assessment = assessment;
  const { outcome } = assessment;
  const tells: Observation = { kind: 'assessed', assessment };
  switch (outcome.kind) {
    case 'unreadable':
      return { answer: 'failed', reason: outcome.why };
    case 'no-policy':
      return { answer: 'failed', reason: outcome.why, tells };
    case 'observe':
      return no(`the policy says observe now (entry "${assessment.entry}")`, tells);
    case 'refused':
      return no(`no plan can be made any more: ${outcome.refusal.reason}`, tells);
    case 'planned':
      return outcome.planHash === checked.planHash
        ? yes(`entry "${assessment.entry}" says ${assessment.mode}, plan ${checked.planHash.slice(0, 12)}`)
        : no(`the plan has changed to ${outcome.planHash.slice(0, 12)}`, tells);
    default:
      return unreachable(outcome);
  }
};

/** In mode approve, a quorum for exactly this plan, not older than it may be. */
const approval: Check = async ({ ports, checked, assessment }) => {
  if (assessment === undefined) return { answer: 'failed', reason: 'the policy was not asked' };
  if (assessment.mode === 'auto') return yes('mode auto needs none');
  return approves(checked.approval, checked.planHash, ports.clock.now(), assessment.terms.approval.quorum)
    ? yes(`approved by ${checked.approval?.decisions.map(({ who }) => who).join(', ')}`)
    : no('no valid approval for this plan', { kind: 'assessed', assessment });
};

const attempts: Check = async ({ checked, assessment }) => {
  const { attemptsMax } = (assessment ?? checked).terms.retry;
  return checked.attempts < attemptsMax || checked.clientToken === attemptToken(checked.id, checked.attempts)
    ? yes(`${checked.attempts} of ${attemptsMax} used`)
    : no(`all ${attemptsMax} attempts are used up`);
};

/** The resource is still NON_COMPLIANT: read now, not remembered. */
const compliance: Check = async ({ ports, checked }) => {
  const evaluation = await ports.compliance.read(checked.origin, checked.finding);
  if (evaluation === undefined)
    return no('Config knows no evaluation of this resource', { kind: 'evaluation-missing' });
  const tells: Observation = { kind: 'evaluated', evaluation, via: 'read' };
  switch (evaluation.compliance) {
    case 'NON_COMPLIANT':
      return yes(`NON_COMPLIANT, recorded at ${evaluation.recordedAt}`);
    case 'COMPLIANT':
    case 'NOT_APPLICABLE':
      return no(`Config says ${evaluation.compliance}`, tells);
    case 'INSUFFICIENT_DATA':
      return { answer: 'failed', reason: 'Config has insufficient data to say' };
    default:
      return unreachable(evaluation.compliance);
  }
};

const CHECKS_BEFORE_PERMIT: readonly (readonly [CheckName, Check])[] = [
  ['stop-switch', stopSwitch],
  ['policy', policy],
  ['approval', approval],
  ['attempts', attempts],
  ['compliance', compliance],
];

/** Whatever a check throws is a no. */
const make = async (name: CheckName, check: Check, context: Context): Promise<CheckAnswer> => {
  const answer = await check(context).catch((error: unknown) => ({
    answer: 'failed' as const,
    reason: `the check could not be made: ${reasonOf(error)}`,
  }));
  if (answer.answer === 'yes' || 'tells' in answer) return { check: name, ...answer };
  const { answer: said, reason } = answer;
  return {
    check: name,
    answer: said,
    reason,
    tells: { kind: 'check-refused', check: name, failed: said === 'failed', reason },
  };
};

/** An error as a reason that a case can give. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof PortError) return `${error.operation} failed with ${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
};

export type Checks =
  | { readonly kind: 'passed'; readonly assessment: Assessment; readonly policy: PolicyBook }
  | { readonly kind: 'refused'; readonly answer: CheckAnswer };

/** All checks but the permit; stops at the first that does not say yes. */
export const checkBeforePermit = async (
  ports: Ports,
  assessor: Assessor,
  checked: Checked,
): Promise<Checks> => {
  const context: Context = { ports, assessor, checked };
  for (const [name, check] of CHECKS_BEFORE_PERMIT) {
    const answer = await make(name, check, context);
    if (answer.answer !== 'yes') return { kind: 'refused', answer };
  }
  const { assessment, policy: book } = context;
  if (assessment === undefined || book === undefined)
    throw new Error(`the policy was not asked for case ${checked.id}`);
  return { kind: 'passed', assessment, policy: book };
};

/** Every check with its answer, the permit only looked at: nothing changes. */
export const explainChecks = async (
  ports: Ports,
  assessor: Assessor,
  checked: Checked,
): Promise<readonly CheckAnswer[]> => {
  const context: Context = { ports, assessor, checked };
  const answers: CheckAnswer[] = [];
  for (const [name, check] of [...CHECKS_BEFORE_PERMIT, ['permit', permitPeek] as const])
    answers.push(await make(name, check, context));
  return answers;
};

const permitPeek: Check = async ({ ports, checked, assessment }) => {
  const terms = assessment?.terms ?? checked.terms;
  const answer = await ports.permits.peek(permitRequest(ports, { ...checked, terms }, true));
  return answer.kind === 'granted' ? yes('a permit is free') : no(describePermit(answer));
};

export const permitRequest = (ports: Ports, checked: Checked, queueUp: boolean): PermitRequest => {
  const now = ports.clock.now();
  return {
    scopes: permitScopes(checked),
    resourceKey: resourceKey(checked.finding),
    holder: checked.clientToken,
    now,
    expiresAt: plusMs(now, checked.terms.runMsMax + LEASE_MARGIN_MS),
    queueUp,
  };
};

export const describePermit = (answer: PermitAnswer): string => {
  switch (answer.kind) {
    case 'granted':
      return 'granted';
    case 'pace':
      return `the next start slot of ${answer.scope} is at ${answer.retryAt}`;
    case 'full':
      return `as many as allowed are at work in ${answer.scope}`;
    case 'resource-busy':
      return `another runbook is at work on this resource (${answer.scope})`;
    case 'behind-others':
      return `others wait in ${answer.scope} already`;
    default:
      return unreachable(answer);
  }
};

/** A run that reaches its limit is stopped; until that has surely ended, its lease must hold. */
const LEASE_MARGIN_MS = hourMs;
