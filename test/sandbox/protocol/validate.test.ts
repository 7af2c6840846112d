import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constraintsOf, type ServiceConstraints, shapeOf } from '../../../sandbox/protocol/constraints.ts';
import { parseQueryInput } from '../../../sandbox/protocol/query-input.ts';
import { escapeXml } from '../../../sandbox/protocol/query-output.ts';
import { validateInput } from '../../../sandbox/protocol/validate.ts';
import { AwsError } from '../../../sandbox/service.ts';

const SERVICES = ['config', 'events', 'sns', 'sqs', 'ssm', 'sts'];

const problemOf = (service: string, operation: string, input: unknown): string => {
  try {
    validateInput(constraintsOf(service) as ServiceConstraints, operation, input);
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return '';
};

test.each(SERVICES)('the constraints of %s describe every shape they name', (service) => {
  const constraints = constraintsOf(service) as ServiceConstraints;
  const names = [
    ...Object.values(constraints.operations).flatMap(({ input, output }) => [input, output]),
    ...Object.values(constraints.shapes).flatMap((shape) =>
      shape.is === 'structure'
        ? Object.values(shape.members)
        : shape.is === 'list'
          ? [shape.item]
          : shape.is === 'map'
            ? [shape.key, shape.value]
            : [],
    ),
  ];
  for (const name of names) if (name !== undefined) expect(() => shapeOf(constraints, name)).not.toThrow();
});

test('what AWS says about a bad value is said word for word', () => {
  expect(problemOf('ssm', 'GetAutomationExecution', {})).toBe(
    "ValidationException: 1 validation error detected: Value null at 'automationExecutionId' failed to satisfy constraint: Member must not be null",
  );
  expect(
    problemOf('config', 'StartConfigRulesEvaluation', { ConfigRuleNames: Array(26).fill('r') }),
  ).toContain(
    "at 'configRuleNames' failed to satisfy constraint: Member must have length less than or equal to 25",
  );
  expect(
    problemOf('config', 'GetComplianceDetailsByConfigRule', { ConfigRuleName: 'r', Limit: 101 }),
  ).toContain(
    "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
  );
  expect(
    problemOf('config', 'GetComplianceDetailsByConfigRule', {
      ConfigRuleName: 'r',
      ComplianceTypes: ['MAYBE'],
    }),
  ).toContain(
    "Value 'MAYBE' at 'complianceTypes.1.member' failed to satisfy constraint: Member must satisfy enum value set: [COMPLIANT,",
  );
  expect(problemOf('events', 'PutRule', { Name: 'no spaces' })).toContain(
    "at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
  );
});

test('several problems are counted and told together; a wrong type is another error', () => {
  expect(problemOf('ssm', 'StartAutomationExecution', { DocumentName: '!', Mode: 'x' })).toMatch(
    /^ValidationException: 2 validation errors detected: .*; /,
  );
  expect(problemOf('ssm', 'StartAutomationExecution', { DocumentName: 7 })).toBe(
    "SerializationException: number can not be converted to String at 'documentName'",
  );
  expect(problemOf('ssm', 'GetAutomationExecution', { AutomationExecutionID: 'x' })).toContain(
    "Unknown member 'AutomationExecutionID'",
  );
});

test('whatever is sent, the answer is an AWS error or none', () => {
  const operations = SERVICES.flatMap((service) =>
    Object.keys(constraintsOf(service)?.operations ?? {}).map((operation) => ({ service, operation })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...operations), fc.jsonValue(), ({ service, operation }, input) => {
      expect(typeof problemOf(service, operation, input)).toBe('string');
    }),
    { seed: 20260102, numRuns: 500 },
  );
});

test('a form of the query protocol becomes the same input as JSON', () => {
  const form = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: 'arn',
    Message: 'm',
    'MessageAttributes.entry.1.Name': 'severity',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'high',
    Typo: 'x',
  });
  expect(parseQueryInput(constraintsOf('sns') as ServiceConstraints, 'Publish', form)).toEqual({
    TopicArn: 'arn',
    Message: 'm',
    MessageAttributes: { severity: { DataType: 'String', StringValue: 'high' } },
    Typo: 'x',
  });
});

test('what XML cannot carry is replaced', () => {
  expect(escapeXml('<a & "b">\u0000\r\n')).toBe('&lt;a &amp; &quot;b&quot;&gt;\ufffd&#13;\n');
});
