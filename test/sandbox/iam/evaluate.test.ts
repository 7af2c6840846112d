import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessRequest, RequestContext } from '../../../sandbox/iam/access-request.ts';
import { evaluate, evaluateResourcePolicy } from '../../../sandbox/iam/evaluate.ts';
import type { PolicyDocument, PolicyStatement } from '../../../sandbox/iam/policy-document.ts';

const variable = (name: string): string => `\${${name}}`;

const QUEUE = 'arn:aws:sqs:us-east-1:111122223333:wakes';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/worker/one';

const request = (changes: Partial<AccessRequest> = {}): AccessRequest => ({
  principal: SESSION,
  action: 'sqs:SendMessage',
  resource: QUEUE,
  context: {},
  ...changes,
});
const policy = (...statements: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const allow = (changes: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: QUEUE,
  ...changes,
});
const { Action: _action, Resource: _resource, ...allowBare } = allow();
const decide = (
  statements: PolicyStatement[],
  asked: Partial<AccessRequest> = {},
  boundary?: PolicyDocument,
) => evaluate([policy(...statements)], boundary, request(asked));
const allows = (statement: PolicyStatement, asked: Partial<AccessRequest> = {}): boolean =>
  decide([statement], asked).allowed;

describe('actions and resources', () => {
  test('nothing is allowed unless a statement allows it, and the answer says so', () => {
    expect(decide([])).toEqual({
      allowed: false,
      why: 'because no identity-based policy allows the sqs:SendMessage action',
    });
    expect(decide([allow({ Sid: 'Wake' })])).toEqual({ allowed: true, why: 'by Wake' });
  });

  test.each<[string, Partial<PolicyStatement>, boolean]>([
    ['letters of an action may be of any case', { Action: 'SQS:sendmessage' }, true],
    ['a wildcard in an action', { Action: ['sqs:Get*', 'sqs:Send*'] }, true],
    ['another action', { Action: 'sqs:ReceiveMessage' }, false],
    ['a wildcard in a resource', { Resource: 'arn:aws:sqs:*:111122223333:*' }, true],
    ['a last wildcard reaches over colons', { Resource: 'arn:aws:sqs:*' }, true],
    ['letters of a resource must be of its case', { Resource: QUEUE.replace('wakes', 'Wakes') }, false],
    ['the resource is another', { Resource: `${QUEUE}-dlq` }, false],
  ])('%s', (_what, changes, expected) => {
    expect(allows(allow(changes))).toBe(expected);
  });

  test('another wildcard stays between its colons', () => {
    const resource = 'arn:aws:logs:us-east-1:111122223333:log-group:a:log-stream:b';
    expect(allows(allow({ Resource: 'arn:aws:logs:us-east-1:111122223333:log*b' }), { resource })).toBe(
      false,
    );
    expect(allows(allow({ Resource: 'arn:aws:logs:us-east-1:111122223333:log*' }), { resource })).toBe(true);
  });

  test('NotAction and NotResource mean all others', () => {
    const others = { ...allowBare, NotAction: 'sqs:DeleteQueue', NotResource: `${QUEUE}-dlq` };
    expect(allows(others)).toBe(true);
    expect(allows(others, { action: 'sqs:DeleteQueue' })).toBe(false);
    expect(allows(others, { resource: `${QUEUE}-dlq` })).toBe(false);
  });

  test('a policy variable is what the request says, and matches nothing when it says nothing', () => {
    const own = allow({ Resource: `arn:aws:sqs:*:${variable('aws:PrincipalAccount')}:wakes` });
    expect(allows(own, { context: { 'aws:PrincipalAccount': '111122223333' } })).toBe(true);
    expect(allows(own, { context: { 'aws:PrincipalAccount': '444455556666' } })).toBe(false);
    expect(allows(own)).toBe(false);
  });
});

