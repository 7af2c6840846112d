/**
 * The sandbox's own routes under `/_sandbox/`: what no AWS API offers, but a person or a test at the sandbox
 * needs. Answers are JSON; a refusal is `{ "error": … }`.
 */
import type { CallCounter } from './call-counter.ts';
import type { SandboxClock } from './clock.ts';
import { type Fault, type Faults, faultProblem } from './faults.ts';
import { ADMIN_PREFIX, type AdminAnswer } from './front-door.ts';

export interface AdminRequest {
  /** What followed a trailing `*` in the route's path. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was no body. */
  readonly body: unknown;
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `/_sandbox/`, e.g. `clock/advance`; a `*` at the end takes anything. */
  readonly path: string;
  /** @throws AdminProblem to refuse, with 400 unless it says otherwise. */
  readonly answer: (request: AdminRequest) => unknown;
}

export class AdminProblem extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export const createAdmin =
  (routes: readonly AdminRoute[]) =>
  async (method: string, url: string, text: string): Promise<AdminAnswer> => {
    try {
      const { pathname, searchParams } = new URL(url, 'http://sandbox');
      const path = decodeURIComponent(pathname.slice(ADMIN_PREFIX.length));
      const route = routes.find((each) => each.method === method && covers(each.path, path));
      if (route === undefined)
        throw new AdminProblem(`There is no ${method} ${pathname} in the sandbox.`, 404);
      const rest = route.path.endsWith('*') ? path.slice(route.path.length - 1) : '';
      const body = await route.answer({ rest, query: searchParams, body: parse(text) });
      return { status: 200, body: body ?? {} };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: error instanceof AdminProblem ? error.status : 500, body: { error: message } };
    }
  };

const covers = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;

const parse = (text: string): unknown => {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AdminProblem(`The body is no JSON: ${(error as Error).message}`);
  }
};

export interface CoreAdminDeps {
  readonly clock: SandboxClock;
  readonly advanceTo: (nowMs: number) => void;
  readonly faults: Faults;
  readonly calls: CallCounter;
}

export const coreAdminRoutes = ({
  clock,
  advanceTo,
  faults,
  calls,
}: CoreAdminDeps): readonly AdminRoute[] => {
  const tellClock = () => ({ kind: clock.kind, speed: clock.speed, nowMs: clock.nowMs() });
  return [
    { method: 'GET', path: 'clock', answer: tellClock },
    {
      method: 'POST',
      path: 'clock/advance',
      answer: ({ body }) => {
        if (clock.kind !== 'driven')
          throw new AdminProblem('Only a driven clock can be advanced; this one is real.', 409);
        advanceTo(advanceTarget(body, clock.nowMs()));
        return tellClock();
      },
    },
    { method: 'GET', path: 'faults', answer: () => ({ faults: faults.list() }) },
    {
      method: 'POST',
      path: 'faults',
      answer: ({ body }) => {
        const problem = faultProblem(body);
        if (problem !== undefined) throw new AdminProblem(`This is no fault: ${problem}.`);
        return { id: faults.add(body as Fault) };
      },
    },
    { method: 'DELETE', path: 'faults', answer: () => faults.clear() },
    {
      method: 'DELETE',
      path: 'faults/*',
      answer: ({ rest }) => {
        if (!faults.remove(rest)) throw new AdminProblem(`There is no fault "${rest}".`, 404);
      },
    },
    { method: 'GET', path: 'calls', answer: () => ({ total: calls.total(), calls: calls.counts() }) },
    { method: 'DELETE', path: 'calls', answer: () => calls.reset() },
  ];
};

const advanceTarget = (body: unknown, nowMs: number): number => {
  const { toMs, byMs } = (body ?? {}) as { toMs?: unknown; byMs?: unknown };
  const targetMs = typeof toMs === 'number' ? toMs : typeof byMs === 'number' ? nowMs + byMs : Number.NaN;
  if (targetMs >= nowMs) return targetMs;
  throw new AdminProblem('Give {"toMs": …} or {"byMs": …}, a number that is not in the past.');
};
