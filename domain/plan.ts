/**
 * Makes plans, and is the door to all that the rest of selfheal does with them: a plan is exactly what
 * would run, and a person approves its hash, never a case.
 */
import type { LookupName, ManualGuide, Runbook } from './catalog/catalog.ts';
import type { Finding, Lane } from './finding.ts';
import type { Plan, PlanRefusal } from './plan-model.ts';
import { planParameters } from './plan-parameters.ts';
import { manualOnly } from './plan-runbook.ts';
import { inert } from './plan-value.ts';

export { planHash } from './plan-hash.ts';
export type { Plan, PlanRefusal } from './plan-model.ts';
export { chooseRunbook, manualOnly, requiredLookups } from './plan-runbook.ts';

/** What was read about the resource and its account before the plan is made. */
export interface PlanFacts {
  readonly lookups: Readonly<Partial<Record<LookupName, string>>>;
  /** The role that SSM takes on to run the document's steps. */
  readonly automationRoleArn: string;
  readonly executorRoleArn: string;
}

export interface PlanInput {
  readonly finding: Finding;
  readonly lane: Lane;
  /** What the catalog has for the finding; see `chooseRunbook`. */
  readonly runbook: Runbook | ManualGuide | undefined;
  /** The version that will run, as SSM counts it: `'3'`. */
  readonly documentVersion: string;
  /** Of the policy entry that decided. */
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly facts: PlanFacts;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly refusal: PlanRefusal };

/**
 * Makes the plan, or says why there is none. Every value is checked, wherever it comes from: a resource
 * id is chosen by whoever made the resource. It never throws and never repairs a value.
 *
 * @example
 * makePlan({ finding, lane: { account: '111122223333', region: 'eu-west-1' }, runbook, documentVersion: '1',
 *   parameters: {}, facts: { lookups: {}, automationRoleArn, executorRoleArn } })
 * // { ok: true, plan: { document: 'AWS-ConfigureS3BucketVersioning', documentVersion: '1', parameters: … } }
 */
export const makePlan = (input: PlanInput): PlanResult => {
  const { runbook, finding, lane, documentVersion, facts } = input;
  if (runbook === undefined) {
    return refuse(
      'no-runbook',
      `The catalog knows no runbook for the rule ${inert(finding.ruleIdentifier ?? finding.rule)}.`,
    );
  }
  if (runbook.kind === 'manual') {
    return { ok: false, refusal: manualOnly(runbook) };
  }
  const wrong = wrongTarget(input, runbook);
  if (wrong !== undefined) return refuse('wrong-target', wrong);
  const result = planParameters({
    runbook,
    resourceId: finding.resourceId,
    account: lane.account,
    given: input.parameters,
    lookups: facts.lookups,
    automationRoleArn: facts.automationRoleArn,
  });
  if (!result.ok) return result;
  const plan: Plan = {
    document: runbook.document,
    documentVersion,
    parameters: result.parameters,
    account: lane.account,
    region: lane.region,
    executorRoleArn: facts.executorRoleArn,
  };
  return { ok: true, plan };
};

const refuse = (code: PlanRefusal['code'], reason: string): PlanResult => ({
  ok: false,
  refusal: { code, reason },
});

const ACCOUNT = /^[0-9]{12}$/;
const REGION = /^[a-z]{2,3}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}$/;
const EXACT_VERSION = /^[1-9][0-9]{0,9}$/;
const ROLE_ARN = /^arn:aws(?:-[a-z]{2,4}){0,3}:iam::(?<account>[0-9]{12}):role\/[A-Za-z0-9_+=,.@/-]{1,512}$/;

/** A plan reaches the finding's own account and Region, with roles of that account, or there is none. */
const wrongTarget = (input: PlanInput, runbook: Runbook): string | undefined => {
  const { finding, lane, documentVersion, facts } = input;
  if (!ACCOUNT.test(lane.account)) return `The account ${inert(lane.account)} is not a 12-digit account id.`;
  if (!REGION.test(lane.region)) return `${inert(lane.region)} is no Region in which a runbook can run.`;
  if (finding.account !== lane.account) {
    return `The finding is in account ${inert(finding.account)}, but the run would be in ${lane.account}.`;
  }
  if (finding.region !== 'global' && finding.region !== lane.region) {
    return `The finding is in ${inert(finding.region)}, but the run would be in ${lane.region}.`;
  }
  if (!EXACT_VERSION.test(documentVersion)) {
    return `${runbook.document} needs an exact version such as 3, but was given ${inert(documentVersion)}.`;
  }
  if (runbook.documentVersion !== undefined && runbook.documentVersion !== documentVersion) {
    return `The catalog pins ${runbook.document} to version ${runbook.documentVersion}, not ${documentVersion}.`;
  }
  if (!runbook.rules.some(({ resourceTypes }) => resourceTypes.includes(finding.resourceType))) {
    return `${runbook.document} is not made for a resource of type ${inert(finding.resourceType)}.`;
  }
  return (
    wrongRole('start the run', facts.executorRoleArn, lane) ??
    wrongRole('run the steps', facts.automationRoleArn, lane)
  );
};

const wrongRole = (purpose: string, arn: string, { account }: Lane): string | undefined =>
  ROLE_ARN.exec(arn)?.groups?.account === account
    ? undefined
    : `The role to ${purpose} must be one of account ${account}, but is ${inert(arn)}.`;
