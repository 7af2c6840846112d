/** Rules that fail to judge, and rules that have not begun to: what they found before stays, and nobody can rely on it. */
import type { Table, World } from '../../service.ts';
import { type Lane, laneKey } from './deployed-rules.ts';

export type RuleHealth =
  /** Each evaluation fails, since then. */
  | { readonly kind: 'errs'; readonly errorCode: string; readonly message: string; readonly sinceMs: number }
  /** Its first evaluation has not begun. */
  | { readonly kind: 'never-evaluated' };

const unwell = (world: World): Table<RuleHealth> => world.table('config:unwell-rules');

const keyOf = (lane: Lane, rule: string): string => `${laneKey(lane)}/${rule}`;

/** Undefined: it judges as it should. */
export const ruleHealth = (world: World, lane: Lane, rule: string): RuleHealth | undefined =>
  unwell(world).get(keyOf(lane, rule));

/** From now on its evaluations come to nothing; undefined makes it well again. */
export const makeRuleUnwell = (
  world: World,
  lane: Lane,
  rule: string,
  health: RuleHealth | undefined,
): void => {
  if (health === undefined) unwell(world).delete(keyOf(lane, rule));
  else unwell(world).put(keyOf(lane, rule), health);
};
