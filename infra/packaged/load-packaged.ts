/**
 * What a Lambda function reads at cold start: policy and catalog as JSON, checked again by the same schemas as
 * the YAML they were made of. YAML is read where people write it; no function carries its parser.
 */
import { readFileSync } from 'node:fs';
import { buildCatalog } from '../../domain/catalog/build-catalog.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { formatProblem as formatCatalogProblem } from '../../domain/catalog/catalog-problem.ts';
import { readCatalogEntry } from '../../domain/catalog/read-catalog.ts';
import { type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import * as z from '../../domain/zod.ts';
import { type SealedKind, unseal } from './sealed-document.ts';
import { readSealedPolicy } from './sealed-policy.ts';

/** @throws an Error that says what is wrong with the file, and that it must be packaged again. */
export const loadPackagedPolicy = (file: string): PolicyBook => {
  const reading = readSealedPolicy(readText('policy', file));
  if (reading.ok) return policyBook(reading.policy);
  throw refusal('policy', file, reading.why);
};

const packagedCatalog = z
  .array(z.strictObject({ file: z.string().check(z.minLength(1)), content: z.unknown() }))
  .check(z.minLength(1));

/** @throws an Error that says what is wrong with the file, and that it must be packaged again. */
export const loadPackagedCatalog = (file: string): Catalog => {
  const documents = contentOf('catalog', file, packagedCatalog);
  const result = buildCatalog(documents.map((document) => readCatalogEntry(document)));
  if (result.ok) return result.catalog;
  throw refusal('catalog', file, result.problems.map(formatCatalogProblem).join('\n'));
};

const contentOf = <T>(kind: SealedKind, file: string, schema: z.ZodMiniType<T>): T => {
  const unsealed = unseal(kind, readText(kind, file));
  if (!unsealed.ok) throw refusal(kind, file, unsealed.why);
  const checked = schema.safeParse(unsealed.content);
  if (!checked.success) throw refusal(kind, file, z.prettifyError(checked.error));
  return checked.data;
};

const readText = (kind: SealedKind, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refusal(kind, file, error instanceof Error ? error.message : String(error));
  }
};

const refusal = (kind: SealedKind, file: string, why: string): Error =>
  new Error(
    `the packaged ${kind} ${file} cannot be used: ${why}\nPackage the functions again (npm run package) and deploy them.`,
  );
