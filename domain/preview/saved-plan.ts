/**
 * A plan in a file: what a person looked at, so that exactly this can be applied later, or nothing. The file knows
 * what it was made by, and has a digest of all of it. The digest guards against a slip of the hand, not against
 * somebody who means harm: what may run is decided by the policy, the checks and the person who applies, as ever.
 */
import { createHash } from 'node:crypto';
import type { Instant } from '../time.ts';
import * as z from '../zod.ts';
import { PREVIEW_ACTIONS, type PreviewAction, type PreviewedFinding } from './previewed.ts';

export const PLAN_FORMAT = 'selfheal-plan/1';

/** What a plan was made by; any of it being another is a reason not to apply it. */
export interface PlanBasis {
  readonly policyVersion: string;
  /** Digest of the catalog. */
  readonly catalog: string;
  /** Digest of what is stopped, broken or exempt by hand. */
  readonly controls: string;
}

export interface PlanScope {
  readonly rules: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

export interface SavedFinding {
  readonly account: string;
  /** Where Config evaluated it. */
  readonly region: string;
  readonly configRuleName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly evaluatedAt: Instant;
  readonly action: PreviewAction;
  readonly entry: string;
  /** What would run; null when nothing would. */
  readonly runbook: string | null;
  readonly planHash: string | null;
}

export interface SavedPlan extends PlanBasis {
  readonly format: typeof PLAN_FORMAT;
  readonly madeAt: Instant;
  readonly scope: PlanScope;
  readonly findings: readonly SavedFinding[];
}

const text = (charsMax: number) => z.string().check(z.minLength(1), z.maxLength(charsMax));
const names = z.array(text(256)).check(z.maxLength(1_000));
export const savedFindings = z.array(
  z.strictObject({
    account: z.string().check(z.regex(/^[0-9]{12}$/)),
    region: text(32),
    configRuleName: text(256),
    resourceType: text(256),
    resourceId: text(1_024),
    evaluatedAt: text(40),
    action: z.enum(PREVIEW_ACTIONS),
    entry: text(256),
    runbook: z.nullable(text(256)),
    planHash: z.nullable(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
  }),
);
const savedPlan = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  madeAt: text(40),
  policyVersion: text(64),
  catalog: text(64),
  controls: text(64),
  scope: z.strictObject({ rules: names, accounts: names, regions: names }),
  findings: savedFindings,
  digest: z.string(),
});

export const savedFinding = ({ origin, finding, evaluatedAt, now }: PreviewedFinding): SavedFinding => ({
  account: finding.account,
  region: origin.region,
  configRuleName: origin.configRuleName,
  resourceType: finding.resourceType,
  resourceId: finding.resourceId,
  evaluatedAt,
  action: now.action,
  entry: now.entry,
  runbook: now.planned?.document ?? null,
  planHash: now.planned?.planHash ?? null,
});

/** The text of the file. */
export const writePlan = (plan: SavedPlan): string =>
  `${JSON.stringify({ ...plan, digest: digestOf(plan) }, null, 1)}\n`;

export type PlanReading =
  | { readonly ok: true; readonly plan: SavedPlan }
  | { readonly ok: false; readonly why: string };

/** It never throws, whatever the text. */
export const readPlan = (file: string): PlanReading => {
  let value: unknown;
  try {
    value = JSON.parse(file);
  } catch {
    return { ok: false, why: 'it is no JSON: it was cut short, or is another file' };
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== PLAN_FORMAT)
    return {
      ok: false,
      why:
        typeof format === 'string' && format.startsWith('selfheal-plan/')
          ? `it was written by another version of selfheal (${format.slice(0, 40)}, this one reads ${PLAN_FORMAT})`
          : 'it is no plan: selfheal plan --out writes one',
    };
  const parsed = savedPlan.safeParse(value);
  if (!parsed.success) return { ok: false, why: 'it was edited: it is not as selfheal plan --out writes it' };
  const { digest, ...plan } = parsed.data;
  return digest === digestOf(plan)
    ? { ok: true, plan }
    : { ok: false, why: 'it was edited after it was written: its digest does not fit' };
};

/** Of the whole plan, whatever the order of its keys. */
const digestOf = (plan: SavedPlan): string => digest(plan);

/** SHA-256 of a value, 64 hex digits: equal for equal values, whatever the order of their keys. */
export const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');

const sorted = (value: unknown): unknown => {
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
};

/** Which finding a line of a plan is about. */
export const savedKey = (
  saved: Omit<SavedFinding, 'evaluatedAt' | 'action' | 'entry' | 'runbook' | 'planHash'>,
) =>
  JSON.stringify([saved.account, saved.region, saved.configRuleName, saved.resourceType, saved.resourceId]);
