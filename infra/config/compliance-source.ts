/**
 * Compliance over AWS Config, lane by lane, counted to the last result. Each lane is asked itself; an aggregator
 * answers for one that cannot be, and that is told as trouble: it knows neither which rules err nor what does not
 * apply.
 *
 *     account ── does not answer ──> aggregator ── does not answer ──> trouble
 *        |                               |
 *     every rule, 8 at once ·····> every rule, 4 at once     (·· a name too long to be asked for)
 *        └── time is up: `unread`, to be asked for by name ──┘
 */
import { setMaxListeners } from 'node:events';
import type { ConfigServiceClient } from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { ComplianceSource } from '../../domain/compliance/compliance-source.ts';
import type { LaneCompliance } from '../../domain/compliance/lane-compliance.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import type { RecorderHealth } from '../../domain/health/recorder-health.ts';
import { type SweepTrouble, troubleOf } from '../../domain/sweep/sweep-report.ts';
import type { Gathered } from '../../domain/sweep/sweep-source.ts';
import type { Instant } from '../../domain/time.ts';
import { toPortError } from '../aws-errors.ts';
import { type Ask, askUntil } from '../doctor/ask.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { type KnownRule, type RulesRead, readAccount } from './account-compliance.ts';
import { countAggregated, readAggregate } from './aggregate-compliance.ts';
import { answered } from './answered.ts';
import { NAMED_CHARS_MAX, roomFor } from './tally.ts';

export interface ComplianceSourceOptions {
  /** In the hub: knows the aggregators. */
  readonly config: ConfigServiceClient;
  readonly members: Pick<MemberClients, 'config'>;
  readonly catalog: Pick<Catalog, 'rule'>;
  /** See `coveredLanes`. */
  readonly covered: () => Promise<Gathered>;
  readonly recorder: (lane: Lane) => Promise<RecorderHealth>;
  /** False: an aggregator counts rules with names too long to be asked for, and answers for no lane. */
  readonly standsIn?: boolean;
  readonly now: () => Instant;
  /** How long an answer may take. */
  readonly patience?: () => CompliancePatience;
}

export interface CompliancePatience {
  /** Aborted when the whole must come to its end. */
  readonly whole: AbortSignal;
  /** Aborted when an account that has not said which rules it has is taken for one that cannot be asked. */
  readonly first: AbortSignal;
}

/** An HTTP API gives an answer 30 s, of which a cold start may take 3. */
const usualPatience = (): CompliancePatience => ({
  whole: AbortSignal.timeout(22_000),
  first: AbortSignal.timeout(10_000),
});

export const createComplianceSource = (options: ComplianceSourceOptions): ComplianceSource => ({
  lanes: async () => {
    const { whole } = (options.patience ?? usualPatience)();
    const { lanes, troubles } = await coveredBy(
      options,
      askUntil(whole, () => undefined),
    );
    return { lanes: lanes.map(({ lane }) => lane), troubles };
  },

  read: async (lane, rules) => {
    const { whole, first } = (options.patience ?? usualPatience)();
    const either = AbortSignal.any([whole, first]);
    // Each call that is under way listens; a dozen are no leak.
    setMaxListeners(0, whole, either);
    const ask = askUntil(whole, () => undefined);
    const askFirst = askUntil(either, () => undefined);
    const isWanted = wantedBy(rules);
    const [recorder, read] = await Promise.all([
      recorderOf(options, lane),
      readRules(options, lane, isWanted, { ask, askFirst }),
    ]);
    return { lane, readAt: options.now(), recorder, ...read };
  },
});

/** A rule is meant by its name, with its decoration or without, and by its identifier. */
const wantedBy = (rules: readonly string[] | undefined): ((rule: KnownRule) => boolean) => {
  if (rules === undefined) return () => true;
  const wanted = new Set(rules);
  return ({ name, plainName, identifier }) =>
    wanted.has(name) || wanted.has(plainName) || (identifier !== undefined && wanted.has(identifier));
};

const recorderOf = async ({ recorder }: ComplianceSourceOptions, lane: Lane): Promise<RecorderHealth> => {
  try {
    return await recorder(lane);
  } catch (error) {
    return { lane, state: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
};

type Read = Pick<LaneCompliance, 'via'> & RulesRead;

const readRules = async (
  options: ComplianceSourceOptions,
  lane: Lane,
  isWanted: (rule: KnownRule) => boolean,
  asks: { readonly ask: Ask; readonly askFirst: Ask },
): Promise<Read> => {
  const room = roomFor(NAMED_CHARS_MAX);
  const inHub = options.config;
  let knowing: ReturnType<typeof aggregatorOf> | undefined;
  const elsewhere = async (rule: string) => {
    knowing ??= aggregatorOf(options, lane, asks.ask);
    const { aggregator } = await knowing;
    if (aggregator === undefined) return undefined;
    return countAggregated({ config: inHub, aggregator, lane, room, ask: asks.ask }, rule);
  };
  try {
    const config = options.members.config(lane);
    return { via: 'account', ...(await readAccount({ config, isWanted, room, elsewhere, ...asks })) };
  } catch (error) {
    const refused = troubleOf(toPortError(error, 'config:DescribeConfigRules'));
    if (options.standsIn === false) return { via: 'account', rules: [], unread: [], troubles: [refused] };
    const { troubles, ...told } = await readElsewhere(options, lane, { isWanted, room, ask: asks.ask });
    return { ...told, troubles: [refused, ...troubles] };
  }
};

const readElsewhere = async (
  options: ComplianceSourceOptions,
  lane: Lane,
  question: Pick<Parameters<typeof readAggregate>[0], 'isWanted' | 'room' | 'ask'>,
): Promise<Read> => {
  const nothing = (troubles: readonly SweepTrouble[]): Read => ({
    via: 'account',
    rules: [],
    unread: [],
    troubles,
  });
  try {
    const { config, catalog } = options;
    const { aggregator, troubles } = await aggregatorOf(options, lane, question.ask);
    if (aggregator === undefined) return nothing(troubles);
    return {
      via: 'aggregator',
      ...(await readAggregate({ ...question, config, aggregator, lane, catalog })),
    };
  } catch (error) {
    return nothing([troubleOf(toPortError(error, 'config:DescribeAggregateComplianceByConfigRules'))]);
  }
};

/** Who knows the lane, and whether that is sure. */
const aggregatorOf = async (
  options: ComplianceSourceOptions,
  lane: Lane,
  ask: Ask,
): Promise<{ readonly aggregator?: string; readonly troubles: readonly SweepTrouble[] }> => {
  const { lanes, troubles } = await coveredBy(options, ask);
  const aggregator = lanes.find((each) => laneId(each.lane) === laneId(lane))?.aggregator;
  return { troubles, ...(aggregator !== undefined && { aggregator }) };
};

/** A hub that does not answer in time is a trouble as any other. */
const coveredBy = async ({ covered }: ComplianceSourceOptions, ask: Ask): Promise<Gathered> => {
  const operation = 'config:DescribeConfigurationAggregators';
  try {
    return await answered(ask, operation, covered);
  } catch (error) {
    return { lanes: [], troubles: [troubleOf(toPortError(error, operation))] };
  }
};
