/** What the seed decides about one call: how long it takes, whether it fails, and whether its process dies of it. */
import { minuteMs, secondMs } from '../../domain/time.ts';

export interface Fate {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly fault?: Fault;
  readonly crash?: 'before' | 'after';
}

export type Fault =
  /** Refused or lost: it took no effect. */
  | { readonly kind: 'fails'; readonly errorClass: 'transient' | 'terminal' }
  /** It took effect, and its answer is lost. */
  | { readonly kind: 'answer-lost' }
  /** The SDK tried again by itself: it took effect twice, and the second answer is the one that is heard. */
  | { readonly kind: 'sent-twice' }
  /** An answer that is none. */
  | { readonly kind: 'malformed' };

export interface FaultRates {
  readonly fails: number;
  readonly terminal: number;
  readonly answerLost: number;
  readonly sentTwice: number;
  readonly malformed: number;
  readonly crash: number;
  /** A process that stands still for minutes in the middle of a call. */
  readonly freeze: number;
}

export const NO_FAULTS: FaultRates = {
  fails: 0,
  terminal: 0,
  answerLost: 0,
  sentTwice: 0,
  malformed: 0,
  crash: 0,
  freeze: 0,
};

/** Rates for one seed: some runs are calm, some are hell, most are in between. */
export const drawFaultRates = (random: () => number): FaultRates => {
  const scale = [0, 0.3, 1, 1, 3][Math.floor(random() * 5)] ?? 1;
  const rate = (most: number) => Math.min(0.5, scale * most * random());
  return {
    fails: rate(0.06),
    terminal: rate(0.01),
    answerLost: rate(0.04),
    sentTwice: rate(0.04),
    malformed: rate(0.03),
    crash: rate(0.02),
    freeze: rate(0.01),
  };
};

export const drawFate = (random: () => number, operation: string, rates: FaultRates): Fate => {
  const fault = drawFault(random, rates);
  const crash = random() < rates.crash ? (random() < 0.5 ? 'before' : 'after') : undefined;
  const frozenMs = random() < rates.freeze ? secondMs + random() * 4 * minuteMs : 0;
  // A call once sent is not held up for minutes on its way: the client's own time-out ends that.
  const freezesBefore = operation !== 'ssm:StartAutomationExecution' && random() < 0.5;
  return {
    beforeMs: latencyMs(random) + (freezesBefore ? frozenMs : 0),
    afterMs: latencyMs(random) + (freezesBefore ? 0 : frozenMs),
    ...(fault ? { fault } : {}),
    ...(crash ? { crash } : {}),
  };
};

const drawFault = (random: () => number, rates: FaultRates): Fault | undefined => {
  let drawn = random();
  const falls = (rate: number): boolean => {
    drawn -= rate;
    return drawn < 0;
  };
  if (falls(rates.fails)) return { kind: 'fails', errorClass: 'transient' };
  if (falls(rates.terminal)) return { kind: 'fails', errorClass: 'terminal' };
  if (falls(rates.answerLost)) return { kind: 'answer-lost' };
  if (falls(rates.sentTwice)) return { kind: 'sent-twice' };
  return falls(rates.malformed) ? { kind: 'malformed' } : undefined;
};

/** Mostly some milliseconds, now and then nearly a second. */
const latencyMs = (random: () => number): number => {
  const drawn = random();
  return drawn < 0.9 ? 1 + drawn * 30 : 900 * random();
};
