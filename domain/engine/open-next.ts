/** Opens a case of a finding that has none open: by a report of Config, or because an exemption has lapsed. */
import type { Case, Evaluation } from '../case/case.ts';
import { earlierOf, openCase } from '../case/open-case.ts';
import type { EvaluationOrigin, Finding, Lane } from '../finding.ts';
import { assess } from './assess.ts';
import { writeFirst } from './open.ts';
import type { Session } from './session.ts';
import { type Engine, momentOf } from './tell.ts';

export interface OpeningOptions {
  /** Where runbooks for global resource types run: one lane for all Regions that report them. */
  readonly globalLaneRegion: string;
}

/** What opens it, and whose order that was; absent: an event's, or the timer's. */
interface OpeningReport {
  readonly origin: EvaluationOrigin;
  readonly evaluation: Evaluation;
  readonly requestedBy?: string;
}

/** Opens the next case of a finding; undefined when somebody else opened it first. */
export const openNext = async (
  engine: Engine,
  session: Session,
  reported: Finding,
  { origin, evaluation, requestedBy }: OpeningReport,
  newest: Case | undefined,
  { globalLaneRegion }: OpeningOptions,
): Promise<string | undefined> => {
  const lane: Lane = {
    account: reported.account,
    region: reported.region === 'global' ? globalLaneRegion : reported.region,
  };
  const { assessment, finding } = await assess(engine.assessor, reported, origin, lane);
  const opened = openCase(
    {
      finding,
      origin,
      lane,
      number: (newest?.number ?? 0) + 1,
      evaluation,
      assessment,
      earlier: earlierOf(newest),
      ...(requestedBy !== undefined && { requestedBy }),
    },
    momentOf(engine.ports),
  );
  return (await writeFirst(engine, session, opened)) ? opened.case.id : undefined;
};
