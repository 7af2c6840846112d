/** One look around: how long it may take, as a whole and in each place, and how many questions were asked in it. */
import { setMaxListeners } from 'node:events';
import { type Ask, askUntil } from './ask.ts';

export interface DoctorPatience {
  readonly wholeMsMax: number;
  /** For entering an account, and for what is asked in one of its Regions. */
  readonly placeMsMax: (account: string, region?: string) => number;
}

export interface Look {
  readonly ask: Ask;
  readonly askAt: (account: string, region?: string) => Ask;
  readonly checks: () => number;
}

export const beginLook = ({ wholeMsMax, placeMsMax }: DoctorPatience): Look => {
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
