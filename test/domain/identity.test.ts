import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../domain/identity.ts';

const GROUPS = {
  oncall: { people: ['ada'], claims: ['sre'], roles: ['AWSReservedSSO_Oncall_*'] },
  security: { people: [], claims: ['sec'], roles: [] },
};

describe('the groups somebody is in', () => {
  it('are those that name the person, a claim or the role', () => {
    expect(groupsOf({ name: 'ada', claims: ['sec'] }, GROUPS)).toEqual(['oncall', 'security']);
    expect(groupsOf({ name: 'bob', claims: ['sre'] }, GROUPS)).toEqual(['oncall']);
    expect(groupsOf({ name: 'eve', claims: [], role: 'AWSReservedSSO_Oncall_1a' }, GROUPS)).toEqual([
      'oncall',
    ]);
  });

  it('let in nobody who only shares a short name, part of a claim, or part of a role', () => {
    expect(groupsOf({ name: 'ada@evil.example', claims: ['sre2', 'SRE'] }, GROUPS)).toEqual([]);
    expect(groupsOf({ name: 'eve', claims: [], role: 'xAWSReservedSSO_Oncall_1a' }, GROUPS)).toEqual([]);
    expect(groupsOf({ name: 'eve', claims: [] }, GROUPS)).toEqual([]);
    expect(groupsOf({ name: 'ada', claims: [] }, undefined)).toEqual([]);
  });
});
