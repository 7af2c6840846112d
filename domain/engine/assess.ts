/**
 * Asks the policy what may be done about a finding now, and makes the plan that follows. What cannot be
 * read is a doubt and is said so; it never becomes a guess.
 */
import type { Terms } from '../case/case.ts';
import type { Assessment, AssessmentOutcome, Exempted } from '../case/observation.ts';
import type { Catalog, LookupName, Runbook } from '../catalog/catalog.ts';
import type { ExemptionBook } from '../exemption/exemption-book.ts';
import type { Exemptions } from '../exemption/exemptions.ts';
import { type EvaluationOrigin, type Finding, type Lane, plainRuleName } from '../finding.ts';
import { personName } from '../person.ts';
import { chooseRunbook, makePlan, manualOnly, planHash, requiredLookups } from '../plan.ts';
import type { RunbookChoice } from '../plan-runbook.ts';
import {
  type Blackout,
  type Excluded,
  OWNER,
  type PolicyEntry,
  type PolicySubject,
} from '../policy/policy.ts';
import { policySubject } from '../policy/policy-subject.ts';
import { isRecordable, recordTags } from '../policy/recorded-tags.ts';
import { PortError, type Ports } from '../ports.ts';
import { hourMs } from '../time.ts';
import type { PolicyBook } from './policy-book.ts';

export interface Assessor {
  readonly catalog: Catalog;
  /** The policy in force at this moment. */
  readonly policy: () => PolicyBook;
  /**
   * Returns when every version of the policy up to this one was looked at, so that `policy` answers the newest
   * that is valid; throws when that cannot be known. Absent where nobody publishes: the policy is a file's.
   */
  readonly policyUpTo?: (sequence: number) => Promise<void>;
  /** The exemptions that people have added beside those of the policy. */
  readonly exemptions: Exemptions;
  readonly ports: Pick<Ports, 'compliance' | 'runbooks' | 'roles' | 'clock'>;
}

export interface Assessed {
  readonly assessment: Assessment;
  /** The finding, with the identifier of its rule when Config tells it. */
  readonly finding: Finding;
  readonly subject?: PolicySubject;
  /** Those that match the finding, whether or not one holds now; none where nothing is planned. */
  readonly blackouts: readonly Blackout[];
}

export const assess = async (
  assessor: Assessor,
  finding: Finding,
  origin: EvaluationOrigin,
  lane: Lane,
): Promise<Assessed> => {
  const book = assessor.policy();
  if (book.doubt !== undefined)
    return {
      finding,
      blackouts: [],
      assessment: assessmentOf(book, book.unmatched, undefined, { kind: 'no-policy', why: book.doubt }),
    };
  try {
    const identified = await identify(assessor, finding, origin);
    const stored = await assessor.exemptions.known();
    const subject = await subjectOf(assessor, book, stored, identified, origin);
    const { entry } = book.select(subject);
    const choice = chooseRunbook(assessor.catalog, identified, entry.runbook);
    const exemption = exemptionOf(assessor, book, stored, subject);
    const outcome: AssessmentOutcome = exemption
      ? { kind: 'exempt', exemption }
      : await outcomeFor(assessor, entry, choice, identified, origin, lane);
    return {
      finding: identified,
      subject,
      blackouts: book.blackoutsFor(subject),
      assessment: {
        ...assessmentOf(book, entry, choice, outcome, subject),
        ...(identified.ruleIdentifier === undefined ? {} : { ruleIdentifier: identified.ruleIdentifier }),
        ...tagsSeen(book, subject),
      },
    };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const why = `${error.operation} failed with ${error.code}: ${error.message}`;
    return {
      finding,
      blackouts: [],
      assessment: assessmentOf(book, book.unmatched, undefined, { kind: 'unreadable', why }),
    };
  }
};

const tagsSeen = ({ tagKeys }: PolicyBook, { tags }: PolicySubject): Pick<Assessment, 'tags'> => {
  const recorded = recordTags(tagKeys, tags);
  return recorded === undefined ? {} : { tags: recorded };
};

const identify = async (
  { ports, catalog }: Assessor,
  finding: Finding,
  origin: EvaluationOrigin,
): Promise<Finding> => {
  const rule = await ports.compliance.rule(finding.account, origin);
  if (rule?.owner === 'custom') return finding;
  // A rule that Config does not know any more is known by its name alone; nothing runs on that (no evaluation).
  const identifier = rule?.identifier ?? catalog.rule(plainRuleName(finding.rule))?.identifier;
  return identifier === undefined ? finding : { ...finding, ruleIdentifier: identifier };
};

/** Of the policy, or of people; where one of theirs cannot be read that may cover it, nobody can say. */
const exemptionOf = (
  { ports }: Assessor,
  book: PolicyBook,
  stored: ExemptionBook,
  subject: PolicySubject,
): Exempted | undefined => {
  const now = ports.clock.now();
  const found = book.exemptionOf(subject, now) ?? stored.exemptionOf(subject, now);
  if (found !== undefined) return found;
  const doubt = stored.doubtAbout(subject);
  if (doubt !== undefined) throw new PortError('terminal', 'MalformedItem', 'dynamodb:Query', doubt);
  return undefined;
};

