// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResolver } from '../../../sandbox/cloudformation/intrinsics.ts';
import { resolveParameters } from '../../../sandbox/cloudformation/parameters.ts';
import { creationOrder } from '../../../sandbox/cloudformation/references.ts';
import { type Json, toTemplate } from '../../../sandbox/cloudformation/template.ts';

const template = toTemplate({
  Parameters: {
    Stage: { Type: 'String', Default: 'hub' },
    Roles: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Days: { Type: 'Number', Default: 90 },
  },
  Mappings: { ByStage: { hub: { Days: 30 } } },
  Conditions: {
    IsHub: { 'Fn::Equals': [{ Ref: 'Stage' }, 'hub'] },
    IsNinety: { 'Fn::Equals': [{ Ref: 'Days' }, 90] },
    Neither: { 'Fn::Not': [{ 'Fn::Or': [{ Condition: 'IsHub' }, { Condition: 'IsNinety' }] }] },
    Itself: { 'Fn::Not': [{ Condition: 'Itself' }] },
  },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Absent: { Type: 'AWS::SQS::Queue', Condition: 'Neither' },
  },
});

const resolver = createResolver({
  template,
  parameters: resolveParameters(template, {}),
  pseudo: { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '111122223333' },
  resources: new Map([['Queue', { ref: 'https://queue', attributes: { Arn: 'arn:queue' } }]]),
});
const resolve = (value: Json) => resolver.resolve(value, 'Here');

describe('functions', () => {
  it.each<[Json, Json]>([
    [{ Ref: 'Stage' }, 'hub'],
    [{ Ref: 'Roles' }, ['a', 'b']],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ Ref: 'Queue' }, 'https://queue'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, 'arn:queue'],
    [{ 'Fn::Sub': '${Stage}-${Queue.Arn}-${AWS::Region}-${!Kept}' }, 'hub-arn:queue-eu-west-1-${Kept}'],
    [{ 'Fn::Sub': ['${a}/${Stage}', { a: { Ref: 'Days' } }] }, '90/hub'],
    [{ 'Fn::Join': ['-', ['x', { Ref: 'Stage' }, 1]] }, 'x-hub-1'],
    [{ 'Fn::Join': ['', { Ref: 'Roles' }] }, 'ab'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['ByStage', { Ref: 'Stage' }, 'Days'] }, 30],
    [{ 'Fn::If': ['IsHub', 'yes', { Ref: 'Nowhere' }] }, 'yes'],
    [{ 'Fn::If': ['Neither', 'yes', 'no'] }, 'no'],
    [{ kept: 1, gone: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
    [
      [1, { 'Fn::If': ['Neither', 2, { Ref: 'AWS::NoValue' }] }, 3],
      [1, 3],
    ],
    [
      { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
      { Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } },
    ],
  ])('%j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('compares numbers and texts as CloudFormation does, as texts', () => {
    expect(resolver.holds('IsNinety', '')).toBe(true);
  });

  it.each<[Json, string]>([
    [{ Ref: 'Nowhere' }, 'Here.Ref: the template declares no Nowhere'],
    [
      { a: [{ 'Fn::GetAtt': ['Queue', 'Size'] }] },
      "Here.a.0.Fn::GetAtt: the sandbox's AWS::SQS::Queue has no attribute Size, only: Arn",
    ],
    [{ Ref: 'Absent' }, 'Here.Ref: the resource Absent is not created: its condition does not hold'],
    [{ 'Fn::ImportValue': 'x' }, 'Here.Fn::ImportValue: the sandbox does not know this function'],
    [{ 'Fn::If': ['Itself', 1, 2] }, 'Conditions.Itself.Fn::Not: the condition Itself depends on itself'],
    [{ 'Fn::If': ['Other', 1, 2] }, 'Here.Fn::If: the template declares no condition Other'],
    [{ 'Fn::Select': [5, ['a']] }, 'Here.Fn::Select: there is no item 5 in the list'],
    [
      { 'Fn::FindInMap': ['ByStage', 'x', 'Days'] },
      'Here.Fn::FindInMap: there is no Mappings.ByStage.x.Days',
    ],
    [{ 'Fn::Join': ['', 'text'] }, 'Here.Fn::Join: expected a list'],
  ])('%j is an error that says where', (value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });

  it('take apart with Split what Join has put together', () => {
    const part = fc.stringMatching(/^[a-z0-9:/-]{0,8}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        expect(resolve({ 'Fn::Split': [',', { 'Fn::Join': [',', parts] }] })).toEqual(parts);
      }),
      { numRuns: 50 },
    );
  });

  it('leave alone whatever holds no function', () => {
    const key = fc
      .string()
      .filter((text) => text !== 'Ref' && !text.startsWith('Fn::') && text !== '__proto__');
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(resolve(value)).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });
});

