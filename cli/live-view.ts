/**
 * What happens, as it happens: a line for every change of a case, or on a terminal a table that is drawn
 * anew. When a scenario is over, its summary; then on as before.
 */
import { createSandboxClient } from '../console/sandbox-client.ts';
import type { Case } from '../domain/case/case.ts';
import { isClosed } from '../domain/case/case.ts';
import type { CaseChanged } from '../domain/case-changed.ts';
import type { CaseStore } from '../domain/ports.ts';
import { epochMs, type Instant, secondMs } from '../domain/time.ts';
import { type Io, safe } from './io.ts';
import { changeLine, changesTable } from './render/changes.ts';
import { type SentMessage, summary } from './render/summary.ts';

/** What there must be to look at: the local service, or the packaged one. */
export interface WatchedService {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly cases: Pick<CaseStore, 'list'>;
  /** The accounts' time. */
  now(): Instant;
  onChange(listener: (change: CaseChanged) => void): void;
  /** Hears when the policy file was changed, and whether the change is in force. Absent: nobody looks at the file. */
  onPolicy?(listener: PolicyChangeListener): void;
}

/** Versions are of the policy in force: before and after a change, or in spite of one. */
export interface PolicyChangeListener {
  readonly replaced: (version: string, before: string) => void;
  /** The change has these problems, and the policy in force stays. */
  readonly refused: (problems: readonly string[], version: string) => void;
}

export interface LiveView {
  close(): void;
}

export const showLive = (io: Io, service: WatchedService, hasScenario: boolean): LiveView => {
  const show = io.isTty ? redrawn(io) : linewise(io);
  service.onChange(show.changed);
  const tell = (lines: readonly string[]): void => {
    show.pause();
    io.out(lines.map((line) => `${safe(line)}\n`).join(''));
  };
  service.onPolicy?.({
    replaced: (version, before) => tell([`policy ${version} is in force (was ${before})`]),
    refused: (problems, version) => tell([...problems, `policy ${version} stays in force`]),
  });
  const timers: NodeJS.Timeout[] = [];
  if (hasScenario)
    timers.push(
      whenScenarioIsOver(service, async () => {
        show.pause();
        io.out(summary(await casesOf(service), await messagesOf(service), io.style));
        io.out(
          `selfheal keeps serving on ${service.url} until you press Ctrl-C. In another terminal: npx selfheal cases --url ${service.url}\n`,
        );
      }),
    );
  return { close: () => timers.forEach(clearInterval) };
};

interface Show {
  readonly changed: (change: CaseChanged) => void;
  /** Something else is going to be written. */
  readonly pause: () => void;
}

const linewise = (io: Io): Show => ({
  changed: (change) => io.out(`${changeLine(change, io.style)}\n`),
  pause: () => {},
});

/** Draws over what it drew before; at most once in a while, since eyes are slow. */
const redrawn = (io: Io): Show => {
  const latest = new Map<string, CaseChanged>();
  let drawnLines = 0;
  let waiting: NodeJS.Timeout | undefined;
  const draw = (): void => {
    waiting = undefined;
    const text = changesTable([...latest.values()], io);
    io.out(`${drawnLines === 0 ? '' : `\u001b[${drawnLines}A\u001b[J`}${text}\n`);
    drawnLines = text.split('\n').length;
  };
  return {
    changed: (change) => {
      latest.delete(change.caseId);
      latest.set(change.caseId, change);
      waiting ??= setTimeout(draw, DRAW_MS);
    },
    pause: () => {
      if (waiting !== undefined) {
        clearTimeout(waiting);
        draw();
      }
      latest.clear();
      drawnLines = 0;
    },
  };
};

const DRAW_MS = 100;
const LOOK_MS = 500;
/** Sandbox time from the last thing broken until surely its case is open: Config takes a while to see it. */
const QUIET_MS = 30 * secondMs;

const whenScenarioIsOver = (service: WatchedService, then: () => Promise<void>): NodeJS.Timeout => {
  let quietSinceMs: number | undefined;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const nowMs = epochMs(service.now());
    const isQuiet = (await scenarioIsDone(service)) && (await casesOf(service)).every(isAtRest);
    quietSinceMs = isQuiet ? (quietSinceMs ?? nowMs) : undefined;
    if (quietSinceMs === undefined || nowMs - quietSinceMs < QUIET_MS) return;
    clearInterval(timer);
    await then();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // A look that fails is made again half a second later.
    look()
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_MS);
  return timer;
};

const scenarioIsDone = async ({ sandboxUrl }: WatchedService): Promise<boolean> => {
  const { scenario } = (await createSandboxClient(sandboxUrl).call('GET', 'info')) as {
    scenario: { done: number; total: number } | null;
  };
  return scenario !== null && scenario.done >= scenario.total;
};

/** Ended, or nothing happens without a person. */
const isAtRest = ({ state }: Case): boolean =>
  isClosed(state) ||
  ((state.name === 'awaiting-approval' || state.name === 'needs-human') && state.announced) ||
  state.name === 'observing';

const casesOf = async ({ cases }: WatchedService): Promise<readonly Case[]> => {
  const found: Case[] = [];
  for await (const about of cases.list({})) found.push(about);
  return found.sort((left, right) => left.openedAt.localeCompare(right.openedAt));
};

const messagesOf = async ({ sandboxUrl }: WatchedService): Promise<readonly SentMessage[]> => {
  const told = (await createSandboxClient(sandboxUrl).call('GET', 'messages')) as {
    messages: readonly { topicArn: string; subject?: string; message: string }[];
  };
  return told.messages.map(({ topicArn, subject, message }) => ({
    topic: safe(topicArn.split(':').at(-1) ?? topicArn),
    subject: safe(subject ?? ''),
    lines: message.split('\n').map((line) => safe(line)),
    text: message,
  }));
};
