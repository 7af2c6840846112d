/**
 * What can be made to go wrong. Rules are set in code or over the admin route; whether a rule hits is
 * drawn from a seeded generator, so that the same seed gives the same run.
 */
import { createRandom } from './random.ts';

/**
 * - `throttle`: refused with the service's throttling error; nothing happened.
 * - `error`: refused with `errorCode`, or an internal error; nothing happened.
 * - `timeout`: never answered; nothing happened.
 * - `drop-response`: it happened, but the connection is reset before the answer.
 */
export interface CallFault {
  readonly kind: 'throttle' | 'error' | 'timeout' | 'drop-response';
  /** As in a signature's scope: `ssm`, `config`, `sns`, `events`, `sqs`, `sts`, `s3`, `dynamodb`. */
  readonly service: string;
  readonly operation?: string;
  readonly account?: string;
  readonly region?: string;
  /** Share of the matching calls that it hits, 0 to 1. Default 1. */
  readonly probability?: number;
  /** After that many hits the rule is spent. Default: never. */
  readonly nextCalls?: number;
  /** The code that `error` answers with. */
  readonly errorCode?: string;
  /** Its message. Default: that a fault rule set it. */
  readonly message?: string;
}

/** A Region that is not enabled in an account: no service there knows credentials that are good elsewhere. */
export interface RegionFault {
  readonly kind: 'region-off';
  readonly account: string;
  readonly region: string;
}

/** Happens to an event on its way from a bus to one target. */
export interface EventFault {
  readonly kind: 'lose' | 'double' | 'delay' | 'reorder';
  /** Share of the events that it hits, 0 to 1. Default 1. */
  readonly share?: number;
  /** `delay`: that long; `double`: the copy comes up to so much later; `reorder`: up to that long. Default 30,000. */
  readonly delayMs?: number;
  /** Only events of this detail-type. */
  readonly detailType?: string;
}

export type Fault = CallFault | RegionFault | EventFault;

export interface CallPlace {
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
}

export interface Faults {
  /** Returns the rule's id. */
  add(fault: Fault): string;
  list(): readonly (Fault & { readonly id: string })[];
  /** False when there was no such rule. */
  remove(id: string): boolean;
  clear(): void;
  /** The first call rule that hits this call, if any; counts the hit. */
  forCall(place: CallPlace): CallFault | undefined;
  /** When the copies of an event arrive, ms from now: `[0]` as a rule, `[]` when it is lost. */
  forEvent(detailType: string): readonly number[];
  /** A number in [0, 1) from the seeded generator. */
  random(): number;
}

const EVENT_KINDS: ReadonlySet<string> = new Set(['lose', 'double', 'delay', 'reorder']);
const CALL_KINDS: ReadonlySet<string> = new Set(['throttle', 'error', 'timeout', 'drop-response']);
const DELAY_DEFAULT_MS = 30_000;

const isEventFault = (fault: Fault): fault is EventFault => EVENT_KINDS.has(fault.kind);

export const createFaults = (seed: number): Faults => {
  const random = createRandom(seed);
  const rules = new Map<string, { readonly fault: Fault; hits: number }>();
  let lastId = 0;
  return {
    random,
    add: (fault) => {
      lastId += 1;
      const id = `fault-${lastId}`;
      rules.set(id, { fault, hits: 0 });
      return id;
    },
    list: () => [...rules].map(([id, { fault }]) => ({ ...fault, id })),
    remove: (id) => rules.delete(id),
    clear: () => rules.clear(),
    forCall: (place) => {
      for (const [id, rule] of rules) {
        const { fault } = rule;
        if (isRegionFault(fault)) {
          if (isAt(fault, place)) return strangerAt(place);
          continue;
        }
        if (isEventFault(fault) || !concerns(fault, place) || !hits(fault.probability, random)) continue;
        rule.hits += 1;
        if (fault.nextCalls !== undefined && rule.hits >= fault.nextCalls) rules.delete(id);
        return fault;
      }
      return undefined;
    },
    forEvent: (detailType) => {
      let arrivals: readonly number[] = [0];
      for (const { fault } of rules.values()) {
        if (!isEventFault(fault) || (fault.detailType ?? detailType) !== detailType) continue;
        if (hits(fault.share, random)) arrivals = disturb(arrivals, fault, random);
      }
      return arrivals;
    },
  };
};

const isRegionFault = (fault: Fault): fault is RegionFault => fault.kind === 'region-off';

const isAt = ({ account, region }: RegionFault, place: CallPlace): boolean =>
  account === place.account && region === place.region;

/** As AWS answers in its query protocol; over JSON the same error has a longer name. */
const strangerAt = ({ service }: CallPlace): CallFault => ({
  kind: 'error',
  service,
  errorCode: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
});

const concerns = (fault: CallFault, place: CallPlace): boolean =>
  fault.service === place.service &&
  (fault.operation ?? place.operation) === place.operation &&
  (fault.account ?? place.account) === place.account &&
  (fault.region ?? place.region) === place.region;

/** Certain rules draw nothing, so that adding one does not change what the others draw. */
const hits = (share: number | undefined, random: () => number): boolean =>
  share === undefined || share >= 1 || random() < share;

const disturb = (arrivals: readonly number[], fault: EventFault, random: () => number): readonly number[] => {
  const delayMs = fault.delayMs ?? DELAY_DEFAULT_MS;
  const upToDelayMs = (): number => Math.floor(random() * delayMs);
  switch (fault.kind) {
    case 'lose':
      return [];
    case 'double':
      return [...arrivals, ...arrivals.map((ms) => ms + upToDelayMs())];
    case 'delay':
      return arrivals.map((ms) => ms + delayMs);
    case 'reorder':
      return arrivals.map((ms) => ms + upToDelayMs());
    default:
      return unreachable(fault.kind);
  }
};

const unreachable = (kind: never): never => {
  throw new Error(`There is no event fault "${String(kind)}".`);
};

/** Checks a rule that came as JSON; returns the reason when it is none. */
export const faultProblem = (candidate: unknown): string | undefined => {
  if (typeof candidate !== 'object' || candidate === null) return 'a fault is a JSON object';
  const fault = candidate as Record<string, unknown>;
  const kind = String(fault.kind);
  if (kind === 'region-off') return regionFaultProblem(fault);
  if (!EVENT_KINDS.has(kind) && !CALL_KINDS.has(kind)) {
    return `kind must be one of ${[...CALL_KINDS, ...EVENT_KINDS, 'region-off'].join(', ')}`;
  }
  if (CALL_KINDS.has(kind) && typeof fault.service !== 'string') return 'service must be a string';
  for (const name of ['probability', 'share', 'nextCalls', 'delayMs']) {
    const value = fault[name];
    if (value !== undefined && (typeof value !== 'number' || !(value >= 0)))
      return `${name} must be a number >= 0`;
  }
  for (const name of ['operation', 'account', 'region', 'errorCode', 'message', 'detailType']) {
    if (fault[name] !== undefined && typeof fault[name] !== 'string') return `${name} must be a string`;
  }
  return undefined;
};

const regionFaultProblem = (fault: Readonly<Record<string, unknown>>): string | undefined =>
  typeof fault.account === 'string' && typeof fault.region === 'string'
    ? undefined
    : 'account and region must be strings';