const subjectOf = async (
  { ports, catalog }: Assessor,
  book: PolicyBook,
  stored: ExemptionBook,
  finding: Finding,
  origin: EvaluationOrigin,
): Promise<PolicySubject> => {
  const served = finding.ruleIdentifier === undefined ? undefined : catalog.rule(finding.ruleIdentifier);
  return policySubject(finding, {
    configRuleName: origin.configRuleName,
    tags:
      book.needsTags || stored.needsTags(ports.clock.now())
        ? await ports.compliance.tags(origin, finding)
        : {},
    ...(served ? { severity: served.severity } : {}),
    frameworks: served?.frameworks ?? [],
  });
};

const outcomeFor = async (
  { ports }: Assessor,
  entry: PolicyEntry,
  choice: RunbookChoice,
  finding: Finding,
  origin: EvaluationOrigin,
  lane: Lane,
): Promise<AssessmentOutcome> => {
  if (entry.mode === 'observe') return { kind: 'observe', why: `policy entry "${entry.name}" says observe` };
  if (!choice.ok) return { kind: 'refused', refusal: choice.refusal };
  const { runbook } = choice;
  if (runbook.kind === 'manual') return { kind: 'refused', refusal: manualOnly(runbook) };
  const documentVersion =
    runbook.documentVersion ?? (await ports.runbooks.defaultVersion(lane, runbook.document));
  if (documentVersion === undefined)
    return {
      kind: 'refused',
      refusal: {
        code: 'unknown-runbook',
        reason: `SSM in account ${lane.account}, ${lane.region} has no document ${runbook.document}`,
      },
    };
  const made = makePlan({
    finding,
    lane,
    runbook,
    documentVersion,
    parameters: entry.parameters,
    facts: {
      lookups: await lookupsFor(ports, runbook, origin, finding),
      automationRoleArn: ports.roles.automationRoleArn(lane.account, runbook.document),
      executorRoleArn: ports.roles.executorRoleArn(lane.account),
    },
  });
  return made.ok
    ? { kind: 'planned', plan: made.plan, planHash: planHash(made.plan) }
    : { kind: 'refused', refusal: made.refusal };
};

const lookupsFor = async (
  { compliance }: Assessor['ports'],
  runbook: Runbook,
  origin: EvaluationOrigin,
  finding: Finding,
): Promise<Partial<Record<LookupName, string>>> => {
  const found: Partial<Record<LookupName, string>> = {};
  for (const name of requiredLookups(runbook)) {
    const value = await compliance.lookup(name, origin, finding);
    if (value !== undefined) found[name] = value;
  }
  return found;
};

type People = Pick<Terms, 'notify' | 'ownerTopic' | 'owner' | 'authors' | 'changedBy'>;

/** Whom the resource's tags name: who is told of it, and who must not decide on it. Without a subject nobody is known. */
const peopleOf = (
  { policy: { owners, changedByTag } }: PolicyBook,
  { notify, graceMs, approval, authors }: PolicyEntry,
  { tags }: Pick<PolicySubject, 'tags'> = { tags: {} },
): People => {
  const owner = entryOf(tags, owners?.tag);
  const contact = owners && entryOf(owners.contacts, owner);
  const ownerTopic = contact ?? owners?.fallback;
  const isLeftOut = (who: Excluded): boolean => approval.not?.includes(who) === true;
  const changedBy = isLeftOut('changer') ? personTagged(entryOf(tags, changedByTag)) : '';
  return {
    notify: [...new Set(notify.flatMap((name) => (name === OWNER ? (ownerTopic ?? []) : name)))],
    // Only a grace is told to the owner alone.
    ...(ownerTopic === undefined || graceMs === 0 ? {} : { ownerTopic }),
    ...(owner === undefined || !isRecordable(owner) ? {} : { owner }),
    ...(authors && isLeftOut('author') ? { authors } : {}),
    ...(changedBy === '' ? {} : { changedBy }),
  };
};

const entryOf = (values: Readonly<Record<string, string>>, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;

/** Tools that tag a resource often write the whole ARN of who called: the person's name is the end of it. */
const personTagged = (value = ''): string => personName(value.replace(/^arn:.*[/:]/i, ''));

const assessmentOf = (
  book: PolicyBook,
  entry: PolicyEntry,
  choice: RunbookChoice | undefined,
  outcome: AssessmentOutcome,
  subject?: PolicySubject,
): Assessment => ({
  entry: entry.name,
  severity: entry.severity,
  mode: entry.mode,
  policyVersion: book.version,
  terms: {
    limits: entry.limits,
    retry: entry.retry,
    approval: entry.approval,
    verify: entry.verify,
    graceMs: entry.graceMs,
    windows: entry.windows,
    ...(entry.blastRadius && { blastRadius: entry.blastRadius }),
    backlog: entry.backlog,
    breaker: entry.breaker,
    flapping: entry.flapping,
    ...peopleOf(book, entry, subject),
    runMsMax: choice?.ok && choice.runbook.kind === 'runbook' ? choice.runbook.runMsMax : hourMs,
  },
  manualSteps: choice?.ok ? choice.runbook.manualSteps : [],
  outcome,
});
