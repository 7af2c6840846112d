import { describe, expect, test } from 'vitest';
import type { Finding } from '../../domain/finding.ts';
import { describePlan } from '../../domain/plan-description.ts';
import { chooseRunbook } from '../../domain/plan-runbook.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';

const catalog = loadCatalog();

const finding = (rule: string, ruleIdentifier?: string): Finding => ({
  account: '111122223333',
  region: 'eu-west-1',
  rule,
  ...(ruleIdentifier === undefined ? {} : { ruleIdentifier }),
  resourceType: 'AWS::S3::Bucket',
  resourceId: 'orders',
});

describe('choosing a runbook', () => {
  test('takes the one the policy names, when the catalog has it', () => {
    const name = 'AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock';
    expect(chooseRunbook(catalog, finding('x'), name)).toMatchObject({
      ok: true,
      runbook: { document: name },
    });
    expect(chooseRunbook(catalog, finding('x'), 'AWS-\u001bNope')).toEqual({
      ok: false,
      refusal: {
        code: 'unknown-runbook',
        reason: 'The policy names the runbook "AWS-\\u001bNope", which is not in the catalog.',
      },
    });
  });

  test('takes what the catalog prefers for the rule, known by its identifier', () => {
    const expected = { ok: true, runbook: { document: 'AWS-ConfigureS3BucketVersioning' } };
    expect(chooseRunbook(catalog, finding('ours', 'S3_BUCKET_VERSIONING_ENABLED'))).toMatchObject(expected);
  });

  test("chooses nothing for a rule of one's own that is called like one of AWS's", () => {
    expect(chooseRunbook(catalog, finding('s3-bucket-versioning-enabled'))).toMatchObject({ ok: false });
  });

  test('gives the guide where only a person can act, and a reason where nothing is known', () => {
    expect(chooseRunbook(catalog, finding('x', 'ROOT_ACCOUNT_MFA_ENABLED'))).toMatchObject({
      runbook: { kind: 'manual' },
    });
    expect(chooseRunbook(catalog, finding('own-rule'))).toMatchObject({
      ok: false,
      refusal: { code: 'no-runbook' },
    });
  });
});

describe('a plan described', () => {
  test('says what runs, where, with what and what people would notice', () => {
    const choice = chooseRunbook(catalog, finding('x', 'S3_BUCKET_VERSIONING_ENABLED'));
    if (!choice.ok || choice.runbook.kind !== 'runbook') throw new Error('the catalog must know the rule');
    const plan = {
      document: choice.runbook.document,
      documentVersion: '1',
      parameters: { BucketName: ['orders'], VersioningState: ['Enabled'] },
      account: '111122223333',
      region: 'eu-west-1',
      executorRoleArn: 'arn:aws:iam::111122223333:role/selfheal-executor',
    };
    expect(describePlan(plan, choice.runbook)).toEqual([
      'Turns on versioning for one S3 bucket.',
      'Runs AWS-ConfigureS3BucketVersioning, version 1, in account 111122223333, eu-west-1.',
      'BucketName = "orders" (the resource)',
      'VersioningState = "Enabled" (fixed by the catalog)',
      'Disrupts nothing. Nobody notices, but overwritten and deleted objects are kept and paid for; versioning can later be suspended, never removed.',
      'Started as arn:aws:iam::111122223333:role/selfheal-executor.',
    ]);
  });
});
