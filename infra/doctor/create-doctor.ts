/**
 * Looks at everything that selfheal needs, at all lanes at once, and says what is wrong and how it is mended. One
 * lane's trouble never delays the others: each has its own patience, the whole has one too, and what was not
 * answered by then is told as unknown.
 */
import { setMaxListeners } from 'node:events';
import type { ConfigServiceClient } from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { judgeDocuments } from '../../domain/doctor/judge-documents.ts';
import { judgeHub } from '../../domain/doctor/judge-hub.ts';
import { judgeLane } from '../../domain/doctor/judge-lane.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import { runbooksWanted } from '../../domain/doctor/runbooks-wanted.ts';
import { type Diagnosis, diagnosisOf, type Trouble, unread } from '../../domain/doctor/trouble.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import { inParallel } from '../in-parallel.ts';
import { type Ask, askUntil } from './ask.ts';
import { type Credentials, type EntryOptions, enter, laneClients } from './lane-clients.ts';
import { listSources, type Source } from './list-lanes.ts';
import { readDocuments } from './read-documents.ts';
import { type HubOptions, readHub } from './read-hub.ts';
import { readLane } from './read-lane.ts';
import { readRules } from './read-rules.ts';

export interface Doctor {
  /** @param lanes the only ones to look at; otherwise all that Config's aggregators know, and the hub. */
  examine(lanes?: readonly Lane[]): Promise<Diagnosis>;
}

export interface DoctorOptions {
  readonly hub: HubOptions;
  readonly entry: EntryOptions;
  /** In the hub: knows the aggregators. */
  readonly config: ConfigServiceClient;
  readonly catalog: Catalog;
  /** Another place than AWS itself. */
  readonly endpoint?: string;
  readonly patience?: DoctorPatience;
}

export interface DoctorPatience {
  readonly wholeMsMax: number;
  /** For entering an account, and for what is asked in one of its Regions. */
  readonly placeMsMax: (account: string, region?: string) => number;
}

/** A little less than the 30 s that an HTTP API gives an answer. */
const PATIENCE: DoctorPatience = { wholeMsMax: 25_000, placeMsMax: () => 8_000 };
const LANES_AT_ONCE = 40;

export const createDoctor = (options: DoctorOptions): Doctor => ({
  examine: async (only) => {
    const look = beginLook(options.patience ?? PATIENCE);
    const [hub, { sources, troubles }] = await Promise.all([
      only === undefined ? readHub(options.hub, look.ask) : undefined,
      examineLanes(options, look, only),
    ]);
    return diagnosisOf([...(hub === undefined ? [] : judgeHub(hub)), ...troubles], {
      lanes: sources.length,
      checks: look.checks(),
      notChecked: NOT_CHECKED,
    });
  },
});

/** One look around: how long it may take, and what was asked in it. */
interface Look {
  readonly ask: Ask;
  readonly askAt: (account: string, region?: string) => Ask;
  readonly checks: () => number;
}

const beginLook = ({ wholeMsMax, placeMsMax }: DoctorPatience): Look => {
  const whole = AbortSignal.timeout(wholeMsMax);
  // Every question that is out listens to it.
  setMaxListeners(0, whole);
  let checks = 0;
  const asked = (): void => {
    checks += 1;
  };
  return {
    ask: askUntil(whole, asked),
    askAt: (...place) => askUntil(AbortSignal.any([whole, AbortSignal.timeout(placeMsMax(...place))]), asked),
    checks: () => checks,
  };
};

const examineLanes = async (
  options: DoctorOptions,
  look: Look,
  only: readonly Lane[] | undefined,
): Promise<{ readonly sources: readonly Source[]; readonly troubles: readonly Trouble[] }> => {
  const listed = only === undefined ? await listSources(options.config, look.ask) : sourcesOf(only);
  const sources = listed.ok ? listed.value : [];
  const entered = enteredOnce((account) => enter(options.entry, account, look.askAt(account)));
  const examined = await inParallel(sources, LANES_AT_ONCE, async ({ lane }) =>
    examineLane(options, lane, await entered(lane.account), look.askAt(lane.account, lane.region)),
  );
  const documents = await examineDocuments(options, examined, look.ask);
  return {
    sources,
    troubles: [...listTroubles(listed), ...examined.flatMap(({ troubles }) => troubles), ...documents],
  };
};

const sourcesOf = (lanes: readonly Lane[]): Reading<readonly Source[]> => ({
  ok: true,
  value: lanes.map((lane) => ({ lane })),
});

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
  { endpoint }: DoctorOptions,
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
  { catalog, endpoint, hub }: DoctorOptions,
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
      const wanted = runbooksWanted(rules.value, lane, catalog, hub.policy());
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
        what: 'Config has no aggregator here that knows of any account: no lane was looked at',
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

const NOT_CHECKED: readonly string[] = [
  "whether an account lets in the hub's other functions: it trusts all of their roles in one list; who is not let in says so in the case",
  'runbooks for rules that a Region has in other accounts than the one that was asked; a start without its runbook fails with that reason in its case',
  'the roles that runbooks act with: selfheal may not read IAM; the member stack makes them together with the role it enters by, and a start without its role fails with that reason in its case',
];
