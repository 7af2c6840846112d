/** Nobody has stopped the case's account, rule or runbook, or everything. */
import { describeStop, stoppedBy } from '../../stop-switch.ts';
import { hourMs, minuteMs, plusMs } from '../../time.ts';
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
        until: plusMs(ports.clock.now(), HOLD_MS + Math.floor(ports.random() * HOLD_SPREAD_MS)),
      })
    : yes('nothing is stopped');
};

/** What is held is woken when the switch is taken off: only what got lost on the way comes by this. */
const HOLD_MS = hourMs;
const HOLD_SPREAD_MS = 30 * minuteMs;