describe('conditions', () => {
  const on = (operator: string, key: string, wanted: string | string[], context: RequestContext): boolean =>
    allows(allow({ Condition: { [operator]: { [key]: wanted } } }), { context });

  test.each<[string, string, string | string[], RequestContext, boolean]>([
    ['StringEquals', 'sts:ExternalId', ['a', 'b'], { 'sts:ExternalId': 'b' }, true],
    ['StringEquals', 'sts:ExternalId', 'a', { 'sts:ExternalId': 'A' }, false],
    ['StringEquals', 'STS:externalid', 'a', { 'sts:ExternalId': 'a' }, true],
    ['StringEquals', 'sts:ExternalId', 'a*', { 'sts:ExternalId': 'ab' }, false],
    ['StringLike', 'sts:ExternalId', 'a*', { 'sts:ExternalId': 'ab' }, true],
    ['StringNotEquals', 'sts:ExternalId', ['a', 'b'], { 'sts:ExternalId': 'b' }, false],
    ['StringNotEquals', 'sts:ExternalId', ['a', 'b'], { 'sts:ExternalId': 'c' }, true],
    ['StringNotLike', 'sts:ExternalId', 'a*', { 'sts:ExternalId': 'ab' }, false],
    [
      'ArnLike',
      'aws:SourceArn',
      'arn:aws:events:*:*:rule/selfheal-*',
      { 'aws:SourceArn': 'arn:aws:events:eu-west-1:111122223333:rule/selfheal-x' },
      true,
    ],
    [
      'ArnLike',
      'aws:SourceArn',
      'arn:aws:*:rule/x',
      { 'aws:SourceArn': 'arn:aws:events:eu-west-1:111122223333:rule/x' },
      false,
    ],
    [
      'ArnEquals',
      'aws:SourceArn',
      'arn:aws:sns:*:111122223333:t',
      { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:t' },
      true,
    ],
    [
      'ArnNotLike',
      'aws:SourceArn',
      'arn:aws:sns:*:*:t',
      { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:t' },
      false,
    ],
    ['Bool', 'aws:SecureTransport', 'True', { 'aws:SecureTransport': 'true' }, true],
    ['Bool', 'aws:SecureTransport', 'false', { 'aws:SecureTransport': 'true' }, false],
    ['Null', 'aws:SourceArn', 'true', {}, true],
    ['Null', 'aws:SourceArn', 'false', {}, false],
    ['Null', 'dynamodb:LeadingKeys', 'true', { 'dynamodb:LeadingKeys': [] }, true],
  ])('%s of %s %j given %j: %s', (operator, key, wanted, context, expected) => {
    expect(on(operator, key, wanted, context)).toBe(expected);
  });

  test.each<[string, boolean]>([
    ['StringEquals', false],
    ['StringLike', false],
    ['ArnLike', false],
    ['Bool', false],
    ['StringNotEquals', true],
    ['ArnNotLike', true],
    ['StringEqualsIfExists', true],
    ['ArnLikeIfExists', true],
    ['BoolIfExists', true],
  ])('%s of a key that the request does not have: %s', (operator, expected) => {
    expect(on(operator, 'aws:SourceArn', 'arn:aws:sns:::t', {})).toBe(expected);
  });

  test.each<[string, string[] | undefined, boolean]>([
    ['ForAllValues:StringLike', ['case#1', 'case#2'], true],
    ['ForAllValues:StringLike', ['case#1', 'policy'], false],
    ['ForAllValues:StringLike', undefined, true],
    ['ForAnyValue:StringLike', ['case#1', 'policy'], true],
    ['ForAnyValue:StringLike', ['policy'], false],
    ['ForAnyValue:StringLike', undefined, false],
  ])('%s given %j: %s', (operator, keys, expected) => {
    expect(on(operator, 'dynamodb:LeadingKeys', 'case#*', keys ? { 'dynamodb:LeadingKeys': keys } : {})).toBe(
      expected,
    );
  });

  test('every operator and every key must hold', () => {
    const both = allow({
      Condition: {
        StringEquals: { 'sts:ExternalId': 'x', 'aws:SourceAccount': '1' },
        Bool: { 'aws:SecureTransport': true },
      },
    });
    const context = { 'sts:ExternalId': 'x', 'aws:SourceAccount': '1', 'aws:SecureTransport': 'true' };
    expect(allows(both, { context })).toBe(true);
    for (const key of Object.keys(context))
      expect(allows(both, { context: { ...context, [key]: '-' } })).toBe(false);
  });
});

describe('several policies', () => {
  test('an explicit deny wins, wherever it stands', () => {
    const deny = allow({ Effect: 'Deny' });
    for (const statements of [
      [allow(), deny],
      [deny, allow()],
    ])
      expect(decide(statements)).toEqual({
        allowed: false,
        why: 'with an explicit deny in an identity-based policy',
      });
    expect(decide([allow()], {}, policy(deny)).why).toBe('with an explicit deny in a permissions boundary');
  });

  test('a boundary allows nothing by itself, and what it does not allow is not allowed', () => {
    expect(decide([allow()], {}, policy(allow())).allowed).toBe(true);
    expect(decide([], {}, policy(allow())).allowed).toBe(false);
    expect(decide([allow()], {}, policy(allow({ Action: 'sqs:DeleteQueue' }))).why).toBe(
      'because no permissions boundary allows the sqs:SendMessage action',
    );
  });

  const onQueue = (Principal: PolicyStatement['Principal'], changes: Partial<PolicyStatement> = {}) =>
    policy(allow({ ...(Principal && { Principal }), ...changes }));
  const viaQueue = (identity: PolicyStatement[], resource: PolicyDocument, sameAccount: boolean) =>
    evaluate([policy(...identity)], undefined, request(), { policy: resource, kind: 'resource', sameAccount })
      .allowed;

  test('within an account either side is enough; from another account both are needed', () => {
    const role = onQueue({ AWS: 'arn:aws:iam::111122223333:role/path/worker' });
    expect(viaQueue([], role, true)).toBe(true);
    expect(viaQueue([allow()], policy(), true)).toBe(true);
    expect(viaQueue([], role, false)).toBe(false);
    expect(viaQueue([allow()], policy(), false)).toBe(false);
    expect(viaQueue([allow()], role, false)).toBe(true);
  });

  test('a policy that names only the account leaves it to the account’s own policies', () => {
    const account = onQueue({ AWS: '111122223333' });
    expect(viaQueue([], account, true)).toBe(false);
    expect(viaQueue([allow()], account, false)).toBe(true);
    expect(viaQueue([allow()], onQueue({ AWS: '444455556666' }), false)).toBe(false);
  });

  test('a deny of the resource’s policy wins over what a role may do', () => {
    expect(viaQueue([allow()], onQueue('*', { Effect: 'Deny' }), true)).toBe(false);
  });

  test('a service may do only what the resource’s policy lets it', () => {
    const events = onQueue({ Service: 'events.amazonaws.com' });
    const asked = request({ principal: 'events.amazonaws.com' });
    expect(evaluateResourcePolicy(events, 'resource', asked).allowed).toBe(true);
    expect(evaluateResourcePolicy(undefined, 'resource', asked).why).toBe(
      'because no resource-based policy allows the sqs:SendMessage action',
    );
    expect(
      evaluateResourcePolicy(events, 'resource', { ...asked, principal: 'sns.amazonaws.com' }).allowed,
    ).toBe(false);
    expect(evaluateResourcePolicy(onQueue({ AWS: '*' }), 'resource', asked).allowed).toBe(false);
  });
});

describe('what cannot be judged is refused when it is loaded', () => {
  test.each<[string, object]>([
    ['an unknown operator', { Condition: { DateLessThan: { 'aws:SourceArn': 'x' } } }],
    ['an unknown set operator', { Condition: { 'ForSome:StringLike': { 'dynamodb:LeadingKeys': 'x' } } }],
    ['a key that no request carries', { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } }],
    ['a misspelt key of a service', { Condition: { StringEquals: { 'dynamodb:LeadingKey': 'x' } } }],
    ['something that is no key', { Condition: { StringEquals: { account: 'x' } } }],
    [
      'several values under a plain operator',
      { Condition: { StringEquals: { 'dynamodb:LeadingKeys': 'x' } } },
    ],
    [
      'one value under a set operator',
      { Condition: { 'ForAllValues:StringEquals': { 'aws:SourceArn': 'x' } } },
    ],
    ['Null of neither true nor false', { Condition: { Null: { 'aws:SourceArn': 'x' } } }],
    ['an unknown variable', { Resource: `arn:aws:sqs:::${variable('aws:username')}` }],
    [
      'an unknown variable in a condition',
      { Condition: { StringLike: { 'aws:SourceArn': variable('aws:username') } } },
    ],
    ['an unknown member', { Resources: '*' }],
    ['no action', { Action: undefined }],
    ['Action beside NotAction', { NotAction: 'x:*' }],
    ['no resource', { Resource: undefined }],
    ['Resource beside NotResource', { NotResource: '*' }],
    ['a principal in an identity policy', { Principal: '*' }],
    ['a resource that is none', { Resource: 'selfheal' }],
    ['an action without its service', { Action: 'SendMessage' }],
    ['no effect', { Effect: 'allow' }],
  ])('%s', (_what, changes) => {
    const statement = JSON.parse(JSON.stringify({ ...allow(), ...changes }));
    expect(() => decide([statement])).toThrow(/The sandbox's IAM cannot judge this policy: /);
  });

  test.each([{ Federated: 'x' }, { AWS: 'arn:aws:iam::111122223333:role/*' }, { AWS: SESSION }])(
    'the principal %j',
    (Principal) => {
      const resource = policy(allow({ Principal } as Partial<PolicyStatement>));
      expect(() => evaluateResourcePolicy(resource, 'resource', request())).toThrow('cannot judge');
    },
  );

  test('a policy of an unknown version', () => {
    expect(() => evaluate([{ Version: '2030-01-01', Statement: [] }], undefined, request())).toThrow(
      '2030-01-01',
    );
  });
});

describe('whatever the policies', () => {
  const name = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '?');
  const statement: fc.Arbitrary<PolicyStatement> = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    Action: name.map((action) => `sqs:${action}`),
    Resource: name.map((resource) => `arn:aws:sqs:::${resource}`),
  });
  const asked = fc.record({
    action: fc.constantFrom('a', 'b', 'ab'),
    resource: fc.constantFrom('a', 'b', 'ba'),
  });
  const ask = ({ action, resource }: { action: string; resource: string }): AccessRequest =>
    request({ action: `sqs:${action}`, resource: `arn:aws:sqs:::${resource}` });

  test('the order of statements and their spread over policies change nothing', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 6 }), fc.nat(6), asked, (statements, cut, what) => {
        const together = evaluate([policy(...statements)], undefined, ask(what)).allowed;
        const apart = [policy(...statements.slice(cut).toReversed()), policy(...statements.slice(0, cut))];
        expect(evaluate(apart, undefined, ask(what)).allowed).toBe(together);
      }),
      { numRuns: 300 },
    );
  });

  test('one deny that fits wins over everything', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 6 }), asked, (statements, what) => {
        const { action, resource } = ask(what);
        const deny = policy(...statements, { Effect: 'Deny', Action: action, Resource: resource });
        expect(
          evaluate([policy(allow({ Action: '*', Resource: '*' })), deny], undefined, ask(what)).allowed,
        ).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('taking away an Allow never allows more', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        asked,
        (statements, at, what) => {
          const fewer = statements.filter((each, n) => each.Effect === 'Deny' || n !== at);
          const before = evaluate([policy(...statements)], undefined, ask(what)).allowed;
          expect(before || !evaluate([policy(...fewer)], undefined, ask(what)).allowed).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
