/**
 * The sandbox's time machine: lays the sandbox's clock over the time of a worker thread, before the code of a
 * function is loaded there. What the code asks (`new Date()`, `Date.now()`) and what it waits for (`setTimeout`,
 * `setInterval`, `timers/promises`) is sandbox time from then on; `performance` and `AbortSignal.timeout` are not
 * touched.
 *
 *     waiting     passes at the sandbox's pace: a pause of 60 s at speed 20 is over in 3 s
 *     a call      takes the time of the wall: while one is under way, timers count the wall's milliseconds
 *
 * The second line keeps the patience of the SDK what it is: with 2 s for an answer, a sandbox at speed 20 would
 * otherwise have to answer within 100 ms. Between two invocations the environment is frozen, as on Lambda: no
 * timer fires.
 */
import { subscribe } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * @typedef {object} ClockSettings
 * @property {'real' | 'driven'} kind
 * @property {number} speed Sandbox milliseconds per millisecond of the wall; of a real clock.
 * @property {number} startMs Sandbox time at `wallStartMs`; of a real clock.
 * @property {number} wallStartMs
 * @property {SharedArrayBuffer} shared One 64-bit integer: what a driven clock shows, in milliseconds.
 *
 * @param {ClockSettings} clock
 * @param {(state: { asleep: boolean, dueMs: number | null }) => void} tell Called when the code has begun to wait
 *   for nothing but a timer, and when it no longer does.
 */
export const layOverTime = (clock, tell) => {
  const RealDate = Date;
  const wallMs = Date.now;
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate };
  const shown = new BigInt64Array(clock.shared);
  const nowMs =
    clock.kind === 'driven'
      ? () => Number(Atomics.load(shown, 0))
      : () => Math.floor(clock.startMs + (wallMs() - clock.wallStartMs) * clock.speed);

  const SandboxDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
    apply: () => new RealDate(nowMs()).toString(),
    get: (target, key, receiver) => (key === 'now' ? nowMs : Reflect.get(target, key, receiver)),
  });
  RealDate.prototype.constructor = SandboxDate;
  globalThis.Date = SandboxDate;

  /** @type {Set<SandboxTimer>} */
  const pending = new Set();
  let frozen = true;
  let callsUnderWay = 0;
  let planned;
  let wasAsleep = false;

  class SandboxTimer {
    constructor(callback, delayMs, args, repeats) {
      Object.assign(this, { callback, args, repeats, delayMs: delayOf(delayMs) });
      this.refresh();
    }
    refresh() {
      this.sinceMs = nowMs();
      this.sinceWallMs = wallMs();
      pending.add(this);
      plan();
      return this;
    }
    get dueMs() {
      return this.sinceMs + this.delayMs;
    }
    /** How long it still waits, in milliseconds of the wall; endless where a driven clock has to move first. */
    get leftMs() {
      if (callsUnderWay > 0) return this.delayMs - (wallMs() - this.sinceWallMs);
      const left = this.dueMs - nowMs();
      if (left <= 0) return 0;
      return clock.kind === 'driven' ? Number.POSITIVE_INFINITY : left / clock.speed;
    }
    ref() {
      return this;
    }
    unref() {
      return this;
    }
    hasRef() {
      return true;
    }
    close() {
      pending.delete(this);
      return this;
    }
    [Symbol.toPrimitive]() {
      this.id ??= numbered(this);
      return this.id;
    }
    [Symbol.dispose ?? Symbol.for('dispose')]() {
      this.close();
    }
  }

  const byNumber = new Map();
  const numbered = (timer) => {
    const number = -1 - byNumber.size;
    byNumber.set(number, timer);
    return number;
  };

  /** One timer of the wall, for whichever of ours is due first. */
  const plan = () => {
    real.clearTimeout(planned);
    planned = undefined;
    if (frozen || pending.size === 0) return;
    const leftMs = Math.min(...[...pending].map((timer) => timer.leftMs));
    if (leftMs < Number.POSITIVE_INFINITY) planned = real.setTimeout(fire, Math.max(Math.ceil(leftMs), 0));
  };

  const fire = () => {
    const due = [...pending].filter((timer) => timer.leftMs <= 0).sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of due) {
      // An earlier one may have cleared it.
      if (!pending.delete(timer)) continue;
      if (timer.repeats) timer.refresh();
      timer.callback(...timer.args);
    }
    plan();
    tellState();
  };

  /** Asleep is who waits for a timer and for nothing else, once everything that can run has run. */
  const tellState = () => {
    if (clock.kind !== 'driven') return;
    real.setImmediate(() =>
      real.setImmediate(() => {
        // It loads what it loads on demand: a file is no call, and to wait for it takes no time of the sandbox.
        if (!frozen && pending.size > 0 && isReading()) return tellState();
        const dueMs = Math.min(...[...pending].map((timer) => timer.dueMs));
        // One that is due has not fired yet, and its code has still to run.
        const asleep = !frozen && callsUnderWay === 0 && pending.size > 0 && dueMs > nowMs();
        // The clock may have moved since the timer was set: then nobody fires it, and nobody hears of it either.
        if (!asleep) plan();
        if (!asleep && !wasAsleep) return;
        wasAsleep = asleep;
        tell({ asleep, dueMs: asleep ? dueMs : null });
      }),
    );
  };

  const isReading = () => process.getActiveResourcesInfo().some((kind) => /^(?:FSReq|CloseReq)/.test(kind));

  subscribe('http.client.request.start', ({ request }) => {
    callsUnderWay += 1;
    request.once('close', () => {
      callsUnderWay -= 1;
      plan();
      tellState();
    });
  });

  const clear = (timer) => {
    const ours = byNumber.get(Number(timer)) ?? timer;
    if (ours instanceof SandboxTimer) ours.close();
    else real.clearTimeout(timer);
  };
  const sandboxTimeout = (callback, delayMs, ...args) => {
    const timer = new SandboxTimer(callback, delayMs, args, false);
    tellState();
    return timer;
  };
  const sandboxInterval = (callback, delayMs, ...args) => {
    const timer = new SandboxTimer(callback, delayMs, args, true);
    tellState();
    return timer;
  };
  const wait = (delayMs, value, { signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = sandboxTimeout(resolve, delayMs, value);
      signal?.addEventListener('abort', () => {
        timer.close();
        reject(signal.reason);
      });
    });
  Object.defineProperty(sandboxTimeout, promisify.custom, { value: wait });
  const laidOver = {
    setTimeout: sandboxTimeout,
    setInterval: sandboxInterval,
    clearTimeout: clear,
    clearInterval: clear,
  };
  Object.assign(globalThis, laidOver);
  Object.assign(timers, laidOver);
  timersPromises.setTimeout = wait;
  syncBuiltinESMExports();

  return {
    nowMs,
    /** Time passes for the code while an invocation, or its loading, is under way. */
    thaw: () => {
      frozen = false;
      plan();
    },
    freeze: () => {
      frozen = true;
      plan();
      tellState();
    },
    /** The driven clock has moved. */
    moved: () => {
      plan();
    },
  };
};

const DELAY_MS_MAX = 2_147_483_647;

/** As Node reads a delay. */
const delayOf = (delayMs) => {
  const ms = Number(delayMs);
  return ms >= 1 && ms <= DELAY_MS_MAX ? Math.trunc(ms) : 1;
};
