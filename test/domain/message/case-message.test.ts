/** What people read at night: each part of the message, and what it says when a part is not known. */
import { describe, expect, it } from 'vitest';
import type { NeedsHuman } from '../../../domain/case/case.ts';
import { kindOf } from '../../../domain/message/case-message.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { aCase, NOW } from '../../support/cases.ts';
import { AROUND, CATALOG, messageOf, payroll } from './samples.ts';

const vote = {
  planHash: payroll().state.planHash,
  answer: 'approve',
  who: 'ada@example.com',
  reason: 'go on',
  at: NOW,
} as const;
const decided = aCase('resolved', {}, { approval: { planHash: 'x', decisions: [vote], validUntil: NOW } });

describe('the subject', () => {
  it('says all: how severe, what to do, what, where, and what is wrong', () => {
    expect(messageOf(payroll()).subject).toBe('[CRITICAL] Approve? S3 bucket "payroll" in prod is public');
  });

  it('names the account by its id where nobody has named it', () => {
    expect(messageOf(payroll(), { accountName: undefined as never }).subject).toContain('in 222222222222 is');
  });

  const named = (resourceId: string, resourceType = 'AWS::S3::Bucket') =>
    messageOf(payroll({}, { finding: { ...payroll().finding, resourceId, resourceType } })).subject;

  it.each([
    [
      'x'.repeat(63),
      `[CRITICAL] Approve? S3 bucket "${'x'.repeat(24)}..${'x'.repeat(24)}" in prod is public`,
    ],
    ['a".\u0007b', '[CRITICAL] Approve? S3 bucket "a\'. b" in prod is public'],
    ['arn:aws:sns:us-east-1:222222222222:orders', '[CRITICAL] Approve? S3 bucket "orders" in prod is public'],
  ])('cuts a long name in its middle, and keeps it a name (%s)', (id, subject) => {
    expect(named(id).replace(/x+\.\.x+/, 'CUT')).toBe(subject.replace(/x+\.\.x+/, 'CUT'));
    expect(named(id).length).toBeLessThanOrEqual(100);
  });

  it('speaks of the account where the finding is about all of it', () => {
    expect(named('222222222222', 'AWS::::Account')).toBe('[CRITICAL] Approve? Account prod is public');
  });

  it('says that a rule fails which the catalog does not know', () => {
    const { ruleIdentifier: _, ...finding } = payroll().finding;
    const about = payroll({}, { finding: { ...finding, rule: 'our-own-rule' } });
    expect(messageOf(about).subject).toContain('in prod fails rule our-own-rule');
  });
});

describe('the request for approval', () => {
  const { text } = messageOf(payroll());

  it.each([
    'S3 bucket "payroll" in account prod (222222222222), us-east-1, is public.',
    'Since 2026-11-21 02:31Z, 29 minutes ago. Severity critical.',
    'AWS Config says: The S3 bucket policy allows public read access.',
    '  Block Public Access, all four settings: not all on → on',
    '  runbook   AWS-DisableS3BucketPublicReadWrite version 3',
    '  parameter S3BucketName = payroll',
    '  where     account 222222222222, us-east-1',
    '  high: Anonymous readers and writers lose access at once',
    '  It healed 4 of 5 recent cases (80 %).',
    '  failed 2026-11-10 03:00Z, invoices: AccessDenied: s3:PutBucketPublicAccessBlock',
    '  case 1: 2026-10-12 03:00Z to 2026-10-12 04:00Z, selfheal fixed it',
    `  selfheal approve f00d5afe1234-1 --plan-hash ${payroll().state.planHash} --reason "<why>"`,
    `  selfheal deny f00d5afe1234-1 --plan-hash ${payroll().state.planHash} --reason "<why>"`,
    '  2 must approve: members of oncall or security, but not who asked for the fix or who wrote the policy entry.',
    '  2026-11-21 03:15Z: second hears of it too.',
    '  2026-11-21 07:00Z: the request expires. Nothing is run, and a person must fix it by hand.',
    `  ${AROUND.link}`,
  ])('says: %s', (line) => {
    expect(text).toContain(line);
  });

  it('goes out without what could not be read, and says that it is not known', () => {
    const { link: _, record: __, ...bare } = AROUND;
    const message = messageOf(payroll({}, { earlier: [] }), {
      ...bare,
      link: undefined as never,
      record: undefined as never,
    });
    expect(message.text).toContain('Not known: the earlier cases could not be read just now.');
    expect(message.text).toContain('Nothing known: this is its first case here.');
    expect(message.text).not.toContain('Decide here');
    expect(message.facts).toMatchObject({ record: { known: false } });
  });

  it('does not call a fix that was never tried one that never works', () => {
    const { text: untried } = messageOf(payroll(), { record: { tried: 0, healed: 0, failures: [] } });
    expect(untried).toContain('Not known: none of our recent cases ran AWS-DisableS3BucketPublicReadWrite.');
    expect(untried).not.toContain('%');
  });

  it('says what the plan is of a runbook that the catalog knows no more', () => {
    const plan = { ...payroll().state.plan, document: 'Gone' };
    const message = messageOf(payroll({ plan }), { catalog: CATALOG });
    expect(message.text).toContain('Not known: the catalog has no such runbook any more.');
    expect(message.text).toContain('runbook   Gone version 3');
  });

  it('shows no parameter that may be a secret', () => {
    const plan = {
      ...payroll().state.plan,
      parameters: { S3BucketName: ['payroll'], MasterPassword: ['hunter2'], Note: ['AKIAIOSFODNN7EXAMPLE'] },
    };
    const said = JSON.stringify(messageOf(payroll({ plan })));
    expect(said).not.toMatch(/hunter2|AKIAIOSFODNN7EXAMPLE/);
    expect(said).toContain('MasterPassword = (not shown: it may be a secret)');
  });

  it('can be filtered by what it is about', () => {
    expect(messageOf(payroll()).attributes).toEqual({
      kind: 'approval-requested',
      severity: 'critical',
      account: '222222222222',
      region: 'us-east-1',
      rule: 'S3_BUCKET_PUBLIC_READ_PROHIBITED',
      entry: 'public-data',
      rung: '0',
    });
  });
});

