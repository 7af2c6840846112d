/**
 * What a Lambda function reads at cold start: policy and catalog as JSON, each only as it was sealed. YAML is read
 * where people write it; no function carries its parser, nor the language of policies. A policy is looked at field by
 * field, as every one is, for people publish others; the catalog comes with the code and only with it.
 */
import { readFileSync } from 'node:fs';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import { readSealedCatalog } from './sealed-catalog.ts';
import type { SealedKind } from './sealed-document.ts';
import { readSealedPolicy } from './sealed-policy.ts';

/** @throws an Error that says what is wrong with the file, and that it must be packaged again. */
export const loadPackagedPolicy = (file: string): PolicyBook => {
  const reading = readSealedPolicy(readText('policy', file));
  if (reading.ok) return policyBook(reading.policy);
  throw refusal('policy', file, reading.why);
};

/** @throws an Error that says what is wrong with the file, and that it must be packaged again. */
export const loadPackagedCatalog = (file: string): Catalog => {
  const reading = readSealedCatalog(readText('catalog', file));
  if (reading.ok) return reading.catalog;
  throw refusal('catalog', file, reading.why);
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
