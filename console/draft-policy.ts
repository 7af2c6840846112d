/** A policy that is not in force, compiled from its text to explain events by. */
import { type PolicyBook, policyBook } from '../domain/engine/policy-book.ts';
import { parsePolicy } from '../domain/policy/parse-policy.ts';
import { formatProblem } from '../domain/policy/policy-problem.ts';
import { HttpError } from './http-error.ts';

/** @throws HttpError 422 with the first problem of the text. */
export const draftPolicy = (text: string, file: string): PolicyBook => {
  const parsed = parsePolicy(text, file);
  if (parsed.ok) return policyBook(parsed.policy);
  const [first] = parsed.problems;
  throw new HttpError(
    422,
    'policy-invalid',
    `${first === undefined ? file : formatProblem(first)} (${parsed.problems.length} in all: selfheal policy check)`,
    'policy',
  );
};
