import { expect, it } from 'vitest';
import { describeApproval } from '../../../domain/policy/describe-approval.ts';
import type { ApprovalPolicy } from '../../../domain/policy/policy.ts';

const told = (approval: Partial<ApprovalPolicy>, rest: object = {}) =>
  describeApproval({
    approval: { quorum: 1, expiresAfterMs: 86_400_000, ...approval },
    notify: ['oncall', 'team'],
    ...rest,
  });

it('says who must approve, and by when', () => {
  expect(told({})).toEqual([
    'One person who is signed in must approve, within 1d',
    'Told at once: oncall, team',
  ]);
  expect(told({ quorum: 3 })[0]).toBe('3 people who are signed in must approve, within 1d');
  expect(told({ from: ['oncall', 'leads'] })[0]).toBe(
    'One person of oncall or leads must approve, within 1d',
  );
});

it('says of each who is left out whether anybody is', () => {
  const not = ['requester', 'author', 'changer'] as const;
  expect(told({ not }).slice(1, 4)).toEqual([
    'Not who asked for it',
    'Not who wrote the entry: it names nobody',
    'Not who changed the resource last: its tags name nobody',
  ]);
  expect(told({ not }, { authors: ['ada', 'bob'], changedBy: 'carol' }).slice(2, 4)).toEqual([
    'Not who wrote the entry: ada, bob',
    'Not who changed the resource last: carol',
  ]);
});

it('says when nobody is told', () => {
  expect(told({ escalate: [{ afterMs: 900_000, notify: ['second'] }] }, { notify: [] }).slice(1)).toEqual([
    'Told at once: nobody',
    'Told after 15m: second',
  ]);
});
