/**
 * Reads what Config has recorded of many resources, their tags and their names, with few queries. What is asked of one account and Region within a moment
 * goes out as one query, and an answer is used again for three seconds, so that a finding's intake and the
 * checks right before its start ask once.
 *
 *     read(a) ─▶ moment ─▶ SELECT … WHERE resourceId IN ('a', 'b') ─▶ a, b answered, good for 3 s
 *          read(b) ─┘
 *
 * Three seconds are what the stop switch's answer may be old at a start; Config itself learns of a changed
 * tag later than that. An error is told to those who asked and is never kept.
 */
import type {
  SelectResourceConfigCommandInput,
  SelectResourceConfigCommandOutput,
} from '@aws-sdk/client-config-service';
import { type Lane, laneId } from '../../domain/finding.ts';
import { PortError } from '../../domain/ports.ts';
import { epochMs, type Instant, secondMs } from '../../domain/time.ts';
import { hasCode } from '../aws-errors.ts';

export type Tags = Readonly<Record<string, string>>;

/** Of a resource's configuration item. */
export interface RecordedFacts {
  readonly tags: Tags;
  readonly resourceName?: string;
  readonly arn?: string;
}

export interface TagReaderOptions {
  /** One page of SelectResourceConfig. */
  readonly select: (
    lane: Lane,
    input: SelectResourceConfigCommandInput,
  ) => Promise<Pick<SelectResourceConfigCommandOutput, 'Results' | 'NextToken'>>;
  readonly now: () => Instant;
  /** Over when others have had the time to ask as well. Default: 20 ms. */
  readonly moment?: () => Promise<void>;
}

/** @throws PortError when Config has no row of the resource: nothing is known of it then, which is not none. */
type ReadRecorded<T> = (lane: Lane, resourceType: string, resourceId: string) => Promise<T>;
export type ReadTags = ReadRecorded<Tags>;

export interface RecordedReader {
  readonly tags: ReadTags;
  /** Undefined of what Config evaluates without recording it. */
  readonly facts: ReadRecorded<RecordedFacts | undefined>;
}

export const createRecordedReader = ({ select, now, moment = aMoment }: TagReaderOptions): RecordedReader => {
  const answers = new Map<string, { readonly facts: Answer; readonly askedAt: Instant }>();
  const open = new Map<string, Batch>();

  const query = async (lane: Lane, ids: Iterable<string>): Promise<Found> => {
    const found = new Map<string, RecordedFacts>();
    const Expression = expressionFor(ids);
    let token: string | undefined;
    do {
      const page = await select(lane, {
        Expression,
        Limit: RESULTS_MAX,
        ...(token ? { NextToken: token } : {}),
      });
      for (const row of page.Results ?? []) {
        const { resourceType, resourceId, tags, resourceName, arn } = JSON.parse(row) as Row;
        found.set(rowKey(resourceType, resourceId), {
          tags: tagsOf(tags),
          ...(resourceName === undefined ? {} : { resourceName }),
          ...(arn === undefined ? {} : { arn }),
        });
      }
      token = page.NextToken;
    } while (token);
    return found;
  };

  const begin = (lane: Lane): Batch => {
    const ids = new Set<string>();
    const batch: Batch = {
      ids,
      chars: expressionFor([]).length,
      found: moment().then(() => {
        if (open.get(laneId(lane)) === batch) open.delete(laneId(lane));
        return query(lane, ids);
      }),
    };
    open.set(laneId(lane), batch);
    return batch;
  };

  /** The batch that this id can still join; one that is full goes out by itself. */
  const join = (lane: Lane, id: string): Batch => {
    const current = open.get(laneId(lane));
    const batch = current && fits(current, id) ? current : begin(lane);
    if (!batch.ids.has(id)) batch.chars += quotedChars(id);
    batch.ids.add(id);
    return batch;
  };

  const ask = async (lane: Lane, resourceType: string, resourceId: string): Answer => {
    const { ids, found } = join(lane, resourceId);
    const answer = await found.catch((error: unknown) => {
      // One id among them may be what Config cannot read: then each is asked for alone.
      if (ids.size === 1 || !hasCode(error, 'InvalidExpressionException')) throw error;
      return query(lane, [resourceId]);
    });
    const facts = answer.get(rowKey(resourceType, resourceId));
    if (facts === undefined && !WITHOUT_ITEM.has(resourceType)) throw notIndexed(resourceType, resourceId);
    return facts;
  };

  const remember = (key: string, facts: Answer): Answer => {
    const answer = { facts, askedAt: now() };
    answers.delete(key);
    answers.set(key, answer);
    const [oldest] = answers.keys();
    if (answers.size > ANSWERS_MAX && oldest !== undefined) answers.delete(oldest);
    facts.catch(() => {
      if (answers.get(key) === answer) answers.delete(key);
    });
    return facts;
  };

  const read: RecordedReader['facts'] = async (lane, resourceType, resourceId) => {
    if (!isQuotable(resourceId)) throw unsafeResourceId();
    const key = JSON.stringify([laneId(lane), resourceType, resourceId]);
    const known = answers.get(key);
    const isFresh = known && epochMs(now()) - epochMs(known.askedAt) <= ANSWER_GOOD_MS;
    return isFresh ? known.facts : remember(key, ask(lane, resourceType, resourceId));
  };
  return { facts: read, tags: async (...asked) => (await read(...asked))?.tags ?? {} };
};

