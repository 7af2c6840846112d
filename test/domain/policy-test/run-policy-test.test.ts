/** What a test of a policy is told, for each thing that can be given and expected. */
import { describe, expect, it } from 'vitest';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { readPolicyTests } from '../../../domain/policy-test/read-policy-tests.ts';
import { runPolicyTest } from '../../../domain/policy-test/run-policy-test.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';

const catalog = loadCatalog();

const POLICY = `version: 1
timezone: Europe/Berlin
topics: { oncall: alerts, payroll: payroll-team }
owners: { tag: Owner, contacts: { payroll: payroll }, fallback: oncall }
groups: { sre: { people: [carol], claims: [sre], roles: ['Lead-*'] } }
windows: { nights: { cron: '0 22 * * *', duration: 4h } }
blackouts: { freeze: { from: 2026-12-20, until: 2027-01-06, reason: year end } }
exemptions:
  - { name: legacy, match: { tags: { system: [legacy] } }, owner: ops, reason: goes in May, expires: 2026-08-31 }
defaults: { notify: [oncall] }
entries:
  - { name: production, match: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: [prod] } }, mode: approve, approval: { quorum: 2 } }
  - { name: nightly, match: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: [test] } }, mode: auto, windows: [nights] }
  - { name: owned, match: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: [dev] } }, mode: auto, grace: 4h }
  - { name: patient, match: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: [lab] } }, mode: auto, breaker: { when-open: approve } }
  - { name: logs, match: { rule: S3_BUCKET_LOGGING_ENABLED }, mode: auto, parameters: { TargetBucket: access-logs } }
  - { name: databases, match: { rule: RDS_STORAGE_ENCRYPTED }, mode: auto }
  - { name: asked, match: { rule: S3_BUCKET_VERSIONING_ENABLED, tags: { env: [asked] } }, mode: approve, notify: [oncall, owner], approval: { quorum: 3, from: [sre], not: [requester] } }
  - { name: rest, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, mode: auto }
`;

