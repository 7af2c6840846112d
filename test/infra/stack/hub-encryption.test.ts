/** What AWS asks of topic and key policies beyond IAM's grammar, and refuses or drops without a word otherwise. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFragment } from '../../../infra/stack/template.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal: { readonly Service?: string | readonly string[] } | string;
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const resourcesOf = (fragment: string) =>
  Object.values(readFragment(readFileSync(`infra/stack/hub/${fragment}.yml`, 'utf8')).Resources ?? {});

const statementsOf = (document: unknown): readonly Statement[] =>
  (document as { readonly Statement: readonly Statement[] }).Statement;

describe('the policies of topics', () => {
  // SNS: "Each policy must cover only a single topic"; a statement has one resource, the policy's own topic.
  it('speak of one topic each, and of that alone', () => {
    const policies = resourcesOf('topics').filter(({ Type }) => Type === 'AWS::SNS::TopicPolicy');
    const topics = policies.flatMap(({ Properties: { Topics, PolicyDocument } }) => {
      const [topic, ...others] = Topics as readonly unknown[];
      expect(others).toEqual([]);
      for (const { Resource } of statementsOf(PolicyDocument)) expect(Resource).toEqual(topic);
      return [topic];
    });
    expect(topics).toEqual(
      ['Oncall', 'Team', 'Reports', 'Operations'].map((name) => ({ Ref: `${name}Topic` })),
    );
  });
});

describe('the key that the stack makes', () => {
  const key = resourcesOf('storage').find(({ Type }) => Type === 'AWS::KMS::Key');
  const grantsTo = (service: string) =>
    statementsOf(key?.Properties.KeyPolicy).filter(({ Principal }) =>
      typeof Principal === 'string' ? false : [Principal.Service].flat().includes(service),
    );

  // EventBridge names no source when it uses a key for a queue: with such a condition every event would be lost.
  it('lets EventBridge send into the queues without asking for what EventBridge does not say', () => {
    const grants = grantsTo('events.amazonaws.com');
    expect(grants).toHaveLength(1);
    expect(grants[0]?.Condition).toBeUndefined();
  });

  it('lets CloudWatch send alarms of this account', () => {
    expect(grantsTo('cloudwatch.amazonaws.com').map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    ]);
  });
});
