/** Asks selfheal for all that a compliance report tells of, lane by lane, some at once; it never leaves out a lane in silence. */
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { ControlsOfFramework } from '../../domain/compliance/by-framework.ts';
import type { LaneReading } from '../../domain/compliance/gate.ts';
import { lanesAsked, uncovered } from '../../domain/compliance/gate-lanes.ts';
import type { LaneCompliance } from '../../domain/compliance/lane-compliance.ts';
import type { LaneRecorded } from '../../domain/compliance/lane-recorded.ts';
import { mergeLane } from '../../domain/compliance/merge-lane.ts';
import type { Remediation } from '../../domain/compliance/remediation.ts';
import type { ComplianceReportInput, ComplianceScope, UnreadPart } from '../../domain/compliance/report.ts';
import { isMeant, namesOf } from '../../domain/compliance/rule-meant.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { lanesIn } from '../gate/answers.ts';
import type { Asker } from '../gate/asker.ts';
import { portionsOf } from '../gate/questions.ts';
import { readLane } from '../gate/read-lane.ts';
import { recordedIn, remediationIn } from './answers.ts';

export interface ReadOptions {
  readonly asker: Asker;
  readonly catalog: Catalog;
  readonly frameworks: readonly ControlsOfFramework[];
  /** Called when a lane is read. */
  readonly progress: (read: number, of: number) => void;
}

export type ComplianceRead = Omit<ComplianceReportInput, 'madeAt' | 'scope' | 'frameworks'>;

const LANES_AT_ONCE = 6;

/** Never throws: what could not be read is told in what was. */
export const readCompliance = async (
  scope: ComplianceScope,
  { asker, catalog, frameworks, progress }: ReadOptions,
): Promise<ComplianceRead> => {
  const remediation = await readRemediation(asker);
  const answer = await asker.get('/api/compliance/lanes');
  const covered = answer.ok ? lanesIn(answer.value) : answer;
  if (!covered.ok)
    return {
      ...NOTHING_READ,
      remediation,
      unreadLanes: [{ why: `which accounts and Regions there are: ${covered.why}` }],
    };
  const lanes = lanesAsked(scope, covered.value.lanes);
  const portions = portionsFor(scope, frameworks, catalog);
  const isWhole = scope.rules.length + scope.frameworks.length === 0;
  let read = 0;
  progress(read, lanes.length);
  const seen = await inParallel(lanes, LANES_AT_ONCE, async (lane) => {
    const readings: LaneReading[] = [];
    for (const portion of portions) readings.push(...(await readLane(lane, portion, asker)));
    const recorded = isWhole ? await readRecorded(lane, asker) : undefined;
    read += 1;
    progress(read, lanes.length);
    return { ...laneOf(lane, readings), recorded };
  });
  const compliance = seen.flatMap(({ compliance: one }) => one ?? []);
  return {
    lanes: compliance,
    listTroubles: covered.value.troubles,
    unreadLanes: [
      ...uncovered(scope, { troubles: [] }, covered.value.lanes).map(({ why }) => ({ why })),
      ...seen.flatMap(({ unread }) => unread),
      ...unknownRules(scope, compliance, catalog),
    ],
    remediation,
    ...(isWhole && { recorded: seen.flatMap(({ recorded }) => recorded ?? []) }),
  };
};

const NOTHING_READ = { lanes: [], listTroubles: [] } as const;

/** One portion without names: everything. */
const portionsFor = (
  { rules, frameworks: chosen }: ComplianceScope,
  frameworks: readonly ControlsOfFramework[],
  catalog: Catalog,
): readonly (readonly string[])[] =>
  rules.length + chosen.length === 0
    ? [[]]
    : portionsOf(
        {
          rules,
          frameworks: frameworks
            .filter(({ framework }) => chosen.includes(framework))
            .map(({ framework, rules: mapped }) => ({ name: framework, rules: Object.keys(mapped) })),
        },
        catalog,
      );

const laneOf = (
  lane: Lane,
  readings: readonly LaneReading[],
): { readonly compliance?: LaneCompliance; readonly unread: readonly UnreadPart[] } => {
  const [first, ...others] = readings.flatMap((reading) =>
    'compliance' in reading ? [reading.compliance] : [],
  );
  const unread = readings.flatMap((reading) =>
    'unread' in reading ? [{ lane: laneId(lane), why: reading.unread.why }] : [],
  );
  return { unread: unread.slice(0, 1), ...(first && { compliance: mergeLane([first, ...others]) }) };
};

/** Whoever names a rule that is nowhere must hear of it, and not that all is compliant. */
const unknownRules = (
  { rules }: ComplianceScope,
  lanes: readonly LaneCompliance[],
  catalog: Catalog,
): readonly UnreadPart[] =>
  rules
    .filter((rule) => {
      const names = namesOf(rule, catalog);
      return !lanes.some((lane) => lane.rules.some((each) => isMeant(names, each)));
    })
    .map((rule) => ({ rule, why: 'no such rule is deployed in any of these accounts and Regions' }));

const readRecorded = async (lane: Lane, asker: Asker): Promise<LaneRecorded> => {
  const answer = await asker.get(`/api/compliance/lanes/${laneId(lane)}/recorded`);
  const told = answer.ok ? recordedIn(answer.value) : answer;
  return told.ok
    ? told.value
    : {
        lane,
        readAt: '',
        types: [],
        rules: [],
        troubles: [{ operation: 'GET recorded', code: 'Unanswered', message: told.why }],
      };
};

const readRemediation = async (asker: Asker): Promise<Remediation | { readonly unread: string }> => {
  const answer = await asker.get('/api/compliance/remediation');
  const told = answer.ok ? remediationIn(answer.value) : answer;
  return told.ok ? told.value : { unread: told.why };
};
