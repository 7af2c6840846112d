/** Cases and observations for tests of the machine: one of every state and one of every kind. */
import type { Case, CaseState, Evaluation, OpenState, StateName, Terms } from '../../domain/case/case.ts';
import type {
  Assessment,
  ExecutionReport,
  Observation,
  ObservationKind,
} from '../../domain/case/observation.ts';
import { caseId, type Finding, findingId } from '../../domain/finding.ts';
import { attemptToken } from '../../domain/permit.ts';
import type { Plan } from '../../domain/plan.ts';
import { planHash } from '../../domain/plan.ts';
import { SAFEGUARDS } from '../../domain/policy/resolve-safeguards.ts';
import { hourMs, type Moment, minuteMs, plusMs } from '../../domain/time.ts';

export const NOW = '2026-11-21T03:00:00.000Z';
export const moment = (now = NOW, jitter = 0.5): Moment => ({ now, jitter });

export const finding: Finding = {
  account: '222222222222',
  region: 'us-east-1',
  rule: 's3-bucket-versioning-enabled',
  ruleIdentifier: 'S3_BUCKET_VERSIONING_ENABLED',
  resourceType: 'AWS::S3::Bucket',
  resourceId: 'shop-prod-orders',
};

export const plan: Plan = {
  document: 'AWS-ConfigureS3BucketVersioning',
  documentVersion: '1',
  parameters: { BucketName: ['shop-prod-orders'], VersioningState: ['Enabled'] },
  account: '222222222222',
  region: 'us-east-1',
  executorRoleArn: 'arn:aws:iam::222222222222:role/selfheal-executor',
};
export const hash = planHash(plan);
export const planned = { plan, planHash: hash };

export const terms: Terms = {
  limits: { lane: { concurrencyMax: 80, startIntervalMs: 1_000 } },
  retry: { attemptsMax: 3, backoffMs: 60_000, backoffMsMax: 30 * minuteMs },
  approval: { quorum: 1, expiresAfterMs: 4 * hourMs },
  verify: { settleMs: minuteMs, timeoutMs: 30 * minuteMs },
  notify: ['default'],
  ...SAFEGUARDS,
  runMsMax: 30 * minuteMs,
};

export const evaluation = (
  compliance: Evaluation['compliance'],
  recordedAt: string,
  invokedAt = recordedAt,
): Evaluation => ({ compliance, recordedAt, invokedAt });

const ID = caseId(finding, 1);
const atWork = {
  ...planned,
  attempt: 1,
  clientToken: attemptToken(ID, 1),
  scopes: ['lane#222222222222/us-east-1'],
};
const soon = plusMs(NOW, minuteMs);
export const EXECUTION = '11111111-2222-4333-8444-555555555555';

export const states: { readonly [N in StateName]: Extract<CaseState, { name: N }> } = {
  observing: { name: 'observing', dueAt: soon },
  held: { name: 'held', reason: 'backoff', detail: 'waiting', seen: 1, dueAt: soon },
  'awaiting-approval': {
    name: 'awaiting-approval',
    ...planned,
    requestedAt: NOW,
    expiresAt: plusMs(NOW, hourMs),
    decisions: [],
    announced: false,
    dueAt: soon,
  },
  queued: { name: 'queued', ...planned, queuedAt: NOW, looks: 0, dueAt: soon },
  starting: { name: 'starting', ...atWork, intentAt: NOW, tries: 0, dueAt: soon },
  running: { name: 'running', ...atWork, executionId: EXECUTION, startedAt: NOW, dueAt: soon },
  verifying: {
    name: 'verifying',
    ...planned,
    attempt: 1,
    executionId: EXECUTION,
    endedAt: NOW,
    settledAt: plusMs(NOW, minuteMs),
    expiresAt: plusMs(NOW, 30 * minuteMs),
    dueAt: plusMs(NOW, minuteMs),
  },
  'needs-human': {
    name: 'needs-human',
    code: 'attempts-used-up',
    reason: 'three attempts failed',
    manualSteps: [],
    announced: false,
    missing: 0,
    dueAt: soon,
  },
  resolved: {
    name: 'resolved',
    closedAt: NOW,
    attempt: 1,
    executionId: EXECUTION,
    runEndedAt: NOW,
    verdictRecordedAt: NOW,
  },
  'self-resolved': { name: 'self-resolved', closedAt: NOW, why: 'compliant' },
  suppressed: { name: 'suppressed', closedAt: NOW, why: 'exempt', exemption: 'legacy' },
  denied: {
    name: 'denied',
    closedAt: NOW,
    decision: { planHash: hash, answer: 'deny', who: 'ada', reason: 'no', at: NOW },
  },
  'closed-by-human': { name: 'closed-by-human', closedAt: NOW, who: 'ada', reason: 'done by hand' },
};

