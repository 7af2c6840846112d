/** A policy that is not in force, as it comes in a request: sealed, since only the command line reads YAML. */
import { type PolicyBook, policyBook } from '../domain/engine/policy-book.ts';
import { readSealedText } from '../infra/packaged/sealed-policy-text.ts';
import { HttpError } from './http-error.ts';

/** @throws HttpError 422 when it is none. */
export const sealedBook = (sealed: string): PolicyBook => {
  const reading = readSealedText(sealed);
  if (reading.ok) return policyBook(reading.policy);
  throw new HttpError(422, 'policy-invalid', `the policy cannot be used: ${reading.why}`, 'policy');
};
