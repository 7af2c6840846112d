import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Runbook } from '../../../domain/catalog/catalog.ts';
import { safePattern } from '../../../domain/catalog/safe-pattern.ts';
import { makePlan } from '../../../domain/plan.ts';
import { requiredLookups } from '../../../domain/plan-runbook.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { NAMES_THAT_DO_NOT_EXIST } from '../../domain/catalog/names-that-do-not-exist.ts';
import {
  ACCOUNT,
  lookupAnswer,
  POLICY_VALUES,
  REGION,
  RESOURCE_IDS,
  RESOURCE_IDS_OF_DOCUMENT,
} from '../../domain/catalog/realistic-resources.ts';

const catalog = loadCatalog();

describe('our own catalog', () => {
  test('knows at least 35 documents and a guide for each rule without one', () => {
    expect(catalog.runbooks.length).toBeGreaterThanOrEqual(35);
    expect(catalog.guides.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['encrypted-volumes', 'root-account-mfa-enabled', 'iam-root-access-key-check']),
    );
    expect(catalog.guides).toHaveLength(13);
  });

  test('serves rules of every framework', () => {
    const frameworks = catalog.runbooks.flatMap(({ rules }) => rules.flatMap((rule) => rule.frameworks));
    expect(new Set(frameworks)).toEqual(new Set(['cis', 'pci', 'hipaa', 'soc2', 'nist']));
  });

  test('says of every rule how long a person needs, and not the same of all', () => {
    const minutes = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) =>
      rules.map(({ manualMinutes }) => manualMinutes),
    );
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(5);
    expect(new Set(minutes).size).toBeGreaterThan(6);
  });

  test('names no document that only circulates', () => {
    const names = catalog.runbooks.map(({ document }) => document);
    expect(names.filter((name) => NAMES_THAT_DO_NOT_EXIST.includes(name))).toEqual([]);
  });

  test('finds a rule by its identifier and by a name that is not its kebab-cased identifier', () => {
    expect(catalog.rule('INCOMING_SSH_DISABLED')?.name).toBe('restricted-ssh');
    expect(catalog.rule('restricted-common-ports')?.identifier).toBe('RESTRICTED_INCOMING_TRAFFIC');
    expect(catalog.rule('cloudtrail-enabled')?.identifier).toBe('CLOUD_TRAIL_ENABLED');
    expect(catalog.rule('no-such-rule')).toBeUndefined();
  });

  test('prefers the runbook with preference 1, whatever the order of the files', () => {
    const preferred = catalog.forRule('S3_BUCKET_PUBLIC_READ_PROHIBITED');
    expect(preferred?.kind === 'runbook' && preferred.document).toBe('AWS-DisableS3BucketPublicReadWrite');
  });

  test('has a runbook or a guide to prefer for every rule it mentions', () => {
    for (const { rules } of [...catalog.runbooks, ...catalog.guides]) {
      for (const { identifier } of rules) {
        const rule = catalog.forRule(identifier)?.rules.find((served) => served.identifier === identifier);
        expect(rule?.preference, identifier).toBe(1);
      }
    }
  });

  test.each(catalog.runbooks.map((runbook) => [runbook.document, runbook] as const))(
    '%s is described in full',
    (document, runbook) => {
      for (const { pattern, name } of runbook.parameters) {
        expect(safePattern(pattern.source), `${document} ${name}`).toMatchObject({ ok: true });
      }
      expect(runbook.parameters.find(({ name }) => name === 'AutomationAssumeRole')).toMatchObject({
        source: { from: 'automation-role' },
        required: document.startsWith('AWSConfigRemediation-'),
      });
      expect(runbook.manualSteps.some((step) => step.includes('`aws '))).toBe(true);
      expect(new Set(runbook.iamActions).size).toBe(runbook.iamActions.length);
      expect(runbook.runMsMax).toBeGreaterThanOrEqual(15 * 60_000);
    },
  );

  test('gives constants and fallbacks that pass their own checks, and a plan for every rule it serves', () => {
    for (const runbook of catalog.runbooks) {
      for (const rule of runbook.rules) {
        for (const resourceType of rule.resourceTypes) {
          for (const resourceId of idsFor(runbook, resourceType)) {
            expect(
              planFor(runbook, rule.name, rule.identifier, resourceType, resourceId),
              `${runbook.document} ${resourceId}`,
            ).toMatchObject({ ok: true });
          }
        }
      }
    }
  });

  test('says which parameters a policy has to give', () => {
    const runbook = catalog.runbook('AWS-ConfigureS3BucketLogging') as Runbook;
    const result = makePlan({
      ...planInput(
        runbook,
        's3-bucket-logging-enabled',
        'S3_BUCKET_LOGGING_ENABLED',
        'AWS::S3::Bucket',
        'orders',
      ),
      parameters: {},
    });
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: 'missing-parameter', reason: expect.stringContaining('TargetBucket') },
    });
  });
});

const idsFor = (runbook: Runbook, resourceType: string): readonly string[] => {
  const ids = RESOURCE_IDS_OF_DOCUMENT[runbook.document] ?? RESOURCE_IDS[resourceType];
  if (ids === undefined) throw new Error(`Add a realistic id for ${resourceType} to realistic-resources.ts.`);
  return ids;
};

const planInput = (
  runbook: Runbook,
  rule: string,
  ruleIdentifier: string,
  resourceType: string,
  resourceId: string,
) => ({
  finding: { account: ACCOUNT, region: REGION, rule, ruleIdentifier, resourceType, resourceId },
  lane: { account: ACCOUNT, region: REGION },
  runbook,
  documentVersion: '1',
  parameters: Object.fromEntries(
    runbook.parameters.flatMap(({ name, source, required }) =>
      required && source.from === 'policy' && source.fallback === undefined
        ? [[name, POLICY_VALUES[name] ?? 'unknown to the fixture']]
        : [],
    ),
  ),
  facts: {
    lookups: Object.fromEntries(
      requiredLookups(runbook).map((lookup) => [lookup, lookupAnswer(lookup, resourceType)]),
    ),
    automationRoleArn: `arn:aws:iam::${ACCOUNT}:role/selfheal-automation`,
    executorRoleArn: `arn:aws:iam::${ACCOUNT}:role/selfheal-executor`,
  },
});

const planFor = (...about: Parameters<typeof planInput>) => makePlan(planInput(...about));

describe('loading a catalog from disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'selfheal-catalog-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('throws every problem of every file, each with its place', () => {
    writeFileSync(join(dir, 'a.yml'), 'document: X\nsummary: ""\n');
    writeFileSync(join(dir, 'b.yml'), '- not a map\n');
    expect(() => loadCatalog(dir)).toThrow(
      /a\.yml:1:11: document: expected the name[\s\S]*b\.yml:1:1: expected a map/,
    );
  });

  test('reads only .yml files', () => {
    writeFileSync(join(dir, 'README.md'), '# not a runbook\n');
    expect(loadCatalog(dir).runbooks).toEqual([]);
  });
});
