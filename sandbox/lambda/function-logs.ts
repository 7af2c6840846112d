/**
 * What functions printed, as CloudWatch Logs would keep it: by function, the last lines. Writing them is a call
 * that the function's role must allow, and that the access log shows.
 */
import { authorize } from '../iam/authorize.ts';
import type { World } from '../service.ts';
import { rolePrincipal } from './function-session.ts';
import type { FunctionRecord } from './records.ts';

export interface LogLine {
  readonly atMs: number;
  readonly functionName: string;
  readonly logStream: string;
  /** As it was printed. */
  readonly text: string;
  /** When it is JSON: what it says. */
  readonly fields?: unknown;
}

export type LogListener = (record: FunctionRecord, line: LogLine) => void;

export interface FunctionLogs {
  /** A new stream of a function's log group. */
  open(record: FunctionRecord, logStream: string): void;
  write(record: FunctionRecord, logStream: string, text: string): void;
  /** The last lines, oldest first; of one function or of all. */
  lines(functionName?: string): readonly LogLine[];
  /** Hears of every line that was written. */
  onLine(listener: LogListener): void;
}

/** Of each function. */
export const LINES_KEPT_MAX = 2_000;

export const logGroupOf = ({ name }: Pick<FunctionRecord, 'name'>): string => `/aws/lambda/${name}`;

export const createFunctionLogs = (world: World, nowMs: () => number): FunctionLogs => {
  const kept = new Map<string, LogLine[]>();
  const listeners: LogListener[] = [];
  const may = (record: FunctionRecord, action: string, logStream: string): boolean =>
    authorize(world, {
      principalArn: rolePrincipal(record),
      action,
      resource: `arn:aws:logs:${record.region}:${record.account}:log-group:${logGroupOf(record)}:log-stream:${logStream}`,
    }).allowed;
  return {
    open: (record, logStream) => {
      may(record, 'logs:CreateLogStream', logStream);
    },
    write: (record, logStream, text) => {
      const fields = parsed(text);
      const line = {
        atMs: nowMs(),
        functionName: record.name,
        logStream,
        text,
        ...(fields === undefined ? {} : { fields }),
      };
      // A function without the permission runs all the same, and nobody reads what it says.
      if (!may(record, 'logs:PutLogEvents', logStream)) return;
      const lines = kept.get(record.name) ?? [];
      kept.set(record.name, lines);
      lines.push(line);
      if (lines.length > LINES_KEPT_MAX) lines.shift();
      for (const listener of listeners) listener(record, line);
    },
    lines: (functionName) =>
      functionName === undefined
        ? [...kept.values()].flat().sort((a, b) => a.atMs - b.atMs)
        : [...(kept.get(functionName) ?? [])],
    onLine: (listener) => {
      listeners.push(listener);
    },
  };
};

const parsed = (text: string): unknown => {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