const book = (() => {
  const parsed = parsePolicy(POLICY, 'policy.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return policyBook(parsed.policy);
})();

/** Every deviation as one text; empty when all is as expected. */
const run = async (given: string, expected: string): Promise<string> => {
  const text = `version: 1\ntime: 2026-06-03T21:00:00Z\ngiven: { rule: S3_BUCKET_VERSIONING_ENABLED, resource: reports }\ntests:\n  - name: it\n    given: { ${given} }\n    expect: { ${expected} }\n`;
  const reading = readPolicyTests(text, 'policy.test.yml');
  if (!reading.ok) throw new Error(reading.problems.map(formatProblem).join('\n'));
  const [test] = reading.file.tests;
  if (test === undefined) throw new Error('there is no test');
  const { deviations } = await runPolicyTest(book, catalog, reading.file, test);
  return deviations
    .map(({ what, expected: wanted, got, why }) => `${what}: ${wanted} / ${got} (${why.join('; ')})`)
    .join('\n');
};

const ENV = (env: string): string => `tags: { env: ${env} }`;

describe('as expected', () => {
  it.each<[string, string, string]>([
    [
      'the entry by its tag, severity and mode',
      ENV('prod'),
      'entry: production, severity: low, mode: approve, state: awaiting-approval, checks: { approval: no }, starts: false',
    ],
    [
      'one of two who must approve',
      `${ENV('prod')}, approved-by: [ada]`,
      'state: awaiting-approval, starts: false',
    ],
    [
      'two who approved',
      `${ENV('prod')}, approved-by: [ada, grace]`,
      'state: queued, checks: { approval: yes }, starts: true',
    ],
    [
      'a window that is open',
      `${ENV('test')}, time: 2026-06-03T20:30:00Z`,
      'state: queued, checks: { window: yes }, starts: true',
    ],
    [
      'a window that is closed',
      `${ENV('test')}, time: 2026-06-03T19:30:00Z`,
      'checks: { window: { answer: no, reason: nights } }, starts: false',
    ],
    [
      'a window in winter, an hour later by UTC',
      `${ENV('test')}, time: 2026-11-03T20:30:00Z`,
      'checks: { window: no }',
    ],
    [
      'a blackout',
      'time: 2026-12-24T12:00:00+01:00',
      'entry: rest, checks: { window: { answer: no, reason: year end } }, starts: false',
    ],
    ['an owner who was not told yet', ENV('dev'), 'state: held, checks: { grace: no }'],
    [
      'a grace that runs',
      `${ENV('dev')}, opened: 1h, owner-told: 1h`,
      'state: held, why: the owner has until, checks: { grace: no }',
    ],
    [
      'a grace that is over',
      `${ENV('dev')}, opened: 5h, owner-told: 5h`,
      'state: queued, checks: { grace: yes }, starts: true',
    ],
    [
      'an exemption of the policy',
      'tags: { system: legacy }',
      'exempt: legacy, state: suppressed, runbook: false, starts: false',
    ],
    [
      'an exemption that has lapsed',
      'tags: { system: legacy }, time: 2026-09-01T00:00:00+02:00',
      'exempt: false, entry: rest, starts: true',
    ],
    [
      'an exemption by command',
      'exemptions: [{ name: x, match: { resourceId: [reports] }, expires: 2026-06-30 }]',
      'exempt: x, state: suppressed',
    ],
    [
      "Config's own exception",
      'config-exception: agreed',
      'checks: { exemption: { answer: no, reason: agreed } }, exempt: AWS Config, starts: false',
    ],
    [
      'the stop of another account',
      "stops: [{ account: '222222222222' }]",
      'checks: { stop-switch: yes }, starts: true',
    ],
    [
      'the stop of its rule',
      'stops: [{ rule: S3_BUCKET_VERSIONING_ENABLED }]',
      'checks: { stop-switch: no }, starts: false',
    ],
    [
      'an open breaker',
      'breakers: [{ rule: S3_BUCKET_VERSIONING_ENABLED, probe-in: 5m }]',
      'checks: { breaker: no }, starts: false',
    ],
    [
      'a breaker whose probe is due',
      'breakers: [{ rule: S3_BUCKET_VERSIONING_ENABLED }]',
      'checks: { breaker: { answer: yes, reason: probe } }, starts: true',
    ],
    [
      'a breaker through which people let it',
      `${ENV('lab')}, breakers: [{ rule: S3_BUCKET_VERSIONING_ENABLED, probe-in: 5m }], approved-by: [ada]`,
      'checks: { breaker: yes }, starts: true',
    ],
    ['attempts that are used up', 'attempts: 3', 'state: needs-human, checks: { attempts: no }'],
    [
      'five cases in a day',
      'earlier: [{ opened: 9h }, { opened: 7h }, { opened: 5h }, { opened: 3h }]',
      'state: needs-human, why: flapping',
    ],
    ['four cases in a day', 'earlier: [{ opened: 7h }, { opened: 5h }, { opened: 3h }]', 'state: queued'],
    [
      'five cases of which people closed one',
      'earlier: [{ opened: 9h }, { opened: 7h, ended: denied }, { opened: 5h }, { opened: 3h }]',
      'state: queued',
    ],
    [
      'what Config does not know yet',
      'compliance: INSUFFICIENT_DATA',
      'checks: { compliance: failed }, starts: false',
    ],
    [
      'the plan',
      'rule: S3_BUCKET_LOGGING_ENABLED',
      'runbook: AWS-ConfigureS3BucketLogging, parameters: { TargetBucket: access-logs, BucketName: reports }',
    ],
    [
      'a lookup that is given',
      'rule: RDS_STORAGE_ENCRYPTED, resource: db-ABC, lookups: { rds-instance-identifier: ledger }',
      'entry: databases, parameters: { DBInstanceIdentifier: ledger }, starts: true',
    ],
    [
      'a rule as Security Hub deploys it',
      'rule: securityhub-s3-bucket-versioning-enabled-0123abcd',
      'entry: rest, starts: true',
    ],
    [
      'a rule of your own with the name of one of AWS',
      'rule: s3-bucket-versioning-enabled, custom: true',
      'entry: unmatched, mode: observe, runbook: false',
    ],
    ['who hears of it', `tags: { env: asked, Owner: payroll }`, 'notify: [payroll, oncall]'],
    [
      'people who are in a group by claim, by role and by name',
      `${ENV('asked')}, approved-by: [{ name: Ada, claims: [x, sre] }, { name: bob, role: Lead-7 }, Carol]`,
      'state: queued, starts: true',
    ],
    [
      'one who asked for it',
      `${ENV('asked')}, requested-by: CAROL, approved-by: [{ name: ada, claims: [sre] }, { name: bob, role: Lead-7 }, carol]`,
      'state: awaiting-approval',
    ],
    [
      'one who is in no group, by another claim and role',
      `${ENV('asked')}, approved-by: [{ name: ada, claims: [sr] }, { name: bob, role: Lead-7 }, carol]`,
      'state: awaiting-approval',
    ],
  ])('%s', async (_, given, expected) => {
    expect(await run(given, expected)).toBe('');
  });
});

describe('otherwise', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'other people who hear of it',
      ENV('asked'),
      'notify: [payroll]',
      /^notify: payroll \/ oncall \(severity low/,
    ],
    [
      'another entry, with what keeps it away',
      ENV('prod'),
      'entry: nightly',
      /^entry: nightly \/ production \("nightly" does not match: tags\.env: wanted "test", but it is "prod"; "production" \(entries\[0\]\) matches/,
    ],
    [
      'an earlier entry',
      ENV('prod'),
      'entry: rest',
      /^entry: rest \/ production \("production" \(entries\[0\]\) matches, and no entry before it does\)$/,
    ],
    ['an entry that is not there', ENV('prod'), 'entry: prodction', /the policy has no entry "prodction"/],
    [
      'no entry at all',
      'rule: EIP_ATTACHED',
      'entry: rest',
      /rest \/ unmatched \("rest" does not match: rule: .*; no entry matches\)$/,
    ],
    [
      'another mode, and where it comes from',
      ENV('prod'),
      'mode: auto',
      /^mode: auto \/ approve \(severity low \(from the catalog\), mode approve \(from the entry\)\)$/,
    ],
    ['another runbook', '', 'runbook: AWS-X', /^runbook: AWS-X \/ AWS-ConfigureS3BucketVersioning/],
    [
      'a plan where none is wanted',
      '',
      'runbook: false',
      /^runbook: none \/ AWS-ConfigureS3BucketVersioning/,
    ],
    [
      'another parameter',
      'rule: S3_BUCKET_LOGGING_ENABLED',
      'parameters: { TargetBucket: other }',
      /^parameters\.TargetBucket: other \/ access-logs/,
    ],
    [
      'another state, and why',
      'attempts: 3',
      'state: queued',
      /^state: queued \/ needs-human \(attempts-used-up: 3 of 3/,
    ],
    [
      'another answer, and why',
      'time: 2026-12-24T12:00:00Z',
      'checks: { window: yes }',
      /^checks\.window: yes \/ no \(blackout "freeze" \(year end\)/,
    ],
    [
      'another reason',
      'time: 2026-12-24T12:00:00Z',
      'checks: { window: { answer: no, reason: closed } }',
      /^checks\.window\.reason: text with "closed" \/ blackout "freeze"/,
    ],
    [
      'no start, with every check against it',
      'stops: [{ everything: true }], compliance: COMPLIANT',
      'starts: true',
      /^starts: yes \/ no \(stop-switch says no: .*; compliance says no: Config says COMPLIANT\)$/,
    ],
    ['a start', '', 'starts: false', /^starts: no \/ yes \(it is queued, and every check/],
    ['an exemption that does not hold', '', 'exempt: legacy', /^exempt: legacy \/ none/],
    [
      'checks of something without a plan',
      'tags: { system: legacy }',
      'checks: { window: yes }',
      /^checks\.window: yes \/ not made \(there is no plan, so nothing could start: exempt: "legacy" of ops\)$/,
    ],
    [
      'a check that only a running selfheal can make',
      '',
      'checks: { backlog: yes }',
      /^checks\.backlog: yes \/ not made \(it depends on what else has started: see selfheal plan\)$/,
    ],
  ])('tells %s', async (_, given, expected, told) => {
    expect(await run(given, expected)).toMatch(told);
  });

  it('says what only AWS knows, and how to give it; the entry is known all the same', async () => {
    const lookup = 'rule: RDS_STORAGE_ENCRYPTED';
    const told = await run(lookup, 'entry: databases, state: queued');
    expect(told).toMatch(
      /^state: queued \/ held \(check-failed: .*needs the [a-z-]+ of the resource.*write given: \{lookups:/,
    );
  });
});
