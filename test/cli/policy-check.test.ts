/** `selfheal policy check` as people and pipelines call it. */
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { memoryIo } from './memory-io.ts';

const check = async (policy: string, ...args: readonly string[]) => {
  const io = memoryIo({ 'policy.yml': policy });
  const code = await runCommand(['policy', 'check', ...args], io);
  return { code, out: io.written(), err: io.complained() };
};

const entry = (rest: string): string =>
  `version: 1\nentries:\n  - name: versioning\n    match: { rule: S3_BUCKET_VERSIONING_ENABLED }\n    ${rest}\n`;
const UNHEARD = entry('mode: approve');

describe('a warning', () => {
  it('is printed and leaves the exit code at 0', async () => {
    const { code, out, err } = await check(UNHEARD);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^policy\.yml:5:11 warning: entries\[0\]\.mode: /);
    expect(out).toMatch(/policy\.yml is valid: 1 entries, version [0-9a-f]{12}, one warning\.\n$/);
  });

  it('is an error where --strict says so', async () => {
    expect(await check(UNHEARD, '--strict')).toMatchObject({
      code: 1,
      err: 'error: policy.yml has one warning, and --strict allows none.\n',
    });
    expect(await check(entry('mode: auto'), '--strict')).toMatchObject({ code: 0, err: '' });
  });

  it('is told to scripts as one', async () => {
    const told = JSON.parse((await check(UNHEARD, '--json')).out);
    expect(told).toMatchObject({ ok: true, problems: [{ warning: true, line: 5 }] });
  });

  it('is counted beside the problems', async () => {
    const both = `${UNHEARD}    flapping: { cases: 1 }\n`;
    expect((await check(both)).err).toBe('error: policy.yml is not valid: one problem, one warning.\n');
  });
});

describe('problems', () => {
  const MORE = /\nMore is checked once these are mended\.\n$/;

  it('say so where a further round follows: after the shape, and after the names', async () => {
    expect((await check(entry('mode: atuo'))).out).toMatch(MORE);
    expect((await check(entry('mode: auto\n    window: nights'))).out).toMatch(MORE);
    expect((await check('version: 1\n version: 2\n')).out).toMatch(MORE);
  });

  it('are all there are after the last round', async () => {
    const { code, out } = await check(entry('mode: auto\n    runbook: AWS-Nothing'));
    expect(code).toBe(1);
    expect(out).toContain('AWS-Nothing');
    expect(out).not.toMatch(MORE);
    expect((await check(entry('mode: auto'))).out).not.toMatch(MORE);
  });
});

describe('annotations for GitHub', () => {
  it('stand at the line, and nothing in them can end them', async () => {
    const { code, out } = await check(entry('mode: "a%\\nb"'), '--github');
    expect(code).toBe(1);
    expect(out).toBe(
      '::error file=policy.yml,line=5,col=11::policy.yml:5:11 entries[0].mode: expected one of observe, approve, auto; found "a%25\\nb"\nMore is checked once these are mended.\n',
    );
    expect((await check(UNHEARD, '--github')).out).toMatch(/^::warning file=policy\.yml,line=5,col=11::/);
  });
});

describe('--roles', () => {
  it('lists the role of each runbook that the policy may start, with what it may do and hand over', async () => {
    const policy = `version: 1
entries:
  - name: never
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    mode: observe
  - name: monitoring
    match: { rule: RDS_ENHANCED_MONITORING_ENABLED }
    mode: auto
    parameters: { MonitoringRoleArn: 'arn:aws:iam::111111111111:role/monitor' }
`;
    const { out } = await check(policy, '--roles');
    expect(out).toContain('One role in every account');
    expect(out).toContain('selfheal-AWSConfigRemediation-EnableEnhanced');
    expect(out).toContain('for       monitoring');
    expect(out).toContain('rds:ModifyDBInstance');
    expect(out).toContain('hands     arn:aws:iam::111111111111:role/monitor to monitoring.rds.amazonaws.com');
    const { roles } = JSON.parse((await check(policy, '--roles', '--json')).out);
    expect(roles).toHaveLength(1);
    expect(roles[0]).toMatchObject({ entries: ['monitoring'] });
  });

  it('takes what is not known for possible, and no rule that an earlier entry surely takes', async () => {
    const documents = async (policy: string) =>
      JSON.parse((await check(policy, '--roles', '--json')).out).roles.map(
        ({ document }: { document: string }) => document,
      );
    const versioning = 'AWS-ConfigureS3BucketVersioning';
    const buckets =
      '  - { name: buckets, match: { resourceType: AWS::S3::Bucket, severity: [low] }, mode: auto }\n';
    const behind = (match: string) =>
      `version: 1\nentries:\n  - { name: off, match: ${match}, mode: observe }\n${buckets}`;
    expect(await documents(behind('{ tags: { env: [prod] } }'))).toContain(versioning);
    expect(await documents(behind('{ rule: S3_BUCKET_VERSIONING_ENABLED }'))).not.toContain(versioning);
    expect(await documents(behind('{ rule: IAM_PASSWORD_POLICY }'))).not.toContain(
      'AWS-EnableS3BucketEncryption',
    );
  });
});
