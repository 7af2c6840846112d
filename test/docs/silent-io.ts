/** An Io for programs that are only looked at and never run. */
import pico from 'picocolors';
import type { Io } from '../../cli/io.ts';

const notRun = (): never => {
  throw new Error('this program is only looked at');
};

export const silentIo: Io = {
  out: () => {},
  err: () => {},
  read: notRun,
  write: notRun,
  append: notRun,
  hasFolder: notRun,
  env: {},
  isTty: false,
  columns: 100,
  rows: 24,
  style: pico.createColors(false),
  userName: notRun,
  confirm: async () => true,
  canAsk: false,
  ask: notRun,
  sleep: async () => {},
  untilStopped: notRun,
};
