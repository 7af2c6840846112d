/**
 * `npm run bench`: every budget, measured. `--quick` leaves out what takes minutes.
 *
 * Timings are the best of three: other work on the machine makes a run slower and never faster.
 */
import { cpus, loadavg, totalmem } from 'node:os';
import { figuresOfBundles, measureBundles } from './bundle-size.ts';
import { type Figure, formatFigures, verdictOf } from './figure.ts';
import { figuresOfHealedCase, followHealedCase } from './healed-case.ts';
import { figureOfImports, measureImports } from './import-time.ts';
import { figuresOfIntake, type Intake, type IntakeSizes, measureIntake } from './intake.ts';
import { figureOfLaneFlood, measureLaneFlood } from './lane-flood.ts';
import { figureOfPlan, measurePlan } from './plan.ts';
import { benchPolicyDecision } from './policy-decision.ts';
import { figuresOfReport, measureReport } from './report.ts';
import { figureOfStopSwitch, measureStopSwitch, type StopSwitchRun } from './stop-switch.ts';

const RUNS = 3;
const FINDINGS_AT_ONCE = 100;
const FINDINGS_OF_PLAN = 5_000;
const CASES_OF_REPORT = 50_000;
const DECISION_BUDGETS_MICROS: Readonly<Record<number, number>> = { 200: 5, 1000: 15 };

const figuresOfPolicyDecision = (): Figure[] => {
  const runs = Array.from({ length: RUNS }, benchPolicyDecision);
  return (runs[0] ?? []).map(({ entries }, index) => ({
    what: `one policy decision, ${entries} mixed entries`,
    value: Math.min(...runs.map((run) => run[index]?.microsPerDecision ?? Number.POSITIVE_INFINITY)),
    unit: 'us',
    ...(DECISION_BUDGETS_MICROS[entries] === undefined ? {} : { budget: DECISION_BUDGETS_MICROS[entries] }),
    how: `The mean of 200,000 decisions over 512 findings, a quarter of which no entry matches; best of ${RUNS} runs.`,
  }));
};

const INTAKE: IntakeSizes = { newFindings: 3_000, duplicates: 10_000, eventsInAll: 0 };
const INTAKE_QUICK: IntakeSizes = { newFindings: 500, duplicates: 2_000, eventsInAll: 0 };
const EVENTS_OF_MEMORY = 100_000;

/** Memory is watched once, over the last run. */
const intakes = async (isQuick: boolean): Promise<Intake[]> => {
  if (isQuick) return [await measureIntake(INTAKE_QUICK)];
  const runs: Intake[] = [];
  for (let run = 1; run < RUNS; run += 1) runs.push(await measureIntake(INTAKE));
  runs.push(await measureIntake({ ...INTAKE, eventsInAll: EVENTS_OF_MEMORY }));
  return runs;
};

const STOPPED_FINDINGS = 40;

/** At different moments between two starts, which come a second apart. */
const stopSwitches = async (isQuick: boolean): Promise<StopSwitchRun[]> => {
  const runs: StopSwitchRun[] = [];
  for (const waitMs of isQuick ? [500] : [0, 350, 700])
    runs.push(await measureStopSwitch(STOPPED_FINDINGS, waitMs));
  return runs;
};

const main = async (isQuick: boolean): Promise<void> => {
  const say = (what: string) => process.stderr.write(`measuring ${what} ...\n`);
  say('one healed case');
  const figures = figuresOfHealedCase(await followHealedCase());
  say(`${FINDINGS_AT_ONCE} findings at once`);
  figures.push(figureOfLaneFlood(await measureLaneFlood(FINDINGS_AT_ONCE)));
  say(`a plan over ${FINDINGS_OF_PLAN} resources`);
  figures.push(figureOfPlan(await measurePlan(FINDINGS_OF_PLAN, isQuick ? 1 : RUNS)));
  const casesOfReport = isQuick ? CASES_OF_REPORT / 10 : CASES_OF_REPORT;
  say(`the weekly report of ${casesOfReport} cases`);
  figures.push(...figuresOfReport(await measureReport(casesOfReport, isQuick ? 1 : RUNS)));
  say('the stop switch');
  figures.push(figureOfStopSwitch(await stopSwitches(isQuick), STOPPED_FINDINGS));
  say('bundles');
  figures.push(...figuresOfBundles(await measureBundles()));
  say('imports');
  figures.push(figureOfImports(await measureImports()));
  say('policy decisions');
  figures.push(...figuresOfPolicyDecision());
  say('the intake of the local service');
  figures.push(...figuresOfIntake(await intakes(isQuick)));
  process.stdout.write(`${machine()}\n\n${formatFigures(figures)}\n`);
  const missed = figures.filter((figure) => !['within', '-'].includes(verdictOf(figure)));
  if (missed.length > 0)
    process.stdout.write(`\nNot within budget: ${missed.map(({ what }) => what).join('; ')}\n`);
};

/** Figures without the machine they are from say little. */
const machine = (): string => {
  const [processor] = cpus();
  const load = loadavg()[0] ?? 0;
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores (${processor?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, load ${load.toFixed(1)} at the end`;
};

await main(process.argv.includes('--quick'));