/** Config's query language has no parameters: what would end or bend a quoted value is not asked for. */
export const isQuotable = (resourceId: string): boolean => /^[^'\\\p{Cc}]{1,768}$/u.test(resourceId);

export const unsafeResourceId = (): PortError =>
  new PortError(
    'terminal',
    'UnsafeResourceId',
    'config:SelectResourceConfig',
    'the resource id cannot be quoted safely in a query',
  );

/** Right after a resource was made, or while its index lags behind, Config evaluates what it cannot select yet. */
export const notIndexed = (resourceType: string, resourceId: string): PortError =>
  new PortError(
    'transient',
    'ResourceNotIndexed',
    'config:SelectResourceConfig',
    `Config has no configuration item of ${resourceType} ${resourceId} to select; check that its recorder records this type`,
  );

/** Config evaluates these and keeps no configuration item of them. */
const WITHOUT_ITEM: ReadonlySet<string> = new Set(['AWS::::Account']);

interface Batch {
  readonly ids: Set<string>;
  /** Of the expression that asks for them. */
  chars: number;
  readonly found: Promise<Found>;
}

type Found = ReadonlyMap<string, RecordedFacts>;
type Answer = Promise<RecordedFacts | undefined>;

interface Row {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly tags?: readonly { readonly key: string; readonly value?: string }[];
  readonly resourceName?: string;
  readonly arn?: string;
}

const rowKey = (resourceType: string, resourceId: string): string => `${resourceType} ${resourceId}`;

const tagsOf = (tags: Row['tags'] = []): Tags =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value ?? '']));

const expressionFor = (ids: Iterable<string>): string =>
  `SELECT resourceId, resourceType, resourceName, arn, tags WHERE resourceId IN (${[...ids].map((id) => `'${id}'`).join(', ')})`;

const fits = ({ ids, chars }: Batch, id: string): boolean =>
  ids.has(id) || (ids.size < RESULTS_MAX && chars + quotedChars(id) <= EXPRESSION_CHARS_MAX);

/** With its quotes, the comma and the space. */
const quotedChars = (id: string): number => id.length + 4;

const aMoment = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, MOMENT_MS);
  });

const MOMENT_MS = 20;
const ANSWER_GOOD_MS = 3 * secondMs;
const ANSWERS_MAX = 1_000;
/** Limits of SelectResourceConfig. */
const EXPRESSION_CHARS_MAX = 4_096;
const RESULTS_MAX = 100;
