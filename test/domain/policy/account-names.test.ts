/** What people call accounts: it only ever stands beside the id. */
import { describe, expect, it } from 'vitest';
import { accountName, accountText } from '../../../domain/policy/account-name.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Policy } from '../../../domain/policy/policy.ts';

const policyOf = (accounts: string): Policy => {
  const parsed = parsePolicy(`version: 1\naccounts: ${accounts}\nentries: []\n`, 'policy.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
};

describe('names of accounts', () => {
  it('are found by the id, with its leading zero also where nobody quoted it', () => {
    const policy = policyOf("{'012345678901': prod, 000000000042: lab}");
    expect(accountName(policy, '012345678901')).toBe('prod');
    expect(accountName(policy, '000000000042')).toBe('lab');
    expect(accountName(policy, '12345678901')).toBeUndefined();
    expect(accountName(policy, 'constructor')).toBeUndefined();
  });

  it('are not there where the policy says none', () => {
    const parsed = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
    expect(parsed.ok && parsed.policy).not.toHaveProperty('accounts');
  });

  it.each([
    ['0', 'a control character', '"a\\u0007b"'],
    ['1', 'a turn of direction', '"a\\u202eb"'],
    ['2', 'a second line', '"a\\nb"'],
    ['3', 'a mark that nobody sees', '"prod\\u200b"'],
    ['4', 'spaces around it', '" prod"'],
    ['5', "another account's id", "'222222222222'"],
    ['6', 'too many characters', `'${'a'.repeat(33)}'`],
  ])('have not: %s %s', (_, __, name) => {
    expect(() => policyOf(`{'333333333333': ${name}}`)).toThrow('a name of 1 to 32 characters');
  });

  it('differ also for a reader who does not look closely', () => {
    for (const other of ['PROD', 'ｐｒｏｄ'])
      expect(() => policyOf(`{'222222222222': prod, '333333333333': ${other}}`)).toThrow('no other account');
  });

  it('leave the id where it is', () => {
    expect(accountText('222222222222', 'prod')).toBe('prod (222222222222)');
    expect(accountText('222222222222', null)).toBe('222222222222');
  });
});
