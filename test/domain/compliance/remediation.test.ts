import { expect, it } from 'vitest';
import { remediationOf } from '../../../domain/compliance/remediation.ts';
import type { CaseRow } from '../../../domain/report/case-row.ts';

const FROM = '2026-10-24T00:00:00.000Z';
const TO = '2026-11-23T00:00:00.000Z';
const IN = '2026-11-01T00:00:00.000Z';
const BEFORE = '2026-10-23T23:59:59.999Z';

const aRow = (rule: string, given: Partial<CaseRow>): CaseRow => ({
  id: 'f-1',
  findingId: 'f',
  account: '111111111111',
  region: 'eu-west-1',
  rule,
  resourceType: 'AWS::S3::Bucket',
  resourceId: 'b',
  openedAt: BEFORE,
  routed: [],
  asked: [],
  decided: [],
  handed: [],
  attempts: [{ at: BEFORE, document: 'AWS-X' }],
  spentMs: {},
  dropped: 0,
  ...given,
});
const failed = (at: string) => ({ at: BEFORE, document: 'AWS-X', failed: { at, error: 'no' } });

it('counts a case where its work first ended, and a failed attempt where it failed; the rest is of other days', async () => {
  const rows = [
    aRow('A', { closed: { at: IN, as: 'resolved' } }),
    // Healed in the end, by its third attempt.
    aRow('B', {
      attempts: [failed(BEFORE), failed(IN), { at: IN, document: 'AWS-X' }],
      closed: { at: IN, as: 'resolved' },
      dropped: 2,
    }),
    aRow('B', { attempts: [failed(IN)], handed: [{ at: IN, code: 'attempts-exhausted' }] }),
    aRow('C', { closed: { at: BEFORE, as: 'resolved' } }),
    aRow('C', { attempts: [], closed: { at: IN, as: 'self-resolved' } }),
    aRow('C', { closed: { at: TO, as: 'resolved' } }),
  ];
  expect(await remediationOf(rows, { from: FROM, to: TO })).toEqual({
    from: FROM,
    to: TO,
    tried: 3,
    healed: 2,
    failedAttempts: 2,
    byRule: [
      { rule: 'B', tried: 2, healed: 1, failedAttempts: 2 },
      { rule: 'A', tried: 1, healed: 1, failedAttempts: 0 },
    ],
    dropped: 2,
  });
});