describe('when it would start', () => {
  const nights = { name: 'nights', cron: '0 22 * * *', durationMs: 8 * hourMs, timezone: 'UTC' };
  const said = (over: Partial<typeof nights>) =>
    messageOf(payroll({}, { terms: { ...payroll().terms, windows: [{ ...nights, ...over }] } })).text;

  it('is at once, where the policy names no window', () => {
    expect(messageOf(payroll()).text).toContain('When it would start\n  At once, within the limits');
  });

  it('is in the window, whether it is open or not', () => {
    expect(said({})).toContain('At once, while window "nights" is open: until 2026-11-21 06:00Z.');
    expect(said({ durationMs: hourMs })).toContain('Only in window "nights", which opens 2026-11-21 22:00Z.');
    expect(said({ cron: '0 22 31 2 *' })).toContain('Only in window "nights", which never opens.');
  });
});

describe('when what was approved is void', () => {
  it('says so first, and what has changed', () => {
    const message = messageOf(payroll({ changes: ['the version of the runbook was 2, is 3'] }));
    expect(message.subject).toMatch(/^\[CRITICAL\] Approve again\? /);
    expect(message.text.split('\n')[0]).toMatch(/^What was approved is void/);
    expect(message.text).toContain(
      'What has changed since it was approved\n  the version of the runbook was 2, is 3',
    );
    expect(message.attributes.kind).toBe('approval-void');
    expect(message.facts).toMatchObject({ changed: ['the version of the runbook was 2, is 3'] });
  });
});

describe('the ladder', () => {
  const at = (rungs: number, minutes: number) =>
    messageOf(payroll({ announced: true, rungs }), { now: plusMs(NOW, minutes * minuteMs) });

  it.each([
    [0, 15, 'Nobody has decided for 15 minutes; you are the second contact.'],
    [1, 30, 'Nobody has decided for 30 minutes; you are the third contact.'],
  ])('rung %i hears after %i minutes which contact they are', (rungs, minutes, first) => {
    const message = at(rungs, minutes);
    expect(message.text.split('\n')[0]).toBe(first);
    expect(message.subject).toMatch(/^\[CRITICAL\] Still open, approve\? /);
    expect(message.attributes).toMatchObject({ kind: 'escalation', rung: String(rungs + 1) });
  });

  it('says who has approved already, where more than one must', () => {
    const one = messageOf(payroll({ announced: true, rungs: 0, decisions: [vote] }), {
      now: plusMs(NOW, 17 * minuteMs),
    });
    expect(one.text.split('\n')[0]).toBe(
      '1 of 2 has approved; it has waited for the rest for 17 minutes; you are the second contact.',
    );
  });

  it('names only those who are still to hear of it', () => {
    expect(at(0, 15).text).not.toContain('second hears');
    expect(at(0, 15).text).toContain('third hears of it too');
    expect(at(1, 30).text).not.toContain('third hears');
  });

  it('ends with one message that says that nothing was started', () => {
    const state = {
      code: 'approval-expired',
      reason: 'nobody decided',
      manualSteps: ['Block public access.', 'Look: `aws s3api get-bucket-policy --bucket payroll`.'],
    };
    const message = messageOf(aCase('needs-human', state, payroll() && { severity: 'high' }));
    expect(message.attributes.kind).toBe('approval-expired');
    expect(message.text.split('\n')[0]).toMatch(/^Nobody decided in time. Nothing was started/);
    expect(message.text).toContain('  1. Block public access.');
    expect(message.text).toContain('  2. Look: aws s3api get-bucket-policy --bucket payroll\n');
  });
});

