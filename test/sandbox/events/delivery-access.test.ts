import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { PolicyDocument } from '../../../sandbox/iam/policy-document.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { ORGANIZATION_ID, putRole } from '../../../sandbox/world/roles.ts';
import { queueFor } from '../../support/queue-for.ts';
import { clientsOf, HUB, MEMBER, openSandbox, refusal } from '../core/with-sandbox.ts';

const EVENTS = 'events.amazonaws.com';
const BUS_ARN = `arn:aws:events:us-east-1:${HUB}:event-bus/intake`;
const PATTERN = JSON.stringify({ source: ['aws.config'] });

const received = async (sandbox: Sandbox, queue: string, account = HUB) => {
  const { Messages = [] } = await clientsOf(sandbox, account).sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: `${sandbox.url}/${account}/${queue}`,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
};

const emitFrom = (sandbox: Sandbox, account: string) =>
  sandbox.emit({ source: 'aws.config', detailType: 'x', account, region: 'us-east-1', detail: { n: 1 } });

test('a queue without a policy refuses a rule, and the dead-letter queue is told why', async () => {
  const sandbox = await openSandbox();
  const { sqs, events } = clientsOf(sandbox);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
  await sqs.send(queueFor('dead', EVENTS));
  await events.send(new PutRuleCommand({ Name: 'r', EventPattern: PATTERN }));
  const target = {
    Id: 't',
    Arn: `arn:aws:sqs:us-east-1:${HUB}:closed`,
    DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${HUB}:dead` },
  };
  await events.send(new PutTargetsCommand({ Rule: 'r', Targets: [target] }));
  emitFrom(sandbox, HUB);
  expect(await received(sandbox, 'closed')).toEqual([]);
  const [dead] = await received(sandbox, 'dead');
  expect(dead?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('NO_PERMISSIONS');
  expect(dead?.MessageAttributes?.ERROR_MESSAGE?.StringValue).toBe(
    `events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${target.Arn} because no resource-based policy allows the sqs:SendMessage action`,
  );

  const onlyFor = async (rule: string) => {
    const Policy = JSON.stringify({
      Statement: {
        Effect: 'Allow',
        Principal: { Service: EVENTS },
        Action: 'sqs:SendMessage',
        Resource: target.Arn,
        Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:events:us-east-1:${HUB}:rule/${rule}` } },
      },
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    emitFrom(sandbox, HUB);
    return (await received(sandbox, 'closed')).length;
  };
  expect(await onlyFor('another')).toBe(0);
  expect(await onlyFor('r')).toBe(1);
});

test('a policy that the sandbox cannot judge is refused when it is set', async () => {
  const sandbox = await openSandbox();
  const { sqs } = clientsOf(sandbox);
  const Policy = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sqs:*' } });
  const error = await refusal(sqs.send(new CreateQueueCommand({ QueueName: 'q', Attributes: { Policy } })));
  expect([error.name, error.message]).toEqual([
    'InvalidAttributeValue',
    "Invalid value for the parameter Policy. The sandbox's IAM cannot judge this policy: statement 1 must have either Resource or NotResource.",
  ]);
});

/** A member's rule that forwards to a bus of the hub, whose own rule sends to a queue. */
const forwarding = async (account: string, target: Partial<Target> = {}) => {
  const sandbox = await openSandbox();
  const hub = clientsOf(sandbox);
  await hub.sqs.send(queueFor('q', EVENTS));
  await hub.events.send(new CreateEventBusCommand({ Name: 'intake' }));
  await hub.events.send(new PutRuleCommand({ Name: 'r', EventBusName: 'intake', EventPattern: PATTERN }));
  const Targets = [{ Id: 't', Arn: `arn:aws:sqs:us-east-1:${HUB}:q` }];
  await hub.events.send(new PutTargetsCommand({ Rule: 'r', EventBusName: 'intake', Targets }));

  const own = clientsOf(sandbox, account);
  await own.sqs.send(queueFor('undelivered', EVENTS, account));
  await own.events.send(new PutRuleCommand({ Name: 'forward', EventPattern: PATTERN }));
  const forward = {
    Id: 'hub',
    Arn: BUS_ARN,
    RoleArn: `arn:aws:iam::${account}:role/forward`,
    DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${account}:undelivered` },
    ...target,
  };
  await own.events.send(new PutTargetsCommand({ Rule: 'forward', Targets: [forward] }));
  return {
    sandbox,
    events: hub.events,
    giveRole: (role: { readonly trust?: PolicyDocument; readonly action?: string } = {}) =>
      putRole(sandbox.world, {
        account,
        name: 'forward',
        trust: role.trust ?? TRUSTS_EVENTS(account),
        policies: {
          own: {
            Statement: { Effect: 'Allow', Action: role.action ?? 'events:PutEvents', Resource: BUS_ARN },
          },
        },
      }),
    arrives: async () => {
      const before = (await received(sandbox, 'q')).length;
      emitFrom(sandbox, account);
      return (await received(sandbox, 'q')).length > before;
    },
    lastUndelivered: async () =>
      (await received(sandbox, 'undelivered', account)).at(-1)?.MessageAttributes?.ERROR_CODE?.StringValue,
  };
};

const TRUSTS_EVENTS = (account: string): PolicyDocument => ({
  Statement: {
    Effect: 'Allow',
    Principal: { Service: EVENTS },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:aws:events:*:${account}:rule/forward*` },
    },
  },
});

