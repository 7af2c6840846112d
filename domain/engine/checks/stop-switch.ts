/** Nobody has stopped the case's account, rule or runbook, or everything. */
import { describeStop, stoppedBy } from '../../stop-switch.ts';
import { minuteMs, plusMs } from '../../time.ts';
import { type Check, noThen, yes } from './check.ts';

export const stopSwitch: Check = async (context) => {
  const { ports, checked } = context;
  const controls = await ports.controls.read();
  context.controls = controls;
  const stop = stoppedBy(controls.stops, checked);
  return stop
    ? noThen(describeStop(stop), {
        kind: 'hold',
        reason: 'stop-switch',
        until: plusMs(ports.clock.now(), LOOK_AGAIN_MS),
      })
    : yes('nothing is stopped');
};

const LOOK_AGAIN_MS = 5 * minuteMs;
