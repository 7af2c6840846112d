/** Stories of a case, told to the machine itself. */
import type { Case } from '../../domain/case/case.ts';
import { decide } from '../../domain/case/case-machine.ts';
import type { Assessment, ExecutionReport, Observation } from '../../domain/case/observation.ts';
import { openCase } from '../../domain/case/open-case.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { assessment, EXECUTION, evaluation, execution, finding, moment, NOW, planned } from './cases.ts';

/** So many minutes after the case was opened. */
export const minutesLater = (minutes: number): string => plusMs(NOW, minutes * minuteMs);

/** What it hears, and when, in minutes after it was opened. */
export type Heard = readonly (readonly [minutes: number, Observation])[];

export const openedCase = (
  assessed: Assessment = assessment({ kind: 'planned', ...planned }),
  number = 1,
): Case =>
  openCase(
    {
      finding,
      origin: { region: 'us-east-1', configRuleName: finding.rule },
      lane: { account: finding.account, region: 'us-east-1' },
      number,
      evaluation: evaluation('NON_COMPLIANT', NOW),
      assessment: assessed,
      earlier: [],
    },
    moment(NOW),
  ).case;

/** Throws when it does not go on by something that it hears. */
export const toldCase = (about: Case, ...heard: Heard): Case =>
  heard.reduce((current, [minutes, observation]) => {
    const outcome = decide(current, observation, moment(minutesLater(minutes), 0));
    if (outcome.kind !== 'moved') throw new Error(`${observation.kind} moved nothing: ${outcome.kind}`);
    return outcome.case;
  }, about);

/** A start that SSM takes a minute later. */
export const started = (minutes: number, clientToken: string): Heard => [
  [minutes, { kind: 'permit-granted', clientToken, scopes: [] }],
  [minutes + 1, { kind: 'start-accepted', executionId: EXECUTION }],
];

export const ended = (minutes: number, report: Partial<ExecutionReport> = {}): Observation => ({
  kind: 'execution-read',
  execution: execution({ endedAt: minutesLater(minutes), ...report }),
});
