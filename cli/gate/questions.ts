/** In which portions the rules of a gate are asked for: an address holds only so many names. */
import type { GateAsked } from '../../domain/compliance/gate.ts';
import { wantedRules } from '../../domain/compliance/gate-rules.ts';
import type { RuleFacts } from '../../domain/compliance/rule-meant.ts';
import { type Lane, laneId } from '../../domain/finding.ts';

/** The service takes so many names at once. */
const NAMES_MAX = 50;
/** API Gateway takes 10,240 bytes of address and headers, and a signature with its token has 2,000 of them. */
const CHARS_MAX = 6_000;

/** Each rule with all its names, so that it is found whatever it is called where it is deployed. */
export const portionsOf = (
  asked: Pick<GateAsked, 'rules' | 'frameworks'>,
  catalog: Pick<RuleFacts, 'rule'>,
): readonly (readonly string[])[] => inPortions(wantedRules(asked, catalog).map(({ names }) => [...names]));

/** What belongs together stays together. */
export const inPortions = (groups: readonly (readonly string[])[]): readonly (readonly string[])[] => {
  const portions: string[][] = [];
  let chars = 0;
  for (const group of groups) {
    const groupChars = query(group).length + 1;
    const last = portions.at(-1);
    if (last !== undefined && last.length + group.length <= NAMES_MAX && chars + groupChars <= CHARS_MAX) {
      last.push(...group);
      chars += groupChars;
    } else {
      portions.push([...group]);
      chars = groupChars;
    }
  }
  return portions;
};

export const pathOf = (lane: Lane, names: readonly string[]): string =>
  `/api/compliance/lanes/${laneId(lane).split('/').map(encodeURIComponent).join('/')}?${query(names)}`;

/** A blank as `%20`, as it is signed. */
const query = (names: readonly string[]): string =>
  names.map((name) => `rule=${encodeURIComponent(name)}`).join('&');
