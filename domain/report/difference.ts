/** In what two documents differ, each place by its path: what was stored, and what comes out when it is made again. */
import { canonicalJson } from '../canonical-json.ts';

export interface Difference {
  /** As in `by.account[111122223333].figures.opened`; empty for the whole. */
  readonly path: string;
  /** Absent where it has none. */
  readonly stored?: unknown;
  readonly recomputed?: unknown;
}

/**
 * Every place in which they differ, the first in the order of the stored one.
 *
 * @example
 * differences({ total: { opened: 3 } }, { total: { opened: 2 } }) // [{ path: 'total.opened', stored: 3, recomputed: 2 }]
 * differences([{ key: 'a', n: 1 }], [{ key: 'a', n: 2 }]) // [{ path: '[a].n', stored: 1, recomputed: 2 }]
 */
export const differences = (stored: unknown, recomputed: unknown, path = ''): readonly Difference[] => {
  if (Array.isArray(stored) && Array.isArray(recomputed)) return ofLists(stored, recomputed, path);
  if (isRecord(stored) && isRecord(recomputed)) return ofRecords(stored, recomputed, path);
  return Object.is(stored, recomputed) || canonicalJson(stored) === canonicalJson(recomputed)
    ? []
    : [{ path, ...(stored !== undefined && { stored }), ...(recomputed !== undefined && { recomputed }) }];
};

const ofRecords = (stored: Members, recomputed: Members, path: string): readonly Difference[] =>
  [...new Set([...Object.keys(stored), ...Object.keys(recomputed)])].flatMap((key) =>
    differences(stored[key], recomputed[key], path === '' ? key : `${path}.${key}`),
  );

const ofLists = (
  stored: readonly unknown[],
  recomputed: readonly unknown[],
  path: string,
): readonly Difference[] => {
  const [were, are] = [names(stored), names(recomputed)];
  if (were === undefined || are === undefined)
    return Array.from({ length: Math.max(stored.length, recomputed.length) }, (_, n) =>
      differences(stored[n], recomputed[n], `${path}[${n}]`),
    ).flat();
  const found = [...new Set([...were, ...are])].flatMap((name) =>
    differences(stored[were.indexOf(name)], recomputed[are.indexOf(name)], `${path}[${name}]`),
  );
  // All the same, but in another order: what stands first is said by a report too.
  return found.length === 0 && were.join('\n') !== are.join('\n')
    ? [{ path, stored: were, recomputed: are }]
    : found;
};

/** What the members of a list are known by; undefined where they have no such name, or share one. */
const names = (list: readonly unknown[]): readonly string[] | undefined => {
  const all = list.map((each) =>
    NAMING.map((name) => (isRecord(each) ? each[name] : undefined)).find(isText),
  );
  const found = all.filter(isText);
  return found.length === list.length && new Set(found).size === found.length ? found : undefined;
};

const NAMING = ['key', 'week', 'document', 'rule', 'findingId'];

type Members = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';
