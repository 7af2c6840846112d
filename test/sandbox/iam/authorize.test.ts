import { describe, expect, test } from 'vitest';
import { openWorld } from '../../../sandbox/core/world-store.ts';
import { type AccessEntry, accessLog, createAccessLog } from '../../../sandbox/iam/access-log.ts';
import { askAgain, authorize, authorizeService, mayServiceAssume } from '../../../sandbox/iam/authorize.ts';
import { enforceAccess } from '../../../sandbox/iam/enforce-access.ts';
import type { PolicyStatement } from '../../../sandbox/iam/policy-document.ts';
import type { World } from '../../../sandbox/service.ts';
import { ORGANIZATION_ID, putRole, type Role } from '../../../sandbox/world/roles.ts';
import { sessionArn, TRUSTS_LAMBDA } from './as-role.ts';

const OWN = '111122223333';
const OTHER = '444455556666';
const allow = (changes: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: '*',
  Resource: '*',
  ...changes,
});
const worldWith = (statements: readonly PolicyStatement[], changes: Partial<Role> = {}): World => {
  const world = openWorld();
  putRole(world, {
    account: OWN,
    name: 'worker',
    trust: TRUSTS_LAMBDA,
    policies: { own: { Statement: statements } },
    ...changes,
  });
  return world;
};
const asWorker = (world: World, action: string, resource: string, context = {}) =>
  authorize(world, { principalArn: sessionArn('worker', OWN), action, resource, context });

test('an administrator is always allowed, and not noted', () => {
  const world = openWorld();
  const principalArn = `arn:aws:iam::${OWN}:user/sandbox`;
  expect(authorize(world, { principalArn, action: 's3:DeleteBucket', resource: '*' }).allowed).toBe(true);
  expect(accessLog(world).entries()).toEqual([]);
});

test('somebody who is neither user nor session is nobody', () => {
  const decision = authorize(openWorld(), {
    principalArn: 'lambda.amazonaws.com',
    action: 'a:B',
    resource: '*',
  });
  expect(decision).toEqual({
    allowed: false,
    why: 'because lambda.amazonaws.com is nobody that the sandbox knows',
  });
});

test('a boundary holds a role back, whatever its policies allow', () => {
  const boundary = {
    Statement: [
      allow(),
      allow({ Effect: 'Deny', Action: 'iam:*', Resource: `arn:aws:iam::${OWN}:role/selfheal-*` }),
    ],
  };
  const world = worldWith([allow()], { boundary });
  expect(asWorker(world, 'iam:DeleteRole', `arn:aws:iam::${OWN}:role/other`).allowed).toBe(true);
  expect(asWorker(world, 'iam:DeleteRole', `arn:aws:iam::${OWN}:role/selfheal-executor`).why).toBe(
    'with an explicit deny in a permissions boundary',
  );
});

test.each([
  ['the organization of who asks', 'aws:PrincipalOrgID', ORGANIZATION_ID],
  ['the organization of the resource', 'aws:ResourceOrgID', ORGANIZATION_ID],
  ['the account of who asks', 'aws:PrincipalAccount', OWN],
  ['the account of the resource', 'aws:ResourceAccount', OTHER],
  ['the role, not its session', 'aws:PrincipalArn', `arn:aws:iam::${OWN}:role/worker`],
  ['the Region', 'aws:RequestedRegion', 'eu-west-1'],
  ['how it was sent', 'aws:SecureTransport', 'true'],
  ['what the service adds', 'iam:PassedToService', 'ssm.amazonaws.com'],
])('a condition may look at %s', (_what, key, value) => {
  const context = { 'iam:PassedToService': 'ssm.amazonaws.com' };
  const resource = `arn:aws:ec2:eu-west-1:${OTHER}:volume/vol-1`;
  const holds = (wanted: string): boolean => {
    const statement = allow({ Condition: { StringEquals: { [key]: wanted } } });
    // From another account a resource must allow it too: a Deny tells without one whether a condition holds.
    const world = worldWith([{ ...statement, Effect: 'Deny' }]);
    return asWorker(world, 'ec2:DeleteVolume', resource, context).why.includes('explicit deny');
  };
  expect([holds(value), holds('other')]).toEqual([true, false]);
});

