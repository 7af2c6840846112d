/** The policy in force, from a file. A policy that is not valid never replaces a valid one. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { type PolicyBook, policyBook } from '../domain/engine/policy-book.ts';
import { type ParsedPolicy, parsePolicy } from '../domain/policy/parse-policy.ts';
import { formatProblem } from '../domain/policy/policy-problem.ts';

/** Reads and compiles a policy; throws with every problem in it. */
export const loadPolicy = (file: string): PolicyBook => policyBook(readPolicyFile(file).policy);

/** A policy, and what its text says as plain data; throws with every problem in it. */
export const readPolicyFile = (file: string): ParsedPolicy => {
  const parsed = parsePolicy(readPolicyText(file), file);
  if (parsed.ok) return parsed;
  throw new Error(`the policy is not valid:\n${parsed.problems.map(formatProblem).join('\n')}`);
};

const readPolicyText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(
      `the policy ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

export interface PolicyListener {
  readonly replaced: (policy: PolicyBook) => void;
  /** The file holds something else now that is not valid: the policy in force stays. */
  readonly refused: (problem: Error) => void;
}

export interface WatchedPolicy {
  /** The policy in force. */
  readonly current: () => PolicyBook;
  /** Reads the file now; what is not valid is refused. */
  readonly reload: () => void;
  readonly close: () => void;
}

/** Keeps to the file: a valid change comes into force within a second or so, another one is told and left out. */
export const watchPolicy = (file: string, { replaced, refused }: PolicyListener): WatchedPolicy => {
  let inForce = loadPolicy(file);
  let refusedMessage = '';
  const reload = (): void => {
    try {
      const read = loadPolicy(file);
      refusedMessage = '';
      if (read.version === inForce.version) return;
      inForce = read;
      replaced(read);
    } catch (error) {
      if (!(error instanceof Error) || error.message === refusedMessage) return;
      refusedMessage = error.message;
      refused(error);
    }
  };
  watchFile(file, { interval: WATCH_INTERVAL_MS, persistent: false }, reload);
  return { current: () => inForce, reload, close: () => unwatchFile(file, reload) };
};

const WATCH_INTERVAL_MS = 1_000;
