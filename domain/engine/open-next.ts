/** Opens a case of a finding that has none open: by a report of Config, or because an exemption has lapsed. */
import type { Case, Evaluation } from '../case/case.ts';
import { earlierOf, openCase } from '../case/open-case.ts';
import type { EvaluationOrigin, Finding, Lane } from '../finding.ts';
import { PortError } from '../ports.ts';
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
  const openedNow = async () => {
    const { assessment, finding } = await assess(engine.assessor, reported, origin, lane);
    return openCase(
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
  };
  let opened = await openedNow();
  // Before somebody is woken for it: whoever denied the last one may have made it exempt a minute ago.
  if (opened.case.state.name === 'awaiting-approval' && (await areOthersExempt(engine)))
    opened = await openedNow();
  return (await writeFirst(engine, session, opened)) ? opened.case.id : undefined;
};

/** True when exemptions were changed since they were loaded; they are known now. What cannot be read changes nothing. */
const areOthersExempt = async ({ ports, assessor: { exemptions } }: Engine): Promise<boolean> => {
  try {
    const { exemptionSequence } = await ports.controls.read();
    if (exemptions.sequence() === exemptionSequence) return false;
    await exemptions.upTo(exemptionSequence);
    return true;
  } catch (error) {
    if (error instanceof PortError) return false;
    throw error;
  }
};
