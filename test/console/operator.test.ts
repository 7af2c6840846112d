import { describe, expect, it } from 'vitest';
import { asOperator } from '../../console/operator.ts';
import { doubtfulBook, policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import type { Policy } from '../../domain/policy/policy.ts';

const parsed = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const groups = {
  oncall: { people: ['ada'], claims: ['sre'], roles: ['AWSReservedSSO_Oncall_*'] },
  audit: { people: ['bob'], claims: [], roles: [] },
};
const named: Policy = { ...parsed.policy, groups, operators: ['oncall'] };
const withPolicy = (policy: Policy) => ({ app: { policy: () => policyBook(policy) } });

describe('an operator', () => {
  it('is whoever is known, while the policy names none', () => {
    const eve = { name: 'eve', claims: [] };
    expect(asOperator(eve, withPolicy(parsed.policy))).toBe(eve);
  });

  it.each([
    ['by name', { name: 'ada', claims: [] }],
    ['by a claim', { name: 'eve', claims: ['sre'] }],
    ['by a role', { name: 'eve', claims: [], role: 'AWSReservedSSO_Oncall_0a1b' }],
  ])('is whom a group names %s', (_, who) => {
    expect(asOperator(who, withPolicy(named))).toBe(who);
  });

  it.each([
    ['in another group', { name: 'bob', claims: ['audit'] }],
    ['with the same name at an address', { name: 'ada@example.com', claims: [] }],
    ['with a claim that only begins so', { name: 'eve', claims: ['sre-2', 'SRE'] }],
    ['with the name of the group', { name: 'eve', claims: ['oncall'], role: 'oncall' }],
  ])('is nobody %s', (_, who) => {
    expect(() => asOperator(who, withPolicy(named))).toThrow(
      expect.objectContaining({ status: 403, code: 'not-an-operator' }),
    );
  });

  it('is nobody when no group is named, or while there is no policy to be trusted', () => {
    const ada = { name: 'ada', claims: ['sre'] };
    expect(() => asOperator(ada, withPolicy({ ...named, operators: [] }))).toThrow(
      expect.objectContaining({ status: 403 }),
    );
    const doubtful = { app: { policy: () => doubtfulBook(named, 'the table is away') } };
    expect(() => asOperator(ada, doubtful)).toThrow(
      expect.objectContaining({ status: 503, code: 'policy-unreadable' }),
    );
  });
});
