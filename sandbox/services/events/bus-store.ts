/** Event buses, their rules and targets; patterns are compiled once and kept beside the tables. */
import { AwsError, type Table, type World } from '../../service.ts';
import { compileEventPattern, type EventMatcher } from './event-pattern.ts';

export interface BusRecord {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly createdMs: number;
  readonly description?: string;
  /** JSON: who from elsewhere may do what on this bus. */
  readonly policy?: string;
}

export interface Target {
  readonly Id: string;
  readonly Arn: string;
  /** Sent in place of the event. */
  readonly Input?: string;
  readonly RoleArn?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
}

export interface RuleRecord {
  readonly account: string;
  readonly region: string;
  readonly bus: string;
  readonly name: string;
  /** It has a pattern, a schedule, or both. */
  readonly pattern?: string;
  /** `rate(1 minute)`; on the default bus only. */
  readonly schedule?: string;
  readonly state: string;
  readonly description?: string;
  readonly roleArn?: string;
  readonly targets: readonly Target[];
}

export interface ActiveRule {
  readonly record: RuleRecord;
  readonly matches: EventMatcher;
}

export interface BusPlace {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export const DEFAULT_BUS = 'default';

export const busKey = ({ account, region, name }: BusPlace): string => `${account}/${region}/${name}`;

export const busArn = ({ account, region, name }: BusPlace): string =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;

export const ruleArn = ({
  account,
  region,
  bus,
  name,
}: Pick<RuleRecord, 'account' | 'region' | 'bus' | 'name'>): string =>
  `arn:aws:events:${region}:${account}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`;

/** Undefined when the ARN is not a bus's. */
export const busOfArn = (arn: string): BusPlace | undefined => {
  const [, region, account, name] =
    /^arn:[\w-]+:events:([^:]+):(\d{12}):event-bus\/([\w./-]+)$/.exec(arn) ?? [];
  return region && account && name ? { account, region, name } : undefined;
};

/** A bus as callers name it: by name, by ARN, or not at all for the default one. */
export const placeOf = (
  nameOrArn: string | undefined,
  { account, region }: Omit<BusPlace, 'name'>,
): BusPlace => busOfArn(nameOrArn ?? '') ?? { account, region, name: nameOrArn ?? DEFAULT_BUS };

export class BusStore {
  readonly #buses: Table<BusRecord>;
  readonly #rules: Table<RuleRecord>;
  /** By bus, then by name. */
  readonly #active = new Map<string, Map<string, ActiveRule>>();

  constructor(world: World) {
    this.#buses = world.table('events-buses');
    this.#rules = world.table('events-rules');
    for (const record of this.#rules.values()) this.#activate(record);
  }

  /** The default bus of every account and Region is always there. */
  findBus(place: BusPlace): BusRecord | undefined {
    const found = this.#buses.get(busKey(place));
    return found ?? (place.name === DEFAULT_BUS ? { ...place, createdMs: 0 } : undefined);
  }

  bus(place: BusPlace): BusRecord {
    const found = this.findBus(place);
    if (found === undefined) throw notFound(`Event bus ${place.name} does not exist.`);
    return found;
  }

  busesOf(account: string, region: string): BusRecord[] {
    const own = [...this.#buses.values()].filter(
      (bus) => bus.account === account && bus.region === region && bus.name !== DEFAULT_BUS,
    );
    return [this.bus({ account, region, name: DEFAULT_BUS }), ...own];
  }

  putBus(record: BusRecord): void {
    this.#buses.put(busKey(record), record);
  }

  deleteBus(place: BusPlace): void {
    this.#buses.delete(busKey(place));
  }

  allRules(): IterableIterator<RuleRecord> {
    return this.#rules.values();
  }

  rulesOn(place: BusPlace): ActiveRule[] {
    return [...(this.#active.get(busKey(place))?.values() ?? [])];
  }

  findRule(place: BusPlace, name: string): RuleRecord | undefined {
    return this.#active.get(busKey(place))?.get(name)?.record;
  }

  rule(place: BusPlace, name: string): RuleRecord {
    const found = this.findRule(place, name);
    if (found === undefined) throw notFound(`Rule ${name} does not exist on EventBus ${place.name}.`);
    return found;
  }

  putRule(record: RuleRecord): void {
    this.#activate(record);
    this.#rules.put(`${busKey({ ...record, name: record.bus })}/${record.name}`, record);
  }

  deleteRule(record: RuleRecord): void {
    const key = busKey({ ...record, name: record.bus });
    this.#active.get(key)?.delete(record.name);
    this.#rules.delete(`${key}/${record.name}`);
  }

  #activate(record: RuleRecord): void {
    const key = busKey({ ...record, name: record.bus });
    const rules = this.#active.get(key) ?? new Map<string, ActiveRule>();
    this.#active.set(key, rules);
    const before = rules.get(record.name);
    const matches =
      before !== undefined && before.record.pattern === record.pattern ? before.matches : matcherOf(record);
    rules.set(record.name, { record, matches });
  }
}

const matcherOf = ({ pattern }: RuleRecord): EventMatcher =>
  pattern === undefined ? () => false : compileEventPattern(pattern);

const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
