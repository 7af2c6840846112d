import { expect, test } from 'vitest';
import { changesOf } from '../../../domain/catalog/changes.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { readSealedCatalog, sealCatalog } from '../../../infra/packaged/sealed-catalog.ts';
import { plan } from '../../support/cases.ts';

const CATALOG = loadCatalog();

test('what a plan changes is told with its own parameters', () => {
  const runbook = CATALOG.runbook(plan.document);
  expect(runbook && changesOf(runbook, plan)).toEqual([
    { what: 'Versioning', before: 'off or suspended', after: 'Enabled' },
  ]);
});

test('a value that looks like a placeholder stays as it is, and several values are listed', () => {
  const changes = [{ what: 'Subnets', before: '{{Old}}', after: '{{Subnets}}' }];
  const parameters = { Subnets: ['{{Old}}', '$&'], Old: ['x'] };
  expect(changesOf({ changes }, { parameters })).toEqual([
    { what: 'Subnets', before: 'x', after: '{{Old}}, $&' },
  ]);
});

test('a plan that lacks a parameter says so instead of showing its name', () => {
  const changes = [{ what: 'Key', before: 'none', after: '{{KeyId}}' }];
  expect(changesOf({ changes }, { parameters: {} })[0]?.after).toBe('not set');
});

test('functions know the words too', () => {
  const sealed = readSealedCatalog(sealCatalog(CATALOG));
  expect(sealed.ok && sealed.catalog.runbook(plan.document)?.changes).toEqual(
    CATALOG.runbook(plan.document)?.changes,
  );
  expect(sealed.ok && sealed.catalog.rule('S3_BUCKET_PUBLIC_READ_PROHIBITED')?.headline).toBe('is public');
  expect(sealed.ok && sealed.catalog.rule('ENCRYPTED_VOLUMES')?.manualMinutes).toBe(60);
});
