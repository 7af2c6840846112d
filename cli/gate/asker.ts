/** Asks selfheal for a gate: again when it may help, not for ever, and never beyond the gate's own time. */
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';

export interface AskerOptions {
  readonly api: Pick<ApiClient, 'get'>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** For all questions together. */
  readonly timeoutMs: number;
  /** 0 <= random < 1: those who were refused together shall not come back together. */
  readonly random: () => number;
}

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string; readonly mend: string };

export interface Asker {
  /** How often one question is asked again. */
  readonly againMax: number;
  /** Never throws. Asks again by itself where selfheal does not answer, or says that it may later. */
  get(path: string): Promise<Answer>;
  /**
   * Waits before asking again; false when there is no time left for it.
   *
   * @param failures one after the other: the more, the longer; 0 when only some of the answer is missing
   */
  pause(why: string, failures: number): Promise<boolean>;
  /** What was asked again, and why. */
  readonly again: readonly string[];
}

export const createAsker = ({ api, sleep, nowMs, timeoutMs, random }: AskerOptions): Asker => {
  const endMs = nowMs() + timeoutMs;
  const again: string[] = [];
  const pause = async (why: string, failures: number): Promise<boolean> => {
    const ms = failures === 0 ? 0 : Math.round(PAUSE_MS * 2 ** (failures - 1) * (0.5 + random() / 2));
    if (nowMs() + ms >= endMs) return false;
    again.push(why);
    if (ms > 0) await sleep(ms);
    return true;
  };
  const get = async (path: string): Promise<Answer> => {
    for (let failures = 1; ; failures += 1) {
      if (nowMs() >= endMs) return timeIsUp(timeoutMs);
      const answer = await within(endMs - nowMs(), timeoutMs, () => api.get<unknown>(path));
      if (answer.ok || !answer.isPassing || failures > AGAIN_MAX) return answer;
      if (!(await pause(answer.why, failures))) return answer;
    }
  };
  return { againMax: AGAIN_MAX, get, pause, again };
};

const AGAIN_MAX = 4;
const PAUSE_MS = 1_000;

type Tried = Answer & { readonly isPassing?: boolean };

const within = async (leftMs: number, timeoutMs: number, ask: () => Promise<unknown>): Promise<Tried> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Tried>((resolve) => {
    timer = setTimeout(() => resolve(timeIsUp(timeoutMs)), leftMs);
  });
  try {
    return await Promise.race([answered(ask), late]);
  } finally {
    clearTimeout(timer);
  }
};

const answered = async (ask: () => Promise<unknown>): Promise<Tried> => {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const why =
      error instanceof Failure ? error.told : error instanceof Error ? error.message : String(error);
    const status = error instanceof Failure ? error.status : undefined;
    return {
      ok: false,
      why,
      mend: 'Is that selfheal, may you ask it, and does it answer: selfheal doctor',
      isPassing: status === undefined || status === 429 || status >= 500,
    };
  }
};

const timeIsUp = (timeoutMs: number): Tried => ({
  ok: false,
  why: `time was up after ${timeoutMs / 1_000} s`,
  mend: 'Ask again, for less at once or with a longer --timeout.',
});
