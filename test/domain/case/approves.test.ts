/** Whose word counts, by the terms that hold when it is counted. */
import { describe, expect, it } from 'vitest';
import { type CountedBy, objectionTo } from '../../../domain/case/approves.ts';
import type { Excluded } from '../../../domain/policy/policy.ts';
import { terms } from '../../support/cases.ts';

const EVERY: readonly Excluded[] = ['requester', 'author', 'changer'];

const asked = (
  not: readonly Excluded[] | undefined,
  {
    from,
    ...known
  }: { from?: readonly string[]; authors?: readonly string[]; changedBy?: string; requestedBy?: string } = {},
): CountedBy => {
  const { requestedBy, ...ofTerms } = known;
  const approval = { ...terms.approval, ...(not && { not }), ...(from && { from }) };
  return { terms: { ...ofTerms, approval }, ...(requestedBy !== undefined && { requestedBy }) };
};

describe('somebody is left out', () => {
  it.each([
    ['requester-may-not', { requestedBy: 'ada' }],
    ['author-may-not', { authors: ['bob', 'ada'] }],
    ['changer-may-not', { changedBy: 'ada' }],
  ])('as %s, by whichever name', (code, known) => {
    for (const who of ['ada', 'ada@example.com', 'ada@corp.example'])
      expect(objectionTo({ who }, asked(EVERY, known))).toMatchObject({ code });
    expect(objectionTo({ who: 'grace' }, asked(EVERY, known))).toBeUndefined();
  });

  it('whatever the case in which a tag or a policy writes them', () => {
    expect(objectionTo({ who: 'ada' }, asked(['changer'], { changedBy: 'Ada@Example.com' }))).toMatchObject({
      code: 'changer-may-not',
    });
  });

  it('only where the policy says so, and only who is known', () => {
    const known = { requestedBy: 'ada', authors: ['ada'], changedBy: 'ada' };
    expect(objectionTo({ who: 'ada' }, asked(undefined, known))).toBeUndefined();
    expect(objectionTo({ who: 'ada' }, asked(EVERY))).toBeUndefined();
    expect(objectionTo({ who: 'ada' }, asked(['changer'], { requestedBy: 'ada' }))).toBeUndefined();
  });
});

describe('groups', () => {
  it('let in who is in one of them, and nobody where the list is empty', () => {
    const who = 'ada';
    expect(objectionTo({ who, groups: ['b'] }, asked(undefined, { from: ['a', 'b'] }))).toBeUndefined();
    expect(objectionTo({ who, groups: ['c'] }, asked(undefined, { from: ['a', 'b'] }))).toMatchObject({
      code: 'not-an-approver',
    });
    expect(objectionTo({ who }, asked(undefined, { from: ['a'] }))).toMatchObject({
      code: 'not-an-approver',
    });
    expect(objectionTo({ who, groups: ['a'] }, asked(undefined, { from: [] }))).toMatchObject({
      code: 'not-an-approver',
    });
  });

  it('do not let in who is left out', () => {
    expect(
      objectionTo({ who: 'ada', groups: ['a'] }, asked(EVERY, { from: ['a'], requestedBy: 'ada' })),
    ).toMatchObject({ code: 'requester-may-not' });
  });
});
