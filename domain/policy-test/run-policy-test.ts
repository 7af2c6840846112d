/**
 * Runs one test of a policy: the engine's own code is asked about the finding that the test gives (which entry,
 * which plan, where the case goes, what the checks say), and what it says is compared with what is expected.
 */
import type { Approval, Case } from '../case/case.ts';
import type { Assessment } from '../case/observation.ts';
import { routeBy } from '../case/route.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Assessor, assess } from '../engine/assess.ts';
import { explainChecks } from '../engine/checks.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { caseId } from '../finding.ts';
import { groupsOf, type Identity } from '../identity.ts';
import { attemptToken } from '../permit.ts';
import { personName } from '../person.ts';
import { explainSelection } from '../policy/explain-selection.ts';
import type { Policy } from '../policy/policy.ts';
import { policySubject } from '../policy/policy-subject.ts';
import { dayMs, plusMs } from '../time.ts';
import { type GivenWorld, givenWorld } from './given-world.ts';
import { type Deviation, deviations } from './judge.ts';
import { CHECKS_NOT_MADE, type Given } from './policy-test-schema.ts';
import type { LocatedTest, PolicyTestFile } from './read-policy-tests.ts';
import type { CheckSaid, Said } from './said.ts';

export interface TestResult {
  readonly test: LocatedTest;
  readonly said: Said;
  /** Empty when the policy says what is expected. */
  readonly deviations: readonly Deviation[];
}

export const runPolicyTest = async (
  book: PolicyBook,
  catalog: Catalog,
  file: Pick<PolicyTestFile, 'time' | 'given'>,
  test: LocatedTest,
): Promise<TestResult> => {
  const given: Given = { ...file.given, ...test.given };
  const said = await sayOf(book, catalog, givenWorld(given, file.time, book.policy.timezone, catalog), given);
  return { test, said, deviations: deviations(test.expect, said, book.policy) };
};

const sayOf = async (book: PolicyBook, catalog: Catalog, world: GivenWorld, given: Given): Promise<Said> => {
  const { ports, finding, origin, lane, known, now } = world;
  const assessor: Assessor = {
    catalog,
    policy: () => book,
    ports,
    exemptions: {
      known: async () => world.exemptions,
      upTo: async () => {},
      sequence: () => 0,
    },
  };
  const { assessment, subject: read } = await assess(assessor, finding, origin, lane);
  const served = finding.ruleIdentifier === undefined ? undefined : catalog.rule(finding.ruleIdentifier);
  // What the plan needs and the test does not give leaves the entry as it is.
  const subject =
    read ??
    policySubject(finding, {
      configRuleName: origin.configRuleName,
      tags: given.tags ?? {},
      ...(served ? { severity: served.severity } : {}),
      frameworks: served?.frameworks ?? [],
    });
  const { outcome, terms, mode } = assessment;
  const approval = approvalOf(assessment, given, book.policy.groups, now);
  const requestedBy = given['requested-by'];
  const about = {
    ...known,
    ...(approval && { approval }),
    ...(requestedBy !== undefined && { requestedBy: personName(requestedBy) }),
  };
  const route = routeBy(assessment, { ...about, manualSteps: assessment.manualSteps }, { now, jitter: 0 });
  const id = caseId(finding, known.number);
  const checks =
    outcome.kind === 'planned'
      ? await explainChecks(ports, assessor, {
          ...about,
          id,
          finding,
          origin,
          lane,
          terms,
          mode,
          document: outcome.plan.document,
          planHash: outcome.planHash,
          clientToken: attemptToken(id, known.attempts + 1),
        })
      : [];
  const told = checks.map(
    ({ check, answer, reason }): CheckSaid =>
      CHECKS_NOT_MADE.includes(check)
        ? { check, answer: 'not-made', reason: 'it depends on what else has started: see selfheal plan' }
        : { check, answer, reason },
  );
  return {
    subject,
    assessment,
    selection: explainSelection(book, subject),
    state: route.to.name,
    why: route.why,
    checks: told,
    starts:
      route.to.name === 'queued' && told.every(({ answer }) => answer === 'yes' || answer === 'not-made'),
  };
};

/** Of exactly the plan that is made now, given a moment ago. */
const approvalOf = (
  { outcome }: Assessment,
  { 'approved-by': people = [] }: Given,
  groups: Policy['groups'],
  now: Case['openedAt'],
): Approval | undefined =>
  outcome.kind !== 'planned' || people.length === 0
    ? undefined
    : {
        planHash: outcome.planHash,
        decisions: people.map(identityOf).map((who) => ({
          planHash: outcome.planHash,
          answer: 'approve',
          who: who.name,
          groups: groupsOf(who, groups),
          reason: 'given by the test',
          at: now,
        })),
        validUntil: plusMs(now, dayMs),
      };

type Approver = NonNullable<Given['approved-by']>[number];

const identityOf = (given: Approver): Identity => {
  if (typeof given === 'string') return { name: personName(given), claims: [] };
  const { name, claims = [], role } = given;
  return { name: personName(name), claims, ...(role === undefined ? {} : { role }) };
};