describe('everybody is told what happened', () => {
  const approval = { planHash: 'x', decisions: [vote], validUntil: plusMs(NOW, hourMs) };
  const approved = { approval, asked: { rungs: 0, startsAt: NOW } };
  const asked = { asked: { rungs: 0 } };

  it.each([
    [
      aCase('held', { reason: 'stop-switch', detail: 'grace stopped everything' }, approved),
      'held by the stop switch: grace stopped everything',
    ],
    [aCase('held', { reason: 'breaker', detail: 'of rule X' }, approved), 'held by a breaker: of rule X'],
    [aCase('self-resolved', {}, approved), 'AWS Config says that the resource is compliant now'],
    [aCase('self-resolved', { why: 'gone' }, approved), 'the resource, or its rule, is gone'],
    [aCase('suppressed', { exemption: 'legacy' }, approved), 'it is exempt by "legacy"'],
    [aCase('closed-by-human', { who: 'bob', reason: 'by hand' }, approved), 'bob closed the case: by hand'],
  ])('when what was approved does not start after all (%#)', (about, why) => {
    const message = messageOf(about);
    expect(message.subject).toContain('Not started:');
    expect(message.text).toContain(why);
    expect(message.text).toContain('ada@example.com, 2026-11-21 03:00Z: go on');
    expect(message.chat?.content.nextSteps).toBeUndefined();
  });

  it.each([
    [aCase('self-resolved', {}, asked), 'AWS Config says that the resource is compliant now'],
    [aCase('closed-by-human', { who: 'bob', reason: 'by hand' }, asked), 'bob closed the case: by hand'],
  ])('when nothing is left to decide (%#)', (about, why) => {
    const message = messageOf(about);
    expect(message.attributes.kind).toBe('no-decision-needed');
    expect(message.subject).toContain('Over, nothing to decide:');
    expect(message.text.split('\n')[0]).toBe(
      `You were asked whether to fix this. No decision is needed any more: ${why}. Nothing was run.`,
    );
    expect(message.chat?.content.nextSteps).toBeUndefined();
  });

  it('when somebody denied: who, why, and that it is left alone', () => {
    const decision = { ...vote, answer: 'deny', reason: 'a public site', exemption: 'site' } as const;
    const message = messageOf(aCase('denied', { decision }, asked));
    expect(message.subject).toContain('Denied:');
    expect(message.text).toContain('ada@example.com, 2026-11-21 03:00Z: a public site');
    expect(message.text).toContain('It is exempt by "site" from now on.');
  });

  it('when others approved: who, and when it runs', () => {
    const plan = payroll().state.plan;
    const head = { ...approved, approval: { ...approval, plan } };
    const message = messageOf(aCase('queued', {}, head));
    expect(message.subject).toContain('Approved:');
    expect(message.text).toContain('It runs now, within the limits.');
    expect(message.text).toContain('Who approved\n  ada@example.com, 2026-11-21 03:00Z: go on');
    expect(message.text).toContain('runbook   AWS-DisableS3BucketPublicReadWrite version 3');
    const startsAt = plusMs(NOW, hourMs);
    const later = { ...head, asked: { rungs: 0, startsAt } };
    const waits = aCase('held', { reason: 'window', dueAt: startsAt }, later);
    expect(messageOf(waits).text).toContain('It starts 2026-11-21 04:00Z, not before.');
  });

  it.each([
    aCase('queued', {}, approved),
    aCase('denied', { decision: { ...vote, answer: 'deny' } }, asked),
    aCase('self-resolved', {}, asked),
    aCase('needs-human'),
    aCase('needs-human', { code: 'approval-expired' }),
  ])('with the command that shows the case (%#)', (about) => {
    expect(messageOf(about).text).toMatch(new RegExp(`\nAll of it: selfheal case ${about.id}$`));
    expect(messageOf(payroll()).text).not.toContain('All of it:');
  });

  it('and not when nothing had been approved, or it ran', () => {
    expect(kindOf(aCase('self-resolved'))).toBeUndefined();
    expect(kindOf(decided)).toBeUndefined();
  });
});

it('who has approved already is told, with their reason', () => {
  const { text } = messageOf(payroll({ decisions: [vote] }));
  expect(text).toContain('2 must approve, 1 did already');
  expect(text).toContain('ada@example.com approved 2026-11-21 03:00Z: go on');
});

it('a case that needs a person has its steps, for machines too', () => {
  const state: Partial<NeedsHuman> = { reason: 'three attempts failed', manualSteps: ['Turn it on.'] };
  const message = messageOf(aCase('needs-human', state));
  expect(message.text).toContain('Why\n  three attempts failed');
  expect(message.facts).toMatchObject({ reason: { code: 'attempts-used-up' }, steps: ['Turn it on.'] });
});
