// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written.
import { expect, it } from 'vitest';
import { readTemplate } from '../../../sandbox/cloudformation/read-template.ts';
import { mergeTemplates } from '../../../sandbox/cloudformation/template.ts';

const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing is wrong';
};

it('reads the short tags of YAML as the functions they stand for', () => {
  const { Resources, Conditions } = readTemplate(`
Conditions:
  Both: !And [!Equals [!Ref A, 'on'], !Condition Other]
  Other: !Not [!Equals [!Ref 'AWS::Region', us-east-1]]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Condition: Both
    Properties:
      QueueName: !Sub '\${AWS::StackName}-q'
      Tags: !If [Both, !GetAtt Other.Deep.Name, !Ref AWS::NoValue]
      RedrivePolicy: !Sub
        - '\${dlq}'
        - dlq: !Join ['', [a, !GetAtt [Dlq, Arn]]]
`);
  expect(Conditions).toEqual({
    Both: { 'Fn::And': [{ 'Fn::Equals': [{ Ref: 'A' }, 'on'] }, { Condition: 'Other' }] },
    Other: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }] },
  });
  expect(Resources.Queue?.Properties).toEqual({
    QueueName: { 'Fn::Sub': '${AWS::StackName}-q' },
    Tags: { 'Fn::If': ['Both', { 'Fn::GetAtt': ['Other', 'Deep.Name'] }, { Ref: 'AWS::NoValue' }] },
    RedrivePolicy: {
      'Fn::Sub': ['${dlq}', { dlq: { 'Fn::Join': ['', ['a', { 'Fn::GetAtt': ['Dlq', 'Arn'] }]] } }],
    },
  });
});

it('reads the same template from JSON', () => {
  const yaml = readTemplate('Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}}');
  expect(
    readTemplate('{"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Ref":"Name"}}}}}'),
  ).toEqual(yaml);
});

it('skips nothing that it does not know', () => {
  expect(problem(() => readTemplate('Resources: {Q: {Type: AWS::SQS::Queue, Propertys: {}}}'))).toBe(
    'Resources.Q: Unrecognized key: "Propertys"',
  );
  expect(problem(() => readTemplate('Transform: AWS::Serverless-2016-10-31'))).toContain('"Transform"');
  expect(problem(() => readTemplate('Resources: {Q: {Properties: {}}}'))).toContain('Resources.Q.Type');
  expect(problem(() => readTemplate('{"Resources": '))).toContain('it is neither JSON nor YAML');
});

it('joins fragments, unless two declare the same', () => {
  const queue = readTemplate('Resources: {Q: {Type: AWS::SQS::Queue}}');
  const output = readTemplate('Outputs: {Url: {Value: !Ref Q}}');
  expect(mergeTemplates([queue, output])).toMatchObject({ ...queue, Outputs: output.Outputs });
  expect(problem(() => mergeTemplates([queue, queue]))).toBe('Resources.Q: two fragments declare it');
});
