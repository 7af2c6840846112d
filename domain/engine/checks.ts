/**
 * Every check before a start, in the order in which they are made. A check that says no, and a check that
 * cannot be made, are the same to the start: it does not happen, and the case says why.
 */
import type { BreakerScope } from '../breaker.ts';
import type { Assessment, CheckName } from '../case/observation.ts';
import { PortError, type Ports } from '../ports.ts';
import type { Instant } from '../time.ts';
import type { Assessor } from './assess.ts';
import { approval } from './checks/approval.ts';
import { attempts } from './checks/attempts.ts';
import { breaker } from './checks/breaker.ts';
import type { Answer, Check, CheckAnswer, CheckContext, Checked } from './checks/check.ts';
import { compliance } from './checks/compliance.ts';
import { exemption } from './checks/exemption.ts';
import { grace } from './checks/grace.ts';
import { backlogPeek, permitPeek } from './checks/permit.ts';
import { policy } from './checks/policy.ts';
import { stopSwitch } from './checks/stop-switch.ts';
import { window } from './checks/window.ts';
import type { PolicyBook } from './policy-book.ts';

const CHECKS_BEFORE_PERMIT: readonly (readonly [CheckName, Check])[] = [
  ['stop-switch', stopSwitch],
  ['exemption', exemption],
  ['policy', policy],
  ['approval', approval],
  ['attempts', attempts],
  ['compliance', compliance],
  ['grace', grace],
  ['window', window],
  ['breaker', breaker],
];

const CHECKS_BEFORE_ASKING = CHECKS_BEFORE_PERMIT.filter(([name]) => name !== 'compliance');

/** Whatever a check throws is a no. */
const make = async (name: CheckName, check: Check, context: CheckContext): Promise<CheckAnswer> => {
  const answer = await check(context).catch(
    (error: unknown): Answer => ({
      answer: 'failed',
      reason: `the check could not be made: ${reasonOf(error)}`,
    }),
  );
  const { answer: said, reason, next, tells } = answer;
  if (said === 'yes' || tells) return { check: name, answer: said, reason, ...(tells && { tells }) };
  const failed = said === 'failed';
  return {
    check: name,
    answer: said,
    reason,
    tells: { kind: 'check-refused', check: name, failed, reason, ...(next && { next }) },
  };
};

/** An error as a reason that a case can give. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof PortError) return `${error.operation} failed with ${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
};

export type Checks =
  | {
      readonly kind: 'passed';
      readonly assessment: Assessment;
      readonly policy: PolicyBook;
      readonly exemptions: number;
      /** When the window closes; absent when nothing in the calendar ends it. */
      readonly startBefore?: Instant;
      /** Open breakers through which it may go as the probe. */
      readonly probes: readonly BreakerScope[];
    }
  | { readonly kind: 'refused'; readonly answer: CheckAnswer };

/** All checks but the permit; stops at the first that does not say yes. */
export const checkBeforePermit = (ports: Ports, assessor: Assessor, checked: Checked): Promise<Checks> =>
  makeEach(CHECKS_BEFORE_PERMIT, ports, assessor, checked);

/**
 * Before people are asked, where nothing is about to start: all but what Config says of the resource at this
 * moment. It says it to nobody before they ask in mode approve either, and is asked again before the start.
 */
export const checkBeforeAsking = (ports: Ports, assessor: Assessor, checked: Checked): Promise<Checks> =>
  makeEach(CHECKS_BEFORE_ASKING, ports, assessor, checked);

const makeEach = async (
  checks: typeof CHECKS_BEFORE_PERMIT,
  ports: Ports,
  assessor: Assessor,
  checked: Checked,
): Promise<Checks> => {
  const context: CheckContext = { ports, assessor, checked };
  for (const [name, check] of checks) {
    const answer = await make(name, check, context);
    if (answer.answer !== 'yes') return { kind: 'refused', answer };
  }
  const { assessment, policy: book, exemptions, startBefore } = context;
  if (assessment === undefined || book === undefined || exemptions === undefined)
    throw new Error(`the policy was not asked for case ${checked.id}`);
  return {
    kind: 'passed',
    assessment,
    policy: book,
    exemptions,
    probes: context.probes ?? [],
    ...(startBefore !== undefined && { startBefore }),
  };
};

const LOOKED_AT: typeof CHECKS_BEFORE_PERMIT = [
  ['backlog', backlogPeek],
  ['permit', permitPeek],
];

/** Every check with its answer, the permit only looked at: nothing changes. */
export const explainChecks = async (
  ports: Ports,
  assessor: Assessor,
  checked: Checked,
): Promise<readonly CheckAnswer[]> => {
  const context: CheckContext = { ports, assessor, checked };
  const answers: CheckAnswer[] = [];
  for (const [name, check] of [...CHECKS_BEFORE_PERMIT, ...LOOKED_AT])
    answers.push(await make(name, check, context));
  return answers;
};