export const aCase = <N extends StateName>(
  name: N,
  state: Partial<Extract<CaseState, { name: N }>> = {},
  head: Partial<Case> = {},
): Case<Extract<CaseState, { name: N }>> => ({
  id: ID,
  findingId: findingId(finding),
  number: 1,
  version: 1,
  finding,
  origin: {
    region: 'us-east-1',
    configRuleName: finding.rule,
    configRuleArn: 'arn:aws:config:us-east-1:222222222222:config-rule/config-rule-aaaaaa',
  },
  lane: { account: '222222222222', region: 'us-east-1' },
  severity: 'medium',
  mode: 'auto',
  entry: 'versioning',
  policyVersion: 'aaaaaaaaaaaa',
  terms,
  manualSteps: ['turn versioning on'],
  openedAt: plusMs(NOW, -minuteMs),
  newestEvaluation: evaluation('NON_COMPLIANT', plusMs(NOW, -minuteMs)),
  attempts: ['starting', 'running', 'verifying'].includes(name) ? 1 : 0,
  checkFailures: 0,
  timeline: [],
  timelineDropped: 0,
  ...head,
  state: { ...states[name], ...state },
});

export const assessment = (
  outcome: Assessment['outcome'],
  mode: Assessment['mode'] = 'auto',
): Assessment => ({
  entry: 'versioning',
  severity: 'medium',
  mode,
  policyVersion: 'bbbbbbbbbbbb',
  terms,
  manualSteps: ['turn versioning on'],
  outcome,
});

export const execution = (report: Partial<ExecutionReport> = {}): ExecutionReport => ({
  executionId: EXECUTION,
  status: 'succeeded',
  statusText: 'Success',
  endedAt: NOW,
  document: plan.document,
  documentVersion: plan.documentVersion,
  parameters: plan.parameters,
  ...report,
});

export const observations: { readonly [K in ObservationKind]: Extract<Observation, { kind: K }> } = {
  evaluated: { kind: 'evaluated', evaluation: evaluation('COMPLIANT', plusMs(NOW, minuteMs)), via: 'event' },
  'evaluation-missing': { kind: 'evaluation-missing' },
  due: { kind: 'due' },
  assessed: { kind: 'assessed', assessment: assessment({ kind: 'planned', ...planned }) },
  'check-refused': {
    kind: 'check-refused',
    check: 'stop-switch',
    failed: false,
    reason: 'everything is stopped',
    next: { kind: 'hold', reason: 'stop-switch', until: plusMs(NOW, 5 * minuteMs) },
  },
  'permit-granted': { kind: 'permit-granted', clientToken: attemptToken(ID, 1), scopes: [] },
  'start-accepted': { kind: 'start-accepted', executionId: EXECUTION },
  'start-failed': {
    kind: 'start-failed',
    errorClass: 'transient',
    code: 'ThrottlingException',
    message: 'Rate exceeded',
  },
  'execution-missing': { kind: 'execution-missing' },
  'execution-read': { kind: 'execution-read', execution: execution() },
  'stop-ordered': { kind: 'stop-ordered', who: 'ada', reason: 'bad release' },
  decided: {
    kind: 'decided',
    decision: { planHash: hash, answer: 'approve', who: 'ada', reason: 'ok', at: NOW },
  },
  announced: { kind: 'announced' },
  'closed-by-human': { kind: 'closed-by-human', who: 'ada', reason: 'done by hand' },
  'exemption-reviewed': {
    kind: 'exemption-reviewed',
    review: { kind: 'over', why: 'Config says COMPLIANT' },
  },
};

export type { OpenState };
