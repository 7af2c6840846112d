/** What no run in the sandbox asks for: denials, statements that only a parameter brings, policies of people. */
import { describe, expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import type { AccessRequest, RequestContext } from '../../../sandbox/iam/access-request.ts';
import { type PolicyStatement, statementsOf } from '../../../sandbox/iam/policy-document.ts';
import { arnsOf, deployedDocument, type Names } from '../../support/deployed-document.ts';
import { type Guarded, idleParts, mistakes, request } from '../../support/guarded-policy.ts';
import { hubTemplate, memberTemplate } from '../../support/stack-templates.ts';

const HUB = '111111111111';
const ACCOUNT = '222222222222';
const OTHER = '999999999999';
const REGION = 'us-east-1';
const ORGANIZATION = 'o-a1b2c3d4e5';
const FURTHER = [`arn:aws:sns:${REGION}:${HUB}:security`, `arn:aws:sns:${REGION}:${HUB}:finance`];
const PASSABLE = [`arn:aws:iam::${ACCOUNT}:role/rds-monitoring`, `arn:aws:iam::${ACCOUNT}:role/flow-logs`];

const hub = hubTemplate();
const member = await memberTemplate();
const names: Names = {
  ...arnsOf(hub, HUB, REGION),
  'AWS::Region': REGION,
  OrganizationId: ORGANIZATION,
  FurtherTopicArns: FURTHER.join(','),
  PassableRoleArns: PASSABLE,
  SignedApi: 'a1b2c3',
};
const TABLE = String(names.Table);
const KEY = String(names.Key);
const REPORTS = `arn:aws:s3:::selfheal-reports-${HUB}-${REGION}`;

interface Held {
  /** Logical id of role or policy. */
  readonly holder: string;
  readonly statement: PolicyStatement;
  /** Whether it is there only when a condition of the template holds. */
  readonly optional: boolean;
}

/** Every statement of every identity policy of both stacks, all conditions holding. */
const HELD: readonly Held[] = [
  { template: hub, account: HUB },
  { template: member, account: ACCOUNT },
].flatMap(({ template, account }) =>
  Object.entries(template.Resources).flatMap(([holder, { Type, Properties }]) => {
    const written =
      Type === 'AWS::IAM::Role'
        ? [Properties.Policies ?? []].flat().map((each) => (each as never as Properties).PolicyDocument)
        : Type.startsWith('AWS::IAM::') && Properties.PolicyDocument !== undefined
          ? [Properties.PolicyDocument]
          : [];
    return written.flatMap((document) => {
      const raw = [(document as { readonly Statement: readonly unknown[] }).Statement].flat();
      return statementsOf(deployedDocument(document, account, names)).map((statement, n) => ({
        holder,
        statement,
        optional: typeof raw[n] === 'object' && raw[n] !== null && 'Fn::If' in raw[n],
      }));
    });
  }),
);

type Properties = (typeof hub.Resources)[string]['Properties'];
type Asked = Pick<Guarded, 'welcome' | 'attacks'>;

const asks = (action: string, resource: string, context: RequestContext = {}): AccessRequest =>
  request(`arn:aws:sts::${HUB}:assumed-role/selfheal-function-wake/s`, action, resource, context);
const byName = (requests: readonly AccessRequest[]): Readonly<Record<string, AccessRequest>> =>
  Object.fromEntries(
    requests.map((each) => [`${each.action} ${each.resource} ${JSON.stringify(each.context)}`, each]),
  );

/** A table's request by the partitions and, for updates, the attributes that it names. */
const onItems = (action: string, keys: readonly string[], attributes?: readonly string[]): AccessRequest =>
  asks(`dynamodb:${action}`, TABLE, {
    'dynamodb:LeadingKeys': keys,
    ...(attributes === undefined ? {} : { 'dynamodb:Attributes': attributes }),
  });

const viaKms = (services: readonly string[]): Asked => ({
  welcome: byName(
    services.flatMap((service) =>
      ['kms:Decrypt', 'kms:GenerateDataKey'].map((action) =>
        asks(action, KEY, { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` }),
      ),
    ),
  ),
  attacks: byName([
    asks('kms:Decrypt', KEY),
    asks('kms:Decrypt', KEY, { 'kms:ViaService': `ec2.${REGION}.amazonaws.com` }),
    asks('kms:Decrypt', KEY.replace('11111111-', '99999999-'), {
      'kms:ViaService': `dynamodb.${REGION}.amazonaws.com`,
    }),
    asks('kms:CreateGrant', KEY, { 'kms:ViaService': `dynamodb.${REGION}.amazonaws.com` }),
  ]),
});

const onTopics = (action: string): Asked => ({
  welcome: byName(FURTHER.map((topic) => asks(action, topic))),
  attacks: byName([
    asks(action, `arn:aws:sns:${REGION}:${HUB}:anybodys`),
    asks('sns:SetTopicAttributes', String(FURTHER[0])),
  ]),
});

const passing = (service: string): Asked => ({
  welcome: byName(PASSABLE.map((role) => asks('iam:PassRole', role, { 'iam:PassedToService': service }))),
  attacks: byName([
    asks('iam:PassRole', String(PASSABLE[0]), { 'iam:PassedToService': 'ecs.amazonaws.com' }),
    asks('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/admin`, { 'iam:PassedToService': service }),
  ]),
});

const executorOf = (account: string, organization: string, name = 'selfheal-executor') =>
  asks('sts:AssumeRole', `arn:aws:iam::${account}:role/${name}`, { 'aws:ResourceOrgID': organization });

/** Statements that a parameter brings, by Sid. */
const OPTIONAL: Readonly<Record<string, (statement: PolicyStatement) => Asked>> = {
  CustomerKey: ({ Condition }) => {
    const via = [Condition?.StringEquals?.['kms:ViaService'] ?? []].flat();
    // People publish with the table alone; reports go into a bucket, and wake nobody.
    if (via.length <= 1) return viaKms(['dynamodb']);
    return viaKms(['dynamodb', 'sns', via.some((each) => String(each).startsWith('s3.')) ? 's3' : 'sqs']);
  },
  PutsReportsIntoTheBucket: () => ({
    welcome: byName([asks('s3:PutObject', `${REPORTS}/weekly/2026-W47.html`)]),
    attacks: byName([
      asks('s3:PutObject', `${REPORTS}/elsewhere`),
      asks('s3:PutObject', 'arn:aws:s3:::another/weekly/2026-W47.html'),
      asks('s3:GetObject', `${REPORTS}/weekly/2026-W47.html`),
      asks('s3:DeleteObject', `${REPORTS}/weekly/2026-W47.html`),
    ]),
  }),
  Traces: () => ({
    welcome: byName(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((each) => asks(each, '*'))),
    attacks: byName([asks('xray:GetTraceSummaries', '*')]),
  }),
  TellsFurtherTopics: () => onTopics('sns:Publish'),
  LooksAtFurtherTopics: () => onTopics('sns:GetTopicAttributes'),
  PassChosenRoleToCloudtrail: () => passing('cloudtrail.amazonaws.com'),
  PassChosenRoleToEc2: () => passing('ec2.amazonaws.com'),
  PassChosenRoleToLambda: () => passing('lambda.amazonaws.com'),
  PassChosenRoleToMonitoringRds: () => passing('monitoring.rds.amazonaws.com'),
  PassChosenRoleToSns: () => passing('sns.amazonaws.com'),
  PassChosenRoleToVpcFlowLogs: () => passing('vpc-flow-logs.amazonaws.com'),
};

const alone = (statement: PolicyStatement, kind: Guarded['kind'], asked: Asked): Guarded => ({
  document: { Statement: [statement] },
  kind,
  ...asked,
});

const told = (holder: string, { Sid }: PolicyStatement) => `${holder} ${Sid}`;
const faults = (holder: string, guarded: Guarded): readonly string[] =>
  [...mistakes(guarded), ...idleParts(guarded).map((part) => `needless ${part}`)].map(
    (fault) => `${holder}: ${fault}`,
  );

describe('the denials of both stacks', () => {
  const denials = HELD.filter(({ statement }) => statement.Effect === 'Deny');

  it('are those of the boundary, which has its own tests, and that no worker writes the policy', () => {
    expect(
      denials
        .filter(({ holder }) => holder !== 'AutomationBoundary')
        .map((one) => told(one.holder, one.statement)),
    ).toEqual(
      ['ComplianceChange', 'Decide', 'ExecutionStatus', 'Report', 'Scheduled', 'Tick', 'Wake'].map(
        (name) => `${name}Role NeverWritesThePolicy`,
      ),
    );
  });

  it('keep the policy from being written, in each way there is, and nothing else', () => {
    const ways = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
    const asked: Asked = {
      welcome: byName(
        ['case#1', 'control'].map((key) => onItems('PutItem', [key])).concat(onItems('Query', ['policy'])),
      ),
      attacks: byName(
        ways.map((way) => onItems(way, way === 'BatchWriteItem' ? ['case#1', 'policy'] : ['policy'])),
      ),
    };
    const found = denials
      .filter(({ statement }) => statement.Sid === 'NeverWritesThePolicy')
      .flatMap(({ holder, statement }) => faults(holder, alone(statement, 'identity', asked)));
    expect(found).toEqual([]);
  });
});

describe('the statements that only a parameter brings', () => {
  const optional = HELD.filter((each) => each.optional);

  it('have been thought of', () => {
    const sids = new Set(optional.map(({ statement }) => statement.Sid));
    expect([...sids].sort()).toEqual(Object.keys(OPTIONAL).sort());
  });

  it('grant what they are there for, on what the parameter names, and have no part too many', () => {
    const found = optional.flatMap(({ holder, statement }) => {
      const asked = OPTIONAL[statement.Sid ?? '']?.(statement) ?? { welcome: {}, attacks: {} };
      return faults(holder, alone(statement, 'grant', asked));
    });
    expect(found).toEqual([]);
  });
});

describe('the functions that enter other accounts', () => {
  it('enter those of the organization, by the executor alone', () => {
    const entering = HELD.filter(({ statement }) => statement.Sid === 'ActsAsExecutor');
    expect(entering).toHaveLength(7);
    const asked: Asked = {
      welcome: byName([executorOf(ACCOUNT, ORGANIZATION), executorOf(HUB, ORGANIZATION)]),
      attacks: byName([executorOf(OTHER, 'o-another000'), executorOf(ACCOUNT, ORGANIZATION, 'admin')]),
    };
    expect(
      entering.flatMap(({ holder, statement }) => faults(holder, alone(statement, 'grant', asked))),
    ).toEqual([]);
  });
});

/** Policies that people attach: what they can do with them and what not. */
const api = (path: string, id = 'a1b2c3') =>
  asks('execute-api:Invoke', `arn:aws:execute-api:${REGION}:${HUB}:${id}/$default/${path}`);
const PEOPLE: Readonly<Record<string, Asked>> = {
  ReaderPolicy: {
    welcome: byName(
      [
        'GET/healthz',
        'GET/api/cases',
        'GET/api/cases/1',
        'GET/api/batches',
        'GET/api/batches/S3_BUCKET_VERSIONING_ENABLED.20261121-030007',
        'GET/api/stop',
        'GET/api/breakers',
        'GET/api/exemptions',
        'GET/api/sweep',
        'GET/api/reports/weekly',
        'GET/api/reports/weekly/verify',
      ].map((path) => api(path)),
    ),
    attacks: byName([
      api('POST/api/stop'),
      api('POST/api/breakers/reset'),
      api('POST/api/cases/1/decision'),
      api('POST/api/batches/1/decide'),
      api('GET/api/cases', 'another'),
    ]),
  },
  GatePolicy: {
    welcome: byName([
      api('GET/api/compliance/lanes'),
      api('GET/api/compliance/lanes/111122223333/eu-central-1'),
    ]),
    attacks: byName([
      api('GET/api/cases'),
      api('GET/api/compliance/remediation'),
      api('GET/api/doctor'),
      api('POST/api/compliance/lanes'),
      api('GET/api/compliance/lanes', 'another'),
    ]),
  },
  OperatorPolicy: {
    welcome: byName([api('GET/api/doctor'), api('POST/api/cases/1/decision')]),
    attacks: byName([api('GET/api/cases', 'another'), api('DELETE/api/cases/1')]),
  },
  PolicyPublisherPolicy: {
    welcome: byName([
      onItems('Query', ['policy']),
      onItems('GetItem', ['control']),
      onItems('PutItem', ['policy']),
      ...['pk', 'sk', 'policySequence'].map((each) => onItems('UpdateItem', ['control'], [each])),
      ...Object.values(viaKms(['dynamodb']).welcome),
    ]),
    attacks: byName([
      onItems('Query', ['case#1']),
      onItems('GetItem', ['case#1']),
      onItems('PutItem', ['case#1']),
      onItems('UpdateItem', ['case#1'], ['policySequence']),
      onItems('UpdateItem', ['control'], ['stop#everything']),
      onItems('DeleteItem', ['policy']),
      asks('kms:Decrypt', KEY),
    ]),
  },
};

describe('the policies for people', () => {
  it.each(Object.entries(PEOPLE))('%s grants what its people do, and nothing else', (id, asked) => {
    const statements = HELD.filter(({ holder }) => holder === id).map(({ statement }) => statement);
    expect(faults(id, { document: { Statement: statements }, kind: 'grant', ...asked })).toEqual([]);
  });
});

describe('every policy of both stacks', () => {
  it('is looked at, here or where what asks for it runs', () => {
    const here = ['AutomationBoundary', ...Object.keys(PEOPLE)];
    const catalogued = loadCatalog().runbooks.map(({ document }) => automationRoleName(document));
    const elsewhere = Object.entries({ ...hub.Resources, ...member.Resources })
      .filter(([id, { Type }]) => /^AWS::IAM::.*Policy$/.test(Type) && !here.includes(id))
      .map(([, { Properties }]) => String(Properties.ManagedPolicyName))
      // What runbooks may do is compared with the catalog, in each of its actions.
      .filter((name) => !catalogued.includes(name));
    // These are the policies of the roles that the packaged functions, or EventBridge, use on their tour.
    expect(elsewhere.filter((name) => !/^selfheal-(?:executor|forward-events)/.test(name))).toEqual([]);
  });
});
