/** An exemption as the API tells it, wherever it is written: the same fields for all, null where one has none. */
import type { FoundExemption } from '../domain/exemption/exemption.ts';
import { describePattern } from '../domain/policy/describe-pattern.ts';
import type { WrittenExemption } from '../domain/policy/policy.ts';
import type { Instant } from '../domain/time.ts';

export interface ExemptionJson {
  readonly name: string;
  /** `policy`: it stands there, and is changed there. `command`: somebody added it by `selfheal exempt`. */
  readonly from: 'policy' | 'command';
  /** Of one that is unreadable nobody knows what it covers: nothing starts that it might. */
  readonly state: 'holds' | 'expired' | 'unreadable';
  readonly owner: string | null;
  readonly reason: string | null;
  /** What it covers, in words. */
  readonly covers: string | null;
  readonly expiresAt: Instant | null;
  /** Who added it by command, and when. */
  readonly who: string | null;
  readonly since: Instant | null;
  /** Why it cannot be read. */
  readonly problem: string | null;
}

const NOTHING = { who: null, since: null, problem: null };

export const writtenJson = (
  { name, owner, reason, match, expiresAt }: WrittenExemption,
  now: Instant,
): ExemptionJson => ({
  name,
  from: 'policy',
  state: stateOf(expiresAt, now),
  owner,
  reason,
  covers: describePattern(match),
  expiresAt: expiresAt ?? null,
  ...NOTHING,
});

export const storedJson = (found: FoundExemption, now: Instant): ExemptionJson => {
  if (found.kind === 'unreadable')
    return {
      ...NOTHING,
      name: found.name,
      from: 'command',
      state: 'unreadable',
      owner: null,
      reason: null,
      covers: found.pattern ? describePattern(found.pattern) : null,
      expiresAt: null,
      problem: found.why,
    };
  const { exemption, pattern } = found;
  const { who, since } = exemption;
  return { ...writtenJson({ ...exemption, match: pattern }, now), from: 'command', who, since };
};

const stateOf = (expiresAt: Instant | undefined, now: Instant): ExemptionJson['state'] =>
  expiresAt === undefined || now < expiresAt ? 'holds' : 'expired';
