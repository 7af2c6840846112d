/** Which blackouts hold for a finding follows from their `match`, whatever entry decides. */
import { describe, expect, it } from 'vitest';
import { doubtfulBook, policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { policySubject } from '../../../domain/policy/policy-subject.ts';
import { finding } from '../../support/cases.ts';

const parsed = parsePolicy(
  `version: 1
timezone: Europe/Berlin
blackouts:
  everything: { from: 2026-12-20, until: 2027-01-03 }
  shop: { match: { tags: { team: [shop] } }, cron: '0 8 * * 5', duration: 10h }
  other-account: { match: { account: ['999999999999'] }, from: 2026-12-20, until: 2027-01-03 }
entries: []
`,
  'blackouts',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { policy } = parsed;
const subject = (tags: Readonly<Record<string, string>> = {}) =>
  policySubject(finding, { tags, frameworks: [] });
const names = (tags?: Readonly<Record<string, string>>) =>
  policyBook(policy)
    .blackoutsFor(subject(tags))
    .map(({ name }) => name);

describe('the blackouts of a finding', () => {
  it('are those that match it, and those that match everything', () => {
    expect(names()).toEqual(['everything']);
    expect(names({ team: 'shop' })).toEqual(['everything', 'shop']);
  });

  it('make tags be read when one of them looks at tags', () => {
    expect(policyBook(policy).needsTags).toBe(true);
    expect(policyBook({ ...policy, blackouts: policy.blackouts.slice(0, 1) }).needsTags).toBe(false);
  });

  it('are none of a policy that cannot be trusted: nothing runs by it anyway', () => {
    expect(doubtfulBook(policy, 'gone').blackoutsFor(subject())).toEqual([]);
  });

  it('are read in the zone of the policy', () => {
    expect(policy.blackouts[0]).toMatchObject({
      from: '2026-12-19T23:00:00.000Z',
      until: '2027-01-03T23:00:00.000Z',
    });
    expect(policy.blackouts[1]).toMatchObject({ timezone: 'Europe/Berlin' });
  });
});
