/** How the hub's functions, table, queues and rules hang together, as the template alone says it. */
import { readdirSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { tableDefinition } from '../../../infra/dynamodb/table.ts';
import { COMPLIANCE_CHANGE } from '../../../infra/eventbridge/decode-compliance-change.ts';
import { EXECUTION_STATUS_CHANGE } from '../../../infra/eventbridge/decode-execution-status.ts';
import { readPeople } from '../../../infra/people-settings.ts';
import { decodeReportOrder, REPORT_ORDERS } from '../../../infra/report-orders.ts';
import { readReportSettings } from '../../../infra/report-settings.ts';
import { readSettings } from '../../../infra/settings.ts';
import { DEAD_LETTER_QUEUES, deadLetterQueueOf, WORK_QUEUES } from '../../../infra/sqs/queues.ts';
import { decodeScheduled } from '../../../infra/sqs/scheduled-orders.ts';
import type { TemplateValue } from '../../../infra/stack/template.ts';
import { SYNTHESIS_MS_MAX, type Synthesized, synthesized } from '../../support/synthesized.ts';
import { byName, fieldOf, idIn, ofType, type Properties } from '../../support/template-reader.ts';
import { itemsOf, textOf } from '../../support/template-values.ts';

let hub: Synthesized;
beforeAll(async () => {
  hub = await synthesized();
}, SYNTHESIS_MS_MAX);

const functions = () => byName(hub.template, 'AWS::Lambda::Function', 'FunctionName');
const mappings = () => ofType(hub.template, 'AWS::Lambda::EventSourceMapping').map(([, one]) => one);
const queues = () => byName(hub.template, 'AWS::SQS::Queue', 'QueueName');
const propertiesOf = (id: string): Properties => hub.template.Resources[id]?.Properties ?? {};
const policiesOf = (queueId: string) =>
  ofType(hub.template, 'AWS::SQS::QueuePolicy')
    .filter(([, { Queues }]) => itemsOf(Queues).map(idIn).includes(queueId))
    .flatMap(([, { PolicyDocument }]) => itemsOf(fieldOf(PolicyDocument, 'Statement')));

describe('the functions of the hub', () => {
  it('are those that there are entries for, each in its zip', () => {
    const entries = readdirSync('handlers/lambda').filter((file) => file !== 'app.ts');
    expect([...functions().keys()].sort()).toEqual(
      entries.map((file) => `selfheal-${file.replace('.ts', '')}`).sort(),
    );
    for (const [name, { properties }] of functions()) {
      const { Code, Handler } = properties;
      const zip = /[^/]+$/.exec(textOf(fieldOf(Code, 'S3Key')))?.[0] ?? '';
      expect(`selfheal-${zip}`).toBe(`${name}.zip`);
      expect(Handler).toBe('index.handler');
      expect(Object.keys(unzipSync(readFileSync(hub.zipOf(zip.replace('.zip', '')))))).toContain('index.mjs');
    }
  });

  it('run on the newest Node.js that osls knows, on arm64, under a role of their own', () => {
    for (const [name, { properties: one }] of functions()) {
      expect(one, name).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(textOf(fieldOf(propertiesOf(idIn(one.Role)), 'RoleName'))).toBe(
        name.replace('selfheal-', 'selfheal-function-'),
      );
    }
    expect(hub.template.Resources).not.toHaveProperty('IamRoleLambdaExecution');
  });

  it('are told everything that they ask their environment for', () => {
    const values: Readonly<Record<string, string>> = {
      '{AWS::AccountId}': '222222222222',
      '{WakesQueue}': 'https://sqs.us-east-1.amazonaws.com/222222222222/selfheal-wakes',
      '{RefusedQueue}': 'https://sqs.us-east-1.amazonaws.com/222222222222/selfheal-refused',
      '{OperationsTopic}': 'arn:aws:sns:us-east-1:222222222222:selfheal-operations',
      '{ReportsTopic}': 'arn:aws:sns:us-east-1:222222222222:selfheal-reports',
      '{ReportsBucket} or {ReportBucket}': 'selfheal-reports-222222222222-us-east-1',
      '{SweepLanes}': '111122223333/eu-west-1',
      '{ConsoleUrl} or {BrowserApi.ApiEndpoint} or ': 'https://selfheal.example.com',
    };
    for (const [name, { properties }] of functions()) {
      const variables = Object.entries(fieldOf(properties.Environment, 'Variables') ?? {}).map(
        ([key, value]) => {
          const text = textOf(value as TemplateValue);
          return [key, values[text] ?? text] as const;
        },
      );
      const environment = { AWS_REGION: 'us-east-1', ...Object.fromEntries(variables) };
      expect(readSettings(environment), name).toMatchObject({
        tableName: '{Table}',
        eventBusName: '{Bus}',
        executorRoleName: 'selfheal-executor',
        externalId: '{ExternalId}',
        consoleUrl: 'https://selfheal.example.com',
      });
      const people = {
        sessionNameRoles: ['{SessionNameRoles}'],
        personClaim: '{PersonClaim}',
        groupsClaim: '{GroupsClaim}',
      };
      const signIn = {
        issuer: '{JwtIssuer}',
        clientId: '{OidcClientId} or {JwtAudience}',
        // The token of a session is made for the client.
        audience: '{OidcClientId} or {JwtAudience}',
        scopes: '{OidcScopes}',
        consoleUrl: 'https://selfheal.example.com',
      };
      if (['selfheal-api', 'selfheal-decide'].includes(name))
        expect(readPeople(environment), name).toEqual({ ...people, signIn });
      else if (name === 'selfheal-operations') expect(readPeople(environment), name).toEqual(people);
      else if (name === 'selfheal-report')
        expect(readReportSettings(environment)).toEqual({
          topicArn: values['{ReportsTopic}'],
          bucket: values['{ReportsBucket} or {ReportBucket}'],
        });
    }
  });

  it('link to the pages only where somebody can sign in', () => {
    for (const [name, { properties }] of functions())
      expect(fieldOf(properties.Environment, 'Variables', 'SELFHEAL_CONSOLE_URL'), name).toEqual({
        'Fn::If': [
          'HasJwt',
          {
            'Fn::If': [
              'HasConsoleUrl',
              { Ref: 'ConsoleUrl' },
              { 'Fn::GetAtt': ['BrowserApi', 'ApiEndpoint'] },
            ],
          },
          '',
        ],
      });
  });

  it('keep their logs as long as was asked for, and are traced when that was asked for', () => {
    const groups = new Map(
      ofType(hub.template, 'AWS::Logs::LogGroup').map(([, one]) => [textOf(one.LogGroupName), one]),
    );
    for (const [name, { properties }] of functions()) {
      expect(groups.get(`/aws/lambda/${name}`)?.RetentionInDays, name).toEqual({ Ref: 'LogRetentionDays' });
      expect(properties.TracingConfig).toEqual({ Mode: { 'Fn::If': ['IsTraced', 'Active', 'PassThrough'] } });
    }
  });
});

describe('the table', () => {
  it('has the keys and indexes that the code reads and writes by', () => {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TableName, BillingMode } =
      propertiesOf('Table');
    expect({ AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TableName, BillingMode }).toEqual(
      tableDefinition('selfheal'),
    );
  });

  it('can be brought back, and not be dropped by mistake', () => {
    expect(propertiesOf('Table')).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});

describe('the queues', () => {
  it('are those that the command line knows', () => {
    expect([...queues().keys()].sort()).toEqual([...WORK_QUEUES, ...DEAD_LETTER_QUEUES].sort());
  });

  it('hide a message for six times as long as its function may run, and report each failure alone', () => {
    expect(
      mappings()
        .map(({ EventSourceArn }) => idIn(EventSourceArn))
        .sort(),
    ).toEqual(WORK_QUEUES.map((name) => queues().get(name)?.id).sort());
    for (const {
      EventSourceArn,
      FunctionName,
      MaximumBatchingWindowInSeconds = 0,
      ...mapping
    } of mappings()) {
      const { Timeout } = propertiesOf(idIn(FunctionName));
      const { VisibilityTimeout } = propertiesOf(idIn(EventSourceArn));
      expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(
        6 * Number(Timeout) + Number(MaximumBatchingWindowInSeconds),
      );
      // A sweep takes all the time that its function has: it comes alone.
      const BatchSize = idIn(EventSourceArn) === 'ScheduledQueue' ? 1 : 10;
      expect(mapping).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize });
      expect(Number(fieldOf(mapping.ScalingConfig, 'MaximumConcurrency'))).toBeGreaterThanOrEqual(2);
    }
  });

  it('each have a queue for what fails five times, which takes it from there alone and keeps it for two weeks', () => {
    for (const name of WORK_QUEUES) {
      const { RedrivePolicy } = queues().get(name)?.properties ?? {};
      const deadLetters = queues().get(deadLetterQueueOf(name));
      expect(RedrivePolicy).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters?.id, 'Arn'] },
        maxReceiveCount: 5,
      });
      expect(textOf(fieldOf(deadLetters?.properties.RedriveAllowPolicy, 'sourceQueueArns'))).toMatch(
        new RegExp(`:${name}$`),
      );
    }
    for (const name of DEAD_LETTER_QUEUES)
      expect(queues().get(name)?.properties.MessageRetentionPeriod, name).toBe(1_209_600);
  });

  it('are encrypted, and take nothing over an open line', () => {
    for (const [name, { id, properties }] of queues()) {
      const { SqsManagedSseEnabled, KmsMasterKeyId } = properties;
      expect(textOf(SqsManagedSseEnabled), name).toBe('true');
      expect(textOf(KmsMasterKeyId), name).toBe('{Key.Arn} or {EncryptionKey}');
      expect(policiesOf(id), name).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });
});

