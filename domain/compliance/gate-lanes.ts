/** Which accounts and Regions a gate is about, and whether selfheal covers what was named. */
import { type Lane, laneId } from '../finding.ts';
import { inert } from '../message.ts';
import type { Doubt, GateAsked, GateSeen } from './gate.ts';

type Where = Pick<GateAsked, 'accounts' | 'regions'>;

/** Those that are covered and asked for, by lane id. */
export const lanesAsked = (asked: Where, covered: readonly Lane[]): readonly Lane[] => {
  const lanes = covered.filter((lane) => isAsked(asked, lane));
  return [...new Map(lanes.map((lane) => [laneId(lane), lane]))]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, lane]) => lane);
};

const isAsked = ({ accounts, regions }: Where, { account, region }: Lane): boolean =>
  (accounts.length === 0 || accounts.includes(account)) && (regions.length === 0 || regions.includes(region));

/** Why there may be more to judge than the lanes that are known. */
export const uncovered = (
  asked: Where,
  { troubles }: Pick<GateSeen, 'troubles'>,
  lanes: readonly Lane[],
): readonly Doubt[] =>
  // Of a list that is not whole nobody can say what is missing in it.
  troubles.length > 0
    ? troubles.map(({ operation, code, message }) => ({
        kind: 'unread',
        code: 'lanes-unread',
        why: inert(`nobody can say which lanes there are: ${operation} failed with ${code}: ${message}`, 400),
        mend: 'Ask again; if it stays: selfheal doctor',
      }))
    : missing(asked, lanes).map((what) => ({
        kind: 'unread',
        code: 'not-covered',
        why: `selfheal covers no lane in ${what}`,
        mend: 'Have AWS Config gather from there, or name it in the setting SweepLanes.',
      }));

/** Every account that is named must be there in every Region that is named. */
const missing = ({ accounts, regions }: Where, lanes: readonly Lane[]): readonly string[] => {
  if (accounts.length === 0 && regions.length === 0)
    return lanes.length === 0 ? ['any account or Region'] : [];
  if (regions.length === 0)
    return accounts.filter((account) => !lanes.some((lane) => lane.account === account));
  if (accounts.length === 0) return regions.filter((region) => !lanes.some((lane) => lane.region === region));
  const known = new Set(lanes.map(laneId));
  return accounts
    .flatMap((account) => regions.map((region) => laneId({ account, region })))
    .filter((id) => !known.has(id));
};