test('the same question by the same policies is noted once, and decided again when a policy has changed', () => {
  const world = worldWith([allow({ Action: 's3:GetObject' })]);
  const ask = () => asWorker(world, 's3:GetObject', 'arn:aws:s3:::bucket/key').allowed;
  expect([ask(), ask()]).toEqual([true, true]);
  expect(accessLog(world).entries()).toHaveLength(1);
  putRole(world, { account: OWN, name: 'worker', trust: TRUSTS_LAMBDA, policies: {} });
  expect(ask()).toBe(false);
  expect(accessLog(world).entries()).toMatchObject([
    { allowed: false, role: { account: OWN, name: 'worker' } },
  ]);
});

test('what was asked can be asked again of a role with one statement less', () => {
  const reads = allow({ Action: 's3:GetObject' });
  const world = worldWith([reads, allow({ Action: 's3:PutObject' })]);
  asWorker(world, 's3:GetObject', 'arn:aws:s3:::bucket/key');
  asWorker(world, 's3:PutObject', 'arn:aws:s3:::bucket/key');
  const without = { policies: { own: { Statement: [reads] } } };
  const again = accessLog(world)
    .entries()
    .map((entry) => [entry.action, askAgain(world, without, entry).allowed]);
  expect(again).toEqual([
    ['s3:GetObject', true],
    ['s3:PutObject', false],
  ]);
  expect(accessLog(world).entries()).toHaveLength(2);
});

test('the log keeps what fits, and counts what it forgot', () => {
  const log = createAccessLog(2);
  const world = worldWith([allow()]);
  asWorker(world, 's3:GetObject', '*');
  const [entry] = accessLog(world).entries() as [AccessEntry];
  for (const key of ['first', 'second', 'third']) log.ofRoles.remember(key, [], { ...entry, resource: key });
  expect([log.entries().map(({ resource }) => resource), log.dropped]).toEqual([['second', 'third'], 1]);
  log.clear();
  expect([log.entries(), log.dropped]).toEqual([[], 0]);
});

test('a session of a role that is gone may do nothing', () => {
  expect(asWorker(openWorld(), 's3:GetObject', '*').why).toBe(
    'because the role of this session no longer exists',
  );
});

test('an operation whose needs nobody knows is refused to every role, and to no administrator', () => {
  const call = { account: OWN, region: 'eu-west-1', world: worldWith([allow()]), service: 'dynamodb' };
  const execute = (principalArn: string) => () =>
    enforceAccess({ ...call, principalArn, operation: 'ExecuteStatement' }, () => ({}));
  expect(execute(sessionArn('worker', OWN))).toThrow('the sandbox does not know what that operation needs');
  expect(execute(`arn:aws:iam::${OWN}:user/sandbox`)).not.toThrow();
});

