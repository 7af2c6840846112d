import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REDACTED, redactText, redactValues } from '../../../domain/message/redact.ts';

it.each([
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
  'ghp_0123456789abcdefghijklmnop',
])('what is shaped like a secret is not shown: %s', (secret) => {
  expect(redactText(`before ${secret} after`)).toBe(`before ${REDACTED} after`);
});

it.each([
  ['postgres://app:hunter2@db/x', 'hunter2'],
  ['password = hunter2', 'hunter2'],
  ['{"api_key":"abcd1234"}', 'abcd1234'],
])('a password in a text is not shown: %s', (text, secret) => {
  expect(redactText(text)).not.toContain(secret);
});

it.each([
  'arn:aws:iam::222222222222:role/selfheal-AWS-DisableS3BucketPublicReadWrite',
  '33b204b852f11a6c2417bfb229d6fabdd85fbe54e72c9610e8a1a11a66bb5eaf',
  'https://selfheal.example.com/cases/f00d5afe1234-1',
  'shop-prod-payroll-us-east-1',
  '356a192b7913b04c54574d18c28d46e6395428ab',
  'The token bucket is full, and its secret is short.',
])('what is none stays: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

it('a value is not shown by its name alone, unless it can be none', () => {
  expect(redactValues('MasterUserPassword', ['hunter2'])).toEqual([REDACTED]);
  expect(redactValues('AllowUsersToChangePassword', ['true'])).toEqual(['true']);
  expect(redactValues('MinimumPasswordLength', ['14'])).toEqual(['14']);
  expect(redactValues('SecretId', ['orders'])).toEqual(['orders']);
  expect(redactValues('RotationLambdaArn', ['arn:aws:lambda:us-east-1:1:function:x'])).toHaveLength(1);
});

it('never throws, and is quick whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      redactText(text);
    }),
    { numRuns: 50 },
  );
  for (const part of ['eyJ', 'password=', 'a/', '-----BEGIN ', '://a:', 'A1a'])
    redactText(part.repeat(20_000));
});
