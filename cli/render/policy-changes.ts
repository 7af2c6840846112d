/** What is different between two policies, entry by entry: what somebody who goes back to one wants to see first. */
import { safe } from '../io.ts';

export interface PolicyChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** `entry "name"`, or the part of the policy. */
  readonly what: string;
}

/**
 * @example
 * policyChanges({ entries: [{ name: 'a', mode: 'auto' }] }, { entries: [{ name: 'a', mode: 'observe' }] })
 * // [{ kind: 'changed', what: 'entry "a": mode auto -> observe' }]
 */
export const policyChanges = (from: unknown, to: unknown): readonly PolicyChange[] => {
  const [before, after] = [entriesOf(from), entriesOf(to)];
  const stays = [...before.keys()].filter((name) => after.has(name));
  const order = [...after.keys()].filter((name) => before.has(name));
  return [
    ...changedKeys(from, to)
      .filter((key) => key !== 'entries')
      .map((what) => ({ kind: 'changed' as const, what })),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => change('removed', name)),
    ...[...after.keys()].filter((name) => !before.has(name)).map((name) => change('added', name)),
    ...stays.flatMap((name) => {
      const [was, is] = [asMapping(before.get(name)), asMapping(after.get(name))];
      const keys = changedKeys(was, is).map((key) => howChanged(key, was[key], is[key]));
      return keys.length === 0 ? [] : [change('changed', name, keys)];
    }),
    ...(stays.join('\n') === order.join('\n')
      ? []
      : [
          {
            kind: 'moved' as const,
            what: 'entries: the first that matches decides, and their order is another',
          },
        ]),
  ];
};

export const changesText = (changes: readonly PolicyChange[]): string =>
  changes.map(({ kind, what }) => `  ${kind.padEnd(7)}  ${safe(what)}`).join('\n');

const change = (kind: PolicyChange['kind'], name: string, keys: readonly string[] = []): PolicyChange => ({
  kind,
  what: `entry ${JSON.stringify(name)}${keys.length === 0 ? '' : `: ${keys.join(', ')}`}`,
});

/** By name; names are unique in a policy. */
const entriesOf = (document: unknown): ReadonlyMap<string, unknown> => {
  const { entries } = asMapping(document);
  return new Map(
    (Array.isArray(entries) ? entries : []).map((entry) => [String(asMapping(entry).name), entry]),
  );
};

const changedKeys = (from: unknown, to: unknown): readonly string[] => {
  const [before, after] = [asMapping(from), asMapping(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
};

const howChanged = (key: string, was: unknown, is: unknown): string =>
  typeof was === 'string' && typeof is === 'string' ? `${key} ${was} -> ${is}` : key;

const asMapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