describe('parameters', () => {
  const declared = (declaration: object) => toTemplate({ Parameters: { P: declaration } });

  it.each<[object, string, string]>([
    [{ Type: 'String', AllowedPattern: '[a-z]+' }, 'a1', "Parameter 'P' must match pattern [a-z]+."],
    [
      { Type: 'String', AllowedValues: ['on', 'off'] },
      'up',
      "Parameter 'P' must be one of AllowedValues [on, off].",
    ],
    [{ Type: 'String', MinLength: 3 }, 'ab', "Parameter 'P' must contain at least 3 characters."],
    [{ Type: 'String', MaxLength: '3' }, 'abcd', "Parameter 'P' must contain at most 3 characters."],
    [{ Type: 'Number' }, 'many', "Parameter 'P' must be a number."],
    [{ Type: 'Number', MinValue: 5 }, '4', "Parameter 'P' must be a number not less than 5."],
    [{ Type: 'CommaDelimitedList', AllowedPattern: 'a+' }, 'aa, b', "Parameter 'P' must match pattern a+."],
    [
      { Type: 'String', AllowedPattern: '[0-9]{12}', ConstraintDescription: 'must be an account id' },
      '12',
      "Parameter 'P' failed to satisfy constraint: must be an account id",
    ],
    [
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      'x',
      'Parameters.P: the sandbox knows no parameters of type',
    ],
  ])('%j refuses %s', (declaration, value, message) => {
    expect(() => resolveParameters(declared(declaration), { P: value })).toThrow(message);
  });

  it('must all be given that have no default, and none that there are not', () => {
    const template = declared({ Type: 'String' });
    expect(() => resolveParameters(template, {})).toThrow('Parameters: [P] must have values');
    expect(() => resolveParameters(template, { P: '', Q: '' })).toThrow(
      'Parameters: [Q] do not exist in the template',
    );
  });
});

describe('order', () => {
  const queue = (needs: Json, DependsOn?: string) => ({
    Type: 'AWS::SQS::Queue',
    Properties: { Needs: needs },
    ...(DependsOn === undefined ? {} : { DependsOn }),
  });

  it('makes a resource after all that it refers to or depends on', () => {
    const order = creationOrder(
      toTemplate({
        Resources: {
          A: queue({ 'Fn::Sub': '${B.Arn}' }),
          B: queue({ 'Fn::If': ['C', { Ref: 'D' }, ''] }),
          C: queue('', 'A'),
          D: queue({ 'Fn::Join': ['', ['x', { 'Fn::GetAtt': 'E.Arn' }]] }),
          E: queue(''),
        },
      }),
    );
    expect(order).toEqual(['E', 'D', 'B', 'A', 'C']);
  });

  it('names the way round when resources need each other', () => {
    const circular = toTemplate({
      Resources: { A: queue({ Ref: 'B' }), B: queue('', 'C'), C: queue({ 'Fn::Sub': '${A}' }) },
    });
    expect(() => creationOrder(circular)).toThrow('Circular dependency between resources: A -> B -> C -> A');
  });

  it('refuses a name that nothing declares, wherever it stands', () => {
    const other = (value: Json) => toTemplate({ Resources: { A: queue(value) } });
    expect(() => creationOrder(other(['x', { 'Fn::Sub': '${Typo}' }]))).toThrow(
      'Resources.A.Properties.Needs.1.Fn::Sub: the template declares no Typo',
    );
    expect(() => creationOrder(toTemplate({ Resources: { A: queue('', 'Typo') } }))).toThrow(
      'Resources.A.DependsOn: the template declares no resource Typo',
    );
    expect(() => creationOrder(toTemplate({ Outputs: { O: { Value: { Ref: 'Typo' } } } }))).toThrow(
      'Outputs.O.Value.Ref: the template declares no Typo',
    );
  });
});
