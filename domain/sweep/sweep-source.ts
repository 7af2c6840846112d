/** What a sweep needs of AWS Config. Every call throws `PortError` when Config does not answer as it should. */
import type { Evaluation } from '../case/case.ts';
import type { Lane } from '../finding.ts';
import type { SweepTrouble } from './sweep-report.ts';

/** One result of a rule, or what is wrong with what Config told in its place. */
export type SweptResult =
  | {
      readonly kind: 'result';
      readonly resourceType: string;
      readonly resourceId: string;
      readonly evaluation: Evaluation;
    }
  | { readonly kind: 'malformed'; readonly error: unknown };

export interface Gathered {
  /** What the aggregators gather from, each lane once. */
  readonly lanes: readonly GatheredLane[];
  /** What of the aggregators could not be read. */
  readonly troubles: readonly SweepTrouble[];
}

export interface GatheredLane {
  readonly lane: Lane;
  /** The aggregator that knows it; absent when none has news of it, so that it must be asked itself. */
  readonly aggregator?: string;
}

export interface SweepSource {
  gathered(): Promise<Gathered>;
  /** Names of the rules with NON_COMPLIANT results, by lane id, as the aggregator knows them. */
  aggregatedRules(aggregator: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** NON_COMPLIANT results as the aggregator knows them, page by page. */
  aggregatedResults(aggregator: string, lane: Lane, rule: string): AsyncIterable<readonly SweptResult[]>;
  /** Names of the rules with NON_COMPLIANT results, asked in the account. */
  rules(lane: Lane): Promise<readonly string[]>;
  /** NON_COMPLIANT results, asked in the account, page by page. */
  results(lane: Lane, rule: string): AsyncIterable<readonly SweptResult[]>;
}
