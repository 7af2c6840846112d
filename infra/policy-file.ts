/** Reads the policy from a file. A policy that is not valid is refused whole, with every problem in it. */
import { readFileSync } from 'node:fs';
import { type PolicyBook, policyBook } from '../domain/engine/policy-book.ts';
import { parsePolicy } from '../domain/policy/parse-policy.ts';
import { formatProblem } from '../domain/policy/policy-problem.ts';

export const loadPolicy = (file: string): PolicyBook => {
  const parsed = parsePolicy(readPolicyText(file), file);
  if (parsed.ok) return policyBook(parsed.policy);
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