describe('the rules', () => {
  const all = () => ofType(hub.template, 'AWS::Events::Rule');
  const rules = () => all().filter(([, { EventPattern }]) => EventPattern !== undefined);
  /** Those that send to a queue, by its id. */
  const sending = () => {
    const senders = new Map<string, ReturnType<typeof all>[number][]>();
    for (const rule of all()) {
      const [target] = itemsOf(rule[1].Targets);
      if (fieldOf(target, 'DeadLetterConfig') === undefined) continue;
      const queueId = idIn(fieldOf(target, 'Arn'));
      senders.set(queueId, [...(senders.get(queueId) ?? []), rule]);
    }
    return senders;
  };

  const permitted = () =>
    ofType(hub.template, 'AWS::Lambda::Permission').map(([, { SourceArn }]) => idIn(SourceArn));
  /** How old its order may be, in seconds, where one that failed is not repeated. */
  const invokedOnce = (functionId: string) =>
    ofType(hub.template, 'AWS::Lambda::EventInvokeConfig').flatMap(([, one]) =>
      idIn(one.FunctionName) === functionId && one.MaximumRetryAttempts === 0
        ? [one.MaximumEventAgeInSeconds]
        : [],
    )[0];

  it('take what the functions understand from the bus to which all accounts forward', () => {
    expect(rules().map(([, { EventPattern, EventBusName }]) => [textOf(EventBusName), EventPattern])).toEqual(
      [
        [
          '{IntakeBus}',
          expect.objectContaining({ source: ['aws.config'], 'detail-type': [COMPLIANCE_CHANGE] }),
        ],
        [
          '{IntakeBus}',
          expect.objectContaining({ source: ['aws.ssm'], 'detail-type': [EXECUTION_STATUS_CHANGE] }),
        ],
      ],
    );
  });

  it('may send to their queue, and to its dead letters what cannot be delivered; nobody else may', () => {
    expect([...sending().keys()].sort()).toEqual(['ComplianceQueue', 'ExecutionsQueue', 'ScheduledQueue']);
    for (const [queueId, senders] of sending()) {
      const deadLettersIds = senders.map(([, { Targets }]) =>
        idIn(fieldOf(itemsOf(Targets)[0], 'DeadLetterConfig', 'Arn')),
      );
      const [deadLettersId = ''] = deadLettersIds;
      expect(new Set(deadLettersIds).size).toBe(1);
      expect(fieldOf(propertiesOf(queueId).RedrivePolicy, 'deadLetterTargetArn')).toEqual({
        'Fn::GetAtt': [deadLettersId, 'Arn'],
      });
      for (const [, { Targets }] of senders)
        expect(Number(fieldOf(itemsOf(Targets)[0], 'RetryPolicy', 'MaximumRetryAttempts'))).toBeGreaterThan(
          0,
        );
      const arns = senders.map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
      for (const to of [queueId, deadLettersId])
        expect(policiesOf(to).filter((statement) => fieldOf(statement, 'Effect') === 'Allow')).toEqual([
          expect.objectContaining({
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': [to, 'Arn'] },
            Condition: { ArnEquals: { 'aws:SourceArn': arns.length === 1 ? arns[0] : arns } },
          }),
        ]);
    }
  });

  it('let nobody else allow anything to the other queues', () => {
    const reached = [...sending().values()].flat().flatMap(([, { Targets }]) => {
      const [target] = itemsOf(Targets);
      return [idIn(fieldOf(target, 'Arn')), idIn(fieldOf(target, 'DeadLetterConfig', 'Arn'))];
    });
    for (const [name, { id }] of queues())
      if (!reached.includes(id))
        expect(
          policiesOf(id).map((one) => fieldOf(one, 'Effect')),
          name,
        ).toEqual(['Deny']);
  });

  it('order what is done now and then in words that its function understands, on a schedule of their own', () => {
    const ordering = all().flatMap(([, { Targets, ScheduleExpression, EventBusName }]) => {
      const [target] = itemsOf(Targets);
      if (idIn(fieldOf(target, 'Arn')) !== 'ScheduledQueue') return [];
      // A schedule on another bus than the default one is refused by AWS.
      expect(EventBusName).toBeUndefined();
      const decoded = decodeScheduled(textOf(fieldOf(target, 'Input')), 'm-1');
      return [[textOf(ScheduleExpression), decoded.kind === 'decoded' ? decoded.value.kind : decoded]];
    });
    expect(ordering).toEqual([
      ['{SweepSchedule}', 'sweep'],
      ['cron(0 6 ? * MON *)', 'lapsing-exemptions'],
    ]);
  });

  it('tick once a minute; a tick that fails is not repeated, since the next one does its work', () => {
    const [[id, tick] = []] = ofType(hub.template, 'AWS::Events::Rule').filter(
      ([, one]) => textOf(one.Name) === 'selfheal-tick',
    );
    expect(tick).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    // A schedule on another bus than the default one is refused by AWS.
    expect(tick?.EventBusName).toBeUndefined();
    expect(invokedOnce('TickLambdaFunction')).toBe(60);
    expect(permitted()).toContain(id);
  });

  it('order reports in words that their function understands, not repeated when they fail', () => {
    const ordering = all().flatMap(([id, { Targets, ScheduleExpression, State, EventBusName }]) => {
      const [target] = itemsOf(Targets);
      if (idIn(fieldOf(target, 'Arn')) !== 'ReportLambdaFunction') return [];
      expect([State, EventBusName]).toEqual(['ENABLED', undefined]);
      expect(permitted()).toContain(id);
      const decoded = decodeReportOrder(JSON.parse(textOf(fieldOf(target, 'Input'))));
      return [[textOf(ScheduleExpression), decoded.kind === 'decoded' ? decoded.value : decoded]];
    });
    expect(ordering).toEqual([
      ['rate(5 minutes)', 'measure'],
      ['rate(1 hour)', 'weekly'],
    ]);
    expect(ordering.map(([, order]) => order).sort()).toEqual([...REPORT_ORDERS].sort());
    expect(invokedOnce('ReportLambdaFunction')).toBe(300);
  });

  it('let only the forwarding rules of the organization put events on the intake bus', () => {
    expect(hub.template.Resources.IntakeBusPolicy).toMatchObject({
      Condition: 'InOrganization',
      Properties: {
        Statement: {
          Action: 'events:PutEvents',
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': { Ref: 'OrganizationId' } },
            ArnLike: {
              'aws:PrincipalArn': { 'Fn::Sub': expect.stringMatching(/role\/selfheal-forward-events$/) },
            },
          },
        },
      },
    });
  });
});
