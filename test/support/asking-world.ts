/** One finding that people are asked about, on a table in memory: who is told, what is started, and what time it is, by hand. */
import type { Case } from '../../domain/case/case.ts';
import type { PersonsDecision } from '../../domain/engine/by-people.ts';
import { createEngine, type Selfheal } from '../../domain/engine/engine.ts';
import { doubtfulBook, type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import { exemptFindings } from '../../domain/exemption/exempt-finding.ts';
import { caseId } from '../../domain/finding.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { PortError, type Ports } from '../../domain/ports.ts';
import { epochMs, type Instant, instant, minuteMs, plusMs } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../simulation/memory-table.ts';
import { aCase, evaluation, finding, NOW } from './cases.ts';
import { plainMessages } from './messages.ts';

const CATALOG = loadCatalog();
export const CASE_ID = caseId(finding, 1);

/** A policy that asks for what is given, in the policy's own language. */
export const asking = (
  approval: string,
  { severity = 'high', mode = 'approve', more = '', sections = '' } = {},
): string => `version: 1
topics: { default: a, second: b, third: c }
groups:
  oncall: { people: [ada, grace, linus], claims: [sre] }
  security: { people: [eve] }
${sections}
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: ${severity}
    mode: ${mode}
    notify: [default]
    approval: ${approval}
    ${more}
`;

export const bookOf = (text: string): PolicyBook => {
  const parsed = parsePolicy(text, 'policy.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyBook(parsed.policy);
};

export interface AskingWorld {
  readonly selfheal: Selfheal;
  readonly ports: Ports;
  /** Cases that were started, in order. */
  readonly started: string[];
  /** Who was told, in order: topics and subject. */
  readonly told: { readonly topics: readonly string[]; readonly kind: string }[];
  readonly warnings: string[];
  readonly config: { compliance: 'NON_COMPLIANT' | 'COMPLIANT' };
  readonly now: () => Instant;
  later(ms: number): void;
  at(now: Instant): void;
  /** Another policy is in force. */
  policy(text: string): void;
  /** The policy cannot be trusted any more. */
  doubt(why: string): void;
  /** The document's default version in the account. */
  version(documentVersion: string): void;
  failAnnouncing(fails: boolean): void;
  /** The case as it is in the table. */
  about(id?: string): Promise<Case>;
  /** Its timer goes off, if it is due; and what a lane's waiting cases need is done. */
  wake(): Promise<void>;
  decide(over: Partial<PersonsDecision> & Pick<PersonsDecision, 'who'>): ReturnType<Selfheal['decide']>;
}

/** @param around lays something around the ports that decide */
export const askingWorld = async (
  policyText: string,
  {
    around = (ports) => ports,
    requestedBy,
    policyUpTo,
  }: {
    readonly around?: (ports: Ports) => Ports;
    readonly requestedBy?: string;
    readonly policyUpTo?: (sequence: number) => Promise<void>;
  } = {},
): Promise<AskingWorld> => {
  let nowMs = epochMs(NOW);
  let book = bookOf(policyText);
  let documentVersion = '1';
  let isMute = false;
  const now = () => instant(nowMs);
  const table = new MemoryTable({ nowMs: () => nowMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const started: string[] = [];
  const told: AskingWorld['told'] = [];
  const warnings: string[] = [];
  const config: AskingWorld['config'] = { compliance: 'NON_COMPLIANT' };
  const exemptions = createExemptionStore(inTable);
  const clock = {
    now,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const ports: Ports = {
    cases: createCaseStore({ ...inTable, now }),
    batches: createBatchStore(inTable),
    ruleResources: { count: async () => 20 },
    permits: createPermitStore(inTable),
    controls: createControlStore(inTable),
    health: createHealthStore(inTable),
    exemptions,
    exempting: exemptFindings({ exemptions, clock }),
    runbooks: {
      start: async (_plan, _token, id) => `1111111${started.push(id)}-2222-4333-8444-555555555555`,
      read: async () => undefined,
      find: async () => undefined,
      stop: async () => undefined,
      defaultVersion: async () => documentVersion,
    },
    compliance: {
      read: async () =>
        evaluation(config.compliance, config.compliance === 'COMPLIANT' ? now() : plusMs(NOW, -minuteMs)),
      requestEvaluation: async () => undefined,
      rule: async () => ({ owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' }),
      tags: async () => ({}),
      remediationException: async () => undefined,
      lookup: async () => 'x',
    },
    announcer: {
      announce: async (topics, { attributes }) => {
        if (isMute) throw new PortError('transient', 'Throttled', 'sns:Publish', 'Rate exceeded');
        told.push({ topics, kind: attributes.kind ?? '' });
      },
    },
    messages: plainMessages(),
    events: { publish: async () => undefined },
    wakes: { send: async () => undefined },
    clock,
    random: () => 0.5,
    roles: {
      executorRoleArn: (account) => `arn:aws:iam::${account}:role/selfheal-executor`,
      automationRoleArn: (account, document) => `arn:aws:iam::${account}:role/selfheal-${document}`,
    },
    log: { info: () => undefined, warn: (text) => void warnings.push(text), error: () => undefined },
    metrics: { count: () => undefined, gauge: () => undefined, time: () => undefined },
  };
  const selfheal = createEngine({
    ports: around(ports),
    catalog: CATALOG,
    policy: () => book,
    globalLaneRegion: 'us-east-1',
    ...(policyUpTo && { policyUpTo }),
  });
  const { account, resourceType, resourceId } = finding;
  const [opened] = await selfheal.complianceReported([
    {
      account,
      origin: aCase('queued').origin,
      resourceType,
      resourceId,
      evaluation: evaluation('NON_COMPLIANT', plusMs(NOW, -minuteMs)),
      redelivered: false,
      ...(requestedBy !== undefined && { requestedBy }),
    },
  ]);
  if (opened?.ok !== true) throw new Error(`the case was not opened: ${JSON.stringify(opened)}`);
  const about = async (id = CASE_ID): Promise<Case> => {
    const found = await ports.cases.get(id);
    if (found === undefined) throw new Error(`there is no case ${id}`);
    return found;
  };
  return {
    selfheal,
    ports,
    started,
    told,
    warnings,
    config,
    now,
    later: (ms) => {
      nowMs += ms;
    },
    at: (at) => {
      nowMs = epochMs(at);
    },
    policy: (text) => {
      book = bookOf(text);
    },
    doubt: (why) => {
      book = doubtfulBook(book.policy, why);
    },
    version: (version) => {
      documentVersion = version;
    },
    failAnnouncing: (fails) => {
      isMute = fails;
    },
    about,
    wake: async () => {
      const lane = { account, region: finding.region };
      const answers = await selfheal.woken([
        { wake: { caseId: CASE_ID }, messageId: 'case', redelivered: false },
        { wake: { lane }, messageId: 'lane', redelivered: false },
      ]);
      for (const answer of answers) if (!answer.ok) throw answer.error;
    },
    decide: async (over) => {
      const { state, lastPlanned } = await about();
      const planHash = 'planHash' in state ? state.planHash : (lastPlanned?.planHash ?? '');
      return selfheal.decide(CASE_ID, { planHash, answer: 'approve', reason: 'seen', ...over });
    },
  };
};

/** What the case's story says of one kind of entry. */
export const storyOf = ({ timeline }: Case, what: string): readonly string[] =>
  timeline.filter((entry) => entry.what === what).map(({ who, why }) => `${who}: ${why}`);