test('a rule needs a role that trusts EventBridge and may put events on the bus', async () => {
  const { giveRole, arrives, lastUndelivered } = await forwarding(HUB);
  expect(await arrives()).toBe(false);
  expect(await lastUndelivered()).toBe('FAILED_TO_ASSUME_ROLE');
  giveRole({ trust: TRUSTS_EVENTS(MEMBER) });
  expect(await arrives()).toBe(false);
  giveRole({ action: 'events:DescribeEventBus' });
  expect(await arrives()).toBe(false);
  expect(await lastUndelivered()).toBe('NO_PERMISSIONS');
  giveRole();
  expect(await arrives()).toBe(true);
});

test('without a role no bus takes an event', async () => {
  const { arrives, lastUndelivered } = await forwarding(HUB, { RoleArn: undefined });
  expect(await arrives()).toBe(false);
  expect(await lastUndelivered()).toBe('NO_PERMISSIONS');
});

test('a bus of another account must let the role in by its own policy, and keeps whose event it is', async () => {
  const { sandbox, events, giveRole, arrives, lastUndelivered } = await forwarding(MEMBER);
  giveRole();
  expect(await arrives()).toBe(false);
  expect(await lastUndelivered()).toBe('NO_PERMISSIONS');
  await events.send(
    new PutPermissionCommand({
      EventBusName: 'intake',
      StatementId: 'organization',
      Action: 'events:PutEvents',
      Principal: '*',
      Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: ORGANIZATION_ID },
    }),
  );
  expect(await arrives()).toBe(true);
  const [message] = await received(sandbox, 'q');
  expect(JSON.parse(message?.Body ?? '').account).toBe(MEMBER);
  await events.send(new RemovePermissionCommand({ EventBusName: 'intake', StatementId: 'organization' }));
  expect(await arrives()).toBe(false);
});

test('the policy of a bus can be read, set as a whole, changed by statement and taken away', async () => {
  const sandbox = await openSandbox();
  const { events } = clientsOf(sandbox);
  const policy = async () => {
    const { Policy } = await events.send(new DescribeEventBusCommand({}));
    return Policy === undefined
      ? undefined
      : JSON.parse(Policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
  };
  const allow = (StatementId: string) =>
    events.send(new PutPermissionCommand({ StatementId, Action: 'events:PutEvents', Principal: MEMBER }));
  expect(await policy()).toBeUndefined();
  await allow('one');
  await allow('two');
  await allow('one');
  expect(await policy()).toEqual(['two', 'one']);
  expect((await refusal(events.send(new RemovePermissionCommand({ StatementId: 'none' })))).name).toBe(
    'ResourceNotFoundException',
  );
  await events.send(new RemovePermissionCommand({ RemoveAllPermissions: true }));
  expect(await policy()).toBeUndefined();
  const cannotJudge = new PutPermissionCommand({ Policy: '{"Statement":[{"Effect":"Maybe"}]}' });
  expect((await refusal(events.send(cannotJudge))).name).toBe('ValidationException');
});

test('rules that forward to each other come to an end', async () => {
  const { sandbox, events, giveRole, arrives } = await forwarding(HUB);
  giveRole();
  putRole(sandbox.world, {
    account: HUB,
    name: 'back',
    trust: { Statement: { Effect: 'Allow', Principal: { Service: EVENTS }, Action: 'sts:AssumeRole' } },
    policies: { own: { Statement: { Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' } } },
  });
  const back = { Id: 'back', Arn: BUS_ARN, RoleArn: `arn:aws:iam::${HUB}:role/back` };
  await events.send(new PutTargetsCommand({ Rule: 'r', EventBusName: 'intake', Targets: [back] }));
  expect(await arrives()).toBe(true);
  expect(new Set((await received(sandbox, 'q')).map(({ Body }) => JSON.parse(Body ?? '').id)).size).toBe(1);
});