describe('a role’s trust', () => {
  const ROLE = `arn:aws:iam::${OTHER}:role/executor`;
  const trusting = (principal: PolicyStatement['Principal'], externalId = 'secret'): Role => ({
    account: OTHER,
    name: 'executor',
    trust: {
      Statement: {
        Effect: 'Allow',
        ...(principal && { Principal: principal }),
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      },
    },
    policies: {},
  });
  const assumes = (mayAssume: boolean, role: Role): boolean => {
    const world = worldWith(mayAssume ? [allow({ Action: 'sts:AssumeRole', Resource: ROLE })] : []);
    putRole(world, role);
    return asWorker(world, 'sts:AssumeRole', ROLE, { 'sts:ExternalId': 'secret' }).allowed;
  };

  test.each<[string, boolean, PolicyStatement['Principal'], boolean]>([
    ['trusts the role, which may assume it', true, { AWS: `arn:aws:iam::${OWN}:role/worker` }, true],
    ['trusts the role, which may not assume it', false, { AWS: `arn:aws:iam::${OWN}:role/worker` }, false],
    ['trusts the account, whose role may assume it', true, { AWS: `arn:aws:iam::${OWN}:root` }, true],
    ['trusts another role', true, { AWS: `arn:aws:iam::${OWN}:role/other` }, false],
    ['trusts a service', true, { Service: 'lambda.amazonaws.com' }, false],
  ])('%s', (_what, mayAssume, principal, expected) => {
    expect(assumes(mayAssume, trusting(principal))).toBe(expected);
  });

  test('wants its ExternalId', () => {
    expect(assumes(true, trusting({ AWS: `arn:aws:iam::${OWN}:root` }, 'another'))).toBe(false);
  });

  test('is needed within an account too, and enough there when it names the role', () => {
    const own = `arn:aws:iam::${OWN}:role/executor`;
    const within = (statements: PolicyStatement[], principal: string): boolean => {
      const world = worldWith(statements);
      putRole(world, { ...trusting({ AWS: principal }), account: OWN });
      return asWorker(world, 'sts:AssumeRole', own, { 'sts:ExternalId': 'secret' }).allowed;
    };
    expect(within([], `arn:aws:iam::${OWN}:role/worker`)).toBe(true);
    expect(within([], `arn:aws:iam::${OWN}:root`)).toBe(false);
    expect(within([allow()], `arn:aws:iam::${OWN}:root`)).toBe(true);
    expect(within([allow()], `arn:aws:iam::${OWN}:role/other`)).toBe(false);
  });

  test('is not asked when the role is only passed on', () => {
    const world = worldWith([allow({ Action: 'iam:PassRole' })]);
    expect(asWorker(world, 'iam:PassRole', `arn:aws:iam::${OWN}:role/worker`).allowed).toBe(true);
  });

  test('binds a service to what it acts for', () => {
    const own = `arn:aws:iam::${OWN}:role/automation`;
    const executions = (account: string) => `arn:aws:ssm:eu-west-1:${account}:automation-execution/1`;
    const world = openWorld();
    putRole(world, {
      account: OWN,
      name: 'automation',
      trust: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'ssm.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:ssm:*:${OWN}:automation-execution/*` } },
        },
      },
      policies: {},
    });
    expect(mayServiceAssume(world, 'ssm.amazonaws.com', own, executions(OWN))).toBe(true);
    expect(mayServiceAssume(world, 'ssm.amazonaws.com', own, executions(OTHER))).toBe(false);
    expect(mayServiceAssume(world, 'ec2.amazonaws.com', own, executions(OWN))).toBe(false);
    expect(mayServiceAssume(world, 'ssm.amazonaws.com', `${own}-gone`, executions(OWN))).toBe(false);
  });
});

test('a topic lets in the service that its policy names, for what it names', () => {
  const world = openWorld();
  const arn = `arn:aws:sns:eu-west-1:${OWN}:operations`;
  const alarm = `arn:aws:cloudwatch:eu-west-1:${OWN}:alarm:selfheal-errors`;
  const publishes = (sourceArn: string): boolean =>
    authorizeService(world, {
      service: 'cloudwatch.amazonaws.com',
      action: 'sns:Publish',
      resource: arn,
      sourceArn,
      sourceAccount: OWN,
    }).allowed;
  const topics = world.table('sns-topics');
  topics.put(arn, { arn, account: OWN, region: 'eu-west-1', attributes: {} });
  expect(publishes(alarm)).toBe(false);
  const Policy = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: arn,
      Condition: { ArnLike: { 'aws:SourceArn': alarm.replace('errors', '*') } },
    },
  });
  topics.put(arn, { arn, account: OWN, region: 'eu-west-1', attributes: { Policy } });
  expect([publishes(alarm), publishes(alarm), publishes(alarm.replace('selfheal', 'other'))]).toEqual([
    true,
    true,
    false,
  ]);
  expect(
    accessLog(world)
      .serviceEntries()
      .map(({ principal, allowed }) => [principal, allowed]),
  ).toEqual([
    ['cloudwatch.amazonaws.com', true],
    ['cloudwatch.amazonaws.com', false],
  ]);
});

test('a role with a policy that cannot be judged is not stored, and one that is allows nothing', () => {
  const world = openWorld();
  const role = {
    account: OWN,
    name: 'worker',
    trust: TRUSTS_LAMBDA,
    policies: { own: { Statement: allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }) } },
  };
  expect(() => putRole(world, role)).toThrow('cannot judge');
  world.table('roles').put(`${OWN}/worker`, role);
  expect(asWorker(world, 's3:GetObject', '*').why).toContain('because of a doubt: ');
});
