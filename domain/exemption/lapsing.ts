/** Exemptions that are about to lapse: whoever answers for one hears of it before what it holds back comes again. */
import { ascii, inert, type Message } from '../message.ts';
import { describePattern } from '../policy/describe-pattern.ts';
import type { EventPattern } from '../policy/event-pattern.ts';
import type { WrittenExemption } from '../policy/policy.ts';
import { epochMs, type Instant, instant, plusMs } from '../time.ts';
import type { FoundExemption } from './exemption.ts';

export interface Lapsing {
  readonly name: string;
  readonly owner: string;
  readonly reason: string;
  /** What it covers, in words. */
  readonly covers: string;
  readonly expiresAt: Instant;
  readonly from: 'policy' | 'command';
}

/**
 * Those that hold now and end within a while, the soonest first.
 *
 * @param withinMs in ms from `now`
 */
export const lapsing = (
  ofPolicy: readonly WrittenExemption[],
  stored: readonly FoundExemption[],
  now: Instant,
  withinMs: number,
): readonly Lapsing[] => {
  const until = plusMs(now, withinMs);
  return [
    ...ofPolicy.map((one) => lapsingOf(one, one.match, 'policy')),
    ...stored.map((one) =>
      one.kind === 'read' ? lapsingOf(one.exemption, one.pattern, 'command') : undefined,
    ),
  ]
    .filter((one) => one !== undefined)
    .filter(({ expiresAt }) => now < expiresAt && expiresAt <= until)
    .sort(
      (left, right) => left.expiresAt.localeCompare(right.expiresAt) || left.name.localeCompare(right.name),
    );
};

const lapsingOf = (
  { name, owner, reason, expiresAt }: Omit<WrittenExemption, 'match'>,
  pattern: EventPattern,
  from: Lapsing['from'],
): Lapsing | undefined =>
  expiresAt === undefined
    ? undefined
    : { name, owner, reason, covers: describePattern(pattern), expiresAt, from };

/** The weekly list; nobody is told when nothing lapses. */
export const lapsingMessage = (list: readonly Lapsing[], week: string): Message | undefined => {
  const [soonest] = list;
  if (soonest === undefined) return undefined;
  const shownMax = list.slice(0, SHOWN_MAX);
  const more = list.length - shownMax.length;
  return {
    subject: ascii(
      `[EXEMPTIONS] ${list.length} lapse${list.length === 1 ? 's' : ''} soon, first "${soonest.name}" on ${soonest.expiresAt.slice(0, 10)}`,
      SUBJECT_CHARS_MAX,
    ),
    text: [
      'These exemptions end soon. What they hold back is looked at again then, and healed as the policy says:',
      '',
      ...shownMax.flatMap((one) => [
        `${inert(one.name, 64)}, ${shownTime(one.expiresAt)}`,
        `  owner   ${inert(one.owner, 100)}`,
        `  covers  ${inert(one.covers, 300)}`,
        `  reason  ${inert(one.reason, 200)}`,
        `  from    ${one.from === 'policy' ? 'the policy' : 'selfheal exempt'}`,
        '',
      ]),
      ...(more > 0 ? [`… and ${more} more: selfheal exempt lapsing`, ''] : []),
      'What to do: nothing, if they may end. To keep one:',
      '  of the policy: change its "expires" and publish the policy',
      '  of a command: selfheal exempt remove NAME --reason "..." and add it again with a later --expires',
    ].join('\n'),
    attributes: { kind: 'exemptions-lapsing', week },
  };
};

/** As 2027-02-01 00:00Z. */
const shownTime = (at: Instant): string =>
  instant(epochMs(at))
    .replace('T', ' ')
    .replace(/:\d\d\.\d+Z$/, 'Z');

/** What SNS allows. */
const SUBJECT_CHARS_MAX = 100;
/** SNS takes 256 KB; nobody reads more than this. */
const SHOWN_MAX = 50;
