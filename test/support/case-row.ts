/** Rows for tests of reports: one that says nothing but what is given, and any at all. */
import fc from 'fast-check';
import { CLOSED_STATES } from '../../domain/case/case.ts';
import type { CaseRow } from '../../domain/report/case-row.ts';
import { dayMs, epochMs, type Instant, instant } from '../../domain/time.ts';

/** Opened on the Monday of 2026-W47. */
export const aRow = (told: Partial<CaseRow> = {}): CaseRow => {
  const { openedAt = '2026-11-16T09:00:00.000Z' } = told;
  return {
    id: 'abcdefghijklmnop-1',
    findingId: 'abcdefghijklmnop',
    account: '111122223333',
    region: 'eu-central-1',
    rule: 'S3_BUCKET_VERSIONING_ENABLED',
    resourceType: 'AWS::S3::Bucket',
    resourceId: 'shop-prod-orders',
    openedAt,
    routed: [{ at: openedAt, severity: 'medium', mode: 'auto', entry: 'versioning' }],
    asked: [],
    decided: [],
    handed: [],
    attempts: [],
    spentMs: {},
    dropped: 0,
    ...told,
  };
};

const severities = fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const);

/** The same rule by both of its names, one without frameworks, one that no catalog knows. */
const FINDINGS: readonly Pick<CaseRow, 'findingId' | 'account' | 'rule'>[] = [
  { findingId: 'aaaaaaaaaaaaaaaa', account: '111122223333', rule: 'S3_BUCKET_VERSIONING_ENABLED' },
  { findingId: 'aaaaaaaaaaaaaaaa', account: '111122223333', rule: 's3-bucket-versioning-enabled' },
  { findingId: 'bbbbbbbbbbbbbbbb', account: '111122223333', rule: 'EIP_ATTACHED' },
  { findingId: 'cccccccccccccccc', account: '444455556666', rule: 'EIP_ATTACHED' },
  { findingId: 'dddddddddddddddd', account: '444455556666', rule: 'of-our-own' },
];

/**
 * Of a case that moved as the machine lets none move, but forwards in time: rules must hold for these too.
 *
 * @param from instants are of the eight weeks after it
 */
export const anyRows = (from: Instant, sizeMax = 12): fc.Arbitrary<readonly CaseRow[]> =>
  fc
    .array(anyRow(from), { maxLength: sizeMax })
    .map((rows) => rows.map((row, index) => ({ ...row, id: `${row.findingId}-${index + 1}` })));

const anyRow = (from: Instant): fc.Arbitrary<CaseRow> =>
  fc
    .record({
      // Often the same, often on the hour: so edges of weeks are met.
      hours: fc.array(fc.nat({ max: 56 * 24 }), { minLength: 2, maxLength: 12 }),
      of: fc.constantFrom(...FINDINGS),
      facts: fc.array(
        fc.oneof(
          fc.record({
            kind: fc.constant('routed' as const),
            severity: severities,
            owner: fc.constantFrom('a', 'b', undefined),
          }),
          fc.record({ kind: fc.constantFrom('asked' as const, 'attempt' as const, 'failed' as const) }),
          fc.record({
            kind: fc.constant('decided' as const),
            answer: fc.constantFrom('approved' as const, 'denied' as const),
          }),
          fc.record({
            kind: fc.constant('handed' as const),
            code: fc.constantFrom('approval-expired', 'unverified', 'flapping', 'attempts-used-up'),
          }),
        ),
        { maxLength: 10 },
      ),
      closedAs: fc.option(fc.constantFrom(...CLOSED_STATES), { nil: undefined }),
      severity: severities,
      dropped: fc.constantFrom(0, 0, 0, 2),
    })
    .map(({ hours, of, facts, closedAs, severity, dropped }) => {
      const instants = hours
        .toSorted((one, other) => one - other)
        .map((hour) => instant(epochMs(from) + hour * (dayMs / 24)));
      const [openedAt = from, ...later] = instants;
      const closedAt = later.at(-1) ?? openedAt;
      const rest = later.slice(0, -1);
      const told = facts
        .slice(0, rest.length)
        .map((fact, index) => ({ ...fact, at: rest[index] ?? openedAt }));
      return aRow({
        ...of,
        openedAt,
        dropped,
        routed: [
          { at: openedAt, severity, mode: 'auto', entry: 'x' },
          ...told.flatMap((fact) =>
            fact.kind === 'routed'
              ? {
                  at: fact.at,
                  severity: fact.severity,
                  mode: 'auto' as const,
                  entry: 'y',
                  ...(fact.owner !== undefined && { owner: fact.owner }),
                }
              : [],
          ),
        ],
        asked: told.flatMap(({ kind, at }) => (kind === 'asked' ? at : [])),
        decided: told.flatMap((fact) =>
          fact.kind === 'decided' ? { at: fact.at, answer: fact.answer } : [],
        ),
        handed: told.flatMap((fact) => (fact.kind === 'handed' ? { at: fact.at, code: fact.code } : [])),
        attempts: told.flatMap((fact, index) => {
          if (fact.kind !== 'attempt') return [];
          const failed = told.slice(index).find(({ kind }) => kind === 'failed');
          return {
            at: fact.at,
            document: 'AWS-ReleaseElasticIP',
            ...(failed && { failed: { at: failed.at, error: 'Failed: no' } }),
          };
        }),
        ...(closedAs !== undefined && { closed: { at: closedAt, as: closedAs } }),
        spentMs: closedAs === undefined ? {} : { queued: epochMs(closedAt) - epochMs(openedAt) },
      });
    });
