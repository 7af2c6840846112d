/**
 * What people name when they stop something. They type it in a hurry, and a name that is slightly wrong would stop
 * nothing: so names are compared without case, and a rule is found by each of its names.
 */
import type { Catalog } from './catalog/catalog.ts';
import { didYouMean } from './policy/did-you-mean.ts';
import type { StopSwitch } from './stop-switch.ts';
import { type Instant, minuteMs, plusMs } from './time.ts';

export type StopScope = StopSwitch['scope'];
type NamedScope = Extract<StopScope, { readonly name: string }>;

/** What a stop switch is set for, and whether the catalog knows it. */
export interface KnownScope extends Pick<StopSwitch, 'scope' | 'aliases'> {
  /** False of a name that the catalog does not know: it may be that of a rule of one's own, or a typo. */
  readonly inCatalog: boolean;
}

/**
 * The scope as the catalog writes it, with the rule's other names. What it does not know stays as it is written;
 * so does a rule's name with what Security Hub or a conformance pack added: it means that one rule alone.
 *
 * @example
 * const served = { identifier: 'INCOMING_SSH_DISABLED', name: 'restricted-ssh' };
 * const catalog = { runbooks: [{ rules: [served] }], guides: [] };
 * knownScope({ kind: 'rule', name: 'RESTRICTED-ssh' }, catalog)
 * // { scope: { kind: 'rule', name: 'INCOMING_SSH_DISABLED' }, aliases: ['restricted-ssh'], inCatalog: true }
 */
export const knownScope = (scope: StopScope, catalog: Catalog): KnownScope => {
  if (scope.kind === 'everything' || scope.kind === 'account') return { scope, inCatalog: true };
  const { kind, name } = scope;
  if (kind === 'runbook') {
    const document = catalog.runbooks.find((each) => isSame(each.document, name))?.document;
    return document === undefined
      ? { scope, inCatalog: false }
      : { scope: { kind, name: document }, inCatalog: true };
  }
  const rules = rulesOf(catalog);
  const identifier = rules.find(
    (rule) => isSame(rule.identifier, name) || isSame(rule.name, name),
  )?.identifier;
  if (identifier === undefined) return { scope, inCatalog: false };
  const aliases = new Set(rules.filter((rule) => rule.identifier === identifier).map((rule) => rule.name));
  return { scope: { kind, name: identifier }, aliases: [...aliases], inCatalog: true };
};

/** The catalog's name that may have been meant, if one is near enough. */
export const meantBy = ({ kind, name }: NamedScope, catalog: Catalog): string | undefined => {
  if (kind === 'account') return undefined;
  if (kind === 'runbook')
    return didYouMean(
      name,
      catalog.runbooks.map(({ document }) => document),
    );
  const isIdentifier = name === name.toUpperCase();
  const rules = rulesOf(catalog);
  return didYouMean(
    name,
    rules.map((rule) => (isIdentifier ? rule.identifier : rule.name)),
  );
};

/** The switch that is set for this scope, by whichever of its names. */
export const setFor = (
  stops: readonly StopSwitch[],
  { scope, aliases = [] }: Pick<StopSwitch, 'scope' | 'aliases'>,
): StopSwitch | undefined =>
  stops.find((stop) => {
    if (stop.scope.kind === 'everything' || scope.kind === 'everything')
      return stop.scope.kind === scope.kind;
    const names = [scope.name, ...aliases];
    const own = [stop.scope.name, ...(stop.aliases ?? [])];
    return stop.scope.kind === scope.kind && own.some((one) => names.some((other) => isSame(one, other)));
  });

/**
 * What a switch becomes when somebody stops the same again: who stopped first and since when stays, and both reasons
 * are told. Of very many the first and the last stay.
 */
export const stoppedAgain = (first: StopSwitch, again: StopSwitch): StopSwitch => ({
  ...again,
  scope: first.scope,
  who: first.who,
  since: first.since,
  reason: bothReasons(first, again),
  ...(first.cancelRunning && { cancelRunning: true, cancelSince: first.cancelSince ?? first.since }),
  ...(again.cancelRunning && { cancelRunning: true, cancelSince: again.since }),
});

const bothReasons = (first: StopSwitch, { who, since, reason }: StopSwitch): string => {
  if (first.who === who && first.reason === reason) return reason;
  const last = `${who} at ${since}: ${reason}`;
  const both = `${first.reason}; ${last}`;
  if (both.length <= REASON_LENGTH_MAX) return both;
  return `${first.reason.slice(0, REASON_LENGTH_MAX - last.length - ELLIPSIS.length)}${ELLIPSIS}${last}`;
};

/** What is remembered of a switch that somebody takes off. */
export const liftedStop = (
  { scope, aliases, who, since, reason }: StopSwitch,
  by: string,
  at: Instant,
): LiftedStop => ({
  scope,
  ...(aliases && { aliases }),
  at,
  by,
  set: { who, since, reason: reason.slice(0, KEPT_REASON_LENGTH_MAX) },
});

/**
 * Switches that were taken off not long ago, with the newest: at most twenty, and of those of the last minutes more,
 * since whoever keeps the journal has perhaps not seen them yet.
 */
export const liftedLately = (
  lifted: readonly LiftedStop[],
  newest: LiftedStop,
  oldest: Instant,
): readonly LiftedStop[] => {
  const all = [...lifted.filter(({ at }) => at >= oldest), newest];
  const fresh = all.filter(({ at }) => at >= plusMs(newest.at, -FRESH_MS)).length;
  return all.slice(-Math.max(LIFTED_MAX, Math.min(fresh, FRESH_LIFTED_MAX)));
};

/** A switch that was taken off: what it held is let go. */
export interface LiftedStop extends Pick<StopSwitch, 'scope' | 'aliases'> {
  readonly at: Instant;
  /** Who took it off. */
  readonly by?: string;
  /** Who had set it, when and why: it may have come and gone while nobody looked. */
  readonly set?: Pick<StopSwitch, 'who' | 'since' | 'reason'>;
}

const rulesOf = (catalog: Catalog) => [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) => rules);

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const ELLIPSIS = ' … ';
const REASON_LENGTH_MAX = 4_000;
/** They stand in the control item, which every start reads. */
const LIFTED_MAX = 20;
const FRESH_LIFTED_MAX = 100;
const FRESH_MS = 15 * minuteMs;
const KEPT_REASON_LENGTH_MAX = 300;
