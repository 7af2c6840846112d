/** Looks at accounts and Regions, many at once; each by itself, so that the trouble of one is no other's. */
import type { ConfigServiceClient } from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { judgeDocuments } from '../../domain/doctor/judge-documents.ts';
import { judgeLane } from '../../domain/doctor/judge-lane.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import { runbooksWanted } from '../../domain/doctor/runbooks-wanted.ts';
import { type Trouble, unread } from '../../domain/doctor/trouble.ts';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import type { Ask } from './ask.ts';
import { type Credentials, type EntryOptions, enter, laneClients } from './lane-clients.ts';
import { listSources, type Source } from './list-lanes.ts';
import type { Look } from './look.ts';
import { readDocuments } from './read-documents.ts';
import { readLane } from './read-lane.ts';
import { readRules } from './read-rules.ts';

export interface LanesOptions {
  readonly entry: EntryOptions;
  /** In the hub: knows the aggregators. */
  readonly config: ConfigServiceClient;
  /** Lanes that are looked after although no aggregator may gather from them: the hub's own, and so on. */
  readonly others: () => Promise<readonly Lane[]>;
  readonly catalog: Catalog;
  /** Another place than AWS itself. */
  readonly endpoint?: string;
}

export interface ExaminedLanes {
  /** How many were looked at. */
  readonly lanes: number;
  readonly troubles: readonly Trouble[];
}

/**
 * @param book the policy in force; without one no runbooks are looked for
 * @param only the only lanes to look at; otherwise all that are looked after
 */
export const examineLanes = async (
  options: LanesOptions,
  book: PolicyBook | undefined,
  look: Look,
  only: readonly Lane[] | undefined,
): Promise<ExaminedLanes> => {
  const [listed, others] =
    only === undefined
      ? await Promise.all([
          listSources(options.config, look.ask),
          look.ask('dynamodb:GetItem', async () => sourcesOf(await options.others())),
        ])
      : [known(sourcesOf(only)), known([])];
  const sources = eachOnce([...(others.ok ? others.value : []), ...(listed.ok ? listed.value : [])]);
  const entered = enteredOnce((account) => enter(options.entry, account, look.askAt(account)));
  const examined = await inParallel(sources, LANES_AT_ONCE, async ({ lane }) =>
    examineLane(options, lane, await entered(lane.account), look.askAt(lane.account, lane.region)),
  );
  const documents = book === undefined ? [] : await examineDocuments(options, book, examined, look.ask);
  return {
    lanes: sources.length,
    troubles: [
      ...listTroubles(listed),
      ...(others.ok ? [] : [unread('lanes that no aggregator gathers from', others, 'selfheal doctor')]),
      ...examined.flatMap(({ troubles }) => troubles),
      ...documents,
    ],
  };
};

const sourcesOf = (lanes: readonly Lane[]): readonly Source[] => lanes.map((lane) => ({ lane }));

const known = (sources: readonly Source[]): Reading<readonly Source[]> => ({ ok: true, value: sources });

const eachOnce = (sources: readonly Source[]): readonly Source[] => [
  ...new Map(sources.map((source) => [laneId(source.lane), source])).values(),
];

/** Accounts are entered once, however many of their lanes there are. */
const enteredOnce = <T>(enterAccount: (account: string) => Promise<T>): ((account: string) => Promise<T>) => {
  const entered = new Map<string, Promise<T>>();
  return (account) => {
    const known = entered.get(account);
    if (known !== undefined) return known;
    const entering = enterAccount(account);
    entered.set(account, entering);
    return entering;
  };
};

interface Examined {
  readonly lane: Lane;
  readonly troubles: readonly Trouble[];
  /** There when the lane lets us in and answers. */
  readonly credentials?: Credentials;
}

const examineLane = async (
  { endpoint }: LanesOptions,
  lane: Lane,
  entry: Reading<Credentials>,
  ask: Ask,
): Promise<Examined> => {
  if (!entry.ok) return { lane, troubles: judgeLane({ lane, entry }) };
  const clients = laneClients(lane, entry.value, endpoint);
  try {
    const facts = await readLane(lane, clients, ask);
    return { lane, troubles: judgeLane(facts), ...(facts.recorders?.ok ? { credentials: entry.value } : {}) };
  } finally {
    clients.close();
  }
};

/** Each Region is asked once, in the first lane of it that answers, for what the rules there can lead to. */
const examineDocuments = async (
  { catalog, endpoint }: LanesOptions,
  book: PolicyBook,
  examined: readonly Examined[],
  ask: Ask,
): Promise<readonly Trouble[]> => {
  const regions = new Map<string, { readonly lane: Lane; readonly credentials: Credentials }>();
  for (const { lane, credentials } of examined)
    if (credentials !== undefined && !regions.has(lane.region))
      regions.set(lane.region, { lane, credentials });
  const troubles = await inParallel([...regions], LANES_AT_ONCE, async ([region, { lane, credentials }]) => {
    const clients = laneClients(lane, credentials, endpoint);
    try {
      const rules = await readRules(clients.config, ask);
      if (!rules.ok) return [unread(laneId(lane), rules, `selfheal doctor --lane ${laneId(lane)}`)];
      const wanted = runbooksWanted(rules.value, lane, catalog, book);
      return judgeDocuments(region, await readDocuments(clients.ssm, wanted, ask));
    } finally {
      clients.close();
    }
  });
  return troubles.flat();
};

const listTroubles = (listed: Reading<readonly Source[]>): readonly Trouble[] => {
  if (!listed.ok) return [unread('aggregator', listed, 'selfheal doctor')];
  if (listed.value.length === 0)
    return [
      {
        severity: 'unknown',
        where: 'aggregator',
        what: 'Config has no aggregator here that knows of any account: only lanes that are known otherwise were looked at',
        mend: 'make an aggregator of the organization (docs/deploy.md), or name lanes: selfheal doctor --lane ACCOUNT/REGION',
      },
    ];
  return listed.value.flatMap(({ lane, failure }) =>
    failure === undefined
      ? []
      : [
          {
            severity: 'risk' as const,
            where: laneId(lane),
            what: `the aggregator hears nothing from there: ${failure}`,
            mend: `authorize it there: aws configservice put-aggregation-authorization … --region ${lane.region}`,
          },
        ],
  );
};

const LANES_AT_ONCE = 40;
