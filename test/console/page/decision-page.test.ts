/** The page of one case: what it shows to whom, and that nothing from outside does anything in it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { caseId, findingId } from '../../../domain/finding.ts';
import { PortError } from '../../../domain/ports.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { aCase, finding, hash, NOW, plan, states, terms } from '../../support/cases.ts';
import { csrfFor, type PageService, pageService } from '../../support/page-service.ts';
import { askedCase, decisionOf } from './asked-case.ts';
import { HOSTILE, hostileCase } from './hostile-case.ts';

const GROUPS = `version: 1
topics: {default: selfheal-default}
groups:
  oncall: {people: [bob], claims: [sre-oncall]}
defaults: {notify: [default]}
entries:
  - {name: versioning, match: {rule: S3_BUCKET_VERSIONING_ENABLED}, mode: approve}
`;

const show = async (about: Case, who?: string, more: Parameters<typeof pageService>[0] = {}) => {
  const service = await pageService({ cases: [about], ...more });
  return (await service.get(`/cases/${about.id}`, who)).html;
};

/** What a reader reads: no tags, one space for many. */
const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"');

describe('the page of a case that waits for a decision', () => {
  it('says what is wrong, since when, what would be done and what that disrupts', async () => {
    const text = textOf(await show(askedCase({}, { severity: 'critical' }), 'ada'));
    for (const said of [
      'critical Waits for a decision Approve? S3 bucket " shop-prod-orders " keeps no versions',
      'Fails S3_BUCKET_VERSIONING_ENABLED in account 222222222222, us-east-1, since 2026-11-21 02:48 UTC (12 min)',
      'Nothing runs unless somebody approves exactly this plan before 2026-11-21 07:00 UTC',
      'What would be done',
      'Versioning',
      'After',
      'Enabled',
      'Disrupts',
      'Runbook AWS-ConfigureS3BucketVersioning, version 1',
      'BucketName shop-prod-orders',
      `Role ${plan.executorRoleArn}`,
      `Plan hash ${hash}`,
    ])
      expect(text).toContain(said);
  });

  it('is named as in the message; what is wrong is not said any more once the case is closed', async () => {
    const named = async (about: Case) => {
      const html = await show(about, 'ada');
      const [, title] = /<title>(.*) · selfheal<\/title>/.exec(html) ?? [];
      const [, heading] = /<h1>(.*)<\/h1>/.exec(html) ?? [];
      const text = heading?.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"');
      expect(title?.replaceAll('&quot;', '"')).toBe(text);
      return text;
    };
    const of = (more: Partial<Case['finding']>) => askedCase({}, { finding: { ...finding, ...more } });
    expect(await named(askedCase())).toBe('Approve? S3 bucket "shop-prod-orders" keeps no versions');
    expect(await named(aCase('needs-human'))).toBe('S3 bucket "shop-prod-orders" keeps no versions');
    expect(await named(aCase('resolved'))).toBe('S3 bucket "shop-prod-orders"');
    expect(await named(of({ rule: 'our-own', ruleIdentifier: 'OUR_OWN' }))).toBe(
      'Approve? S3 bucket "shop-prod-orders" fails rule our-own',
    );
    expect(await named(of({ resourceType: 'AWS::::Account', resourceId: '222222222222' }))).toBe(
      'Approve? Account 222222222222 keeps no versions',
    );
  });

  it('gives who is signed in a form for exactly this plan, with the word of their visit', async () => {
    const html = await show(askedCase(), 'ada');
    expect(html).toContain(`<form method="post" action="/cases/${askedCase().id}/decision">`);
    expect(html).toContain(`<input type="hidden" name="planHash" value="${hash}">`);
    expect(html).toContain(`name="csrf" value="${csrfFor('ada')}"`);
    expect(html.match(/<button[^>]*name="answer"[^>]*>/g)).toEqual([
      // Enter in a field presses the first button of its form: it is one that decides nothing.
      '<button class="first" name="answer" value="none" tabindex="-1" aria-hidden="true">',
      '<button class="approve" name="answer" value="approve">',
      '<button class="deny" name="answer" value="deny">',
    ]);
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|style=/i);
  });

  it('is there to be read by who is not signed in, and leads to where they sign in', async () => {
    const html = await show(askedCase());
    expect(textOf(html)).toContain('What would be done');
    expect(html).toContain(`href="/sign-in?to=${encodeURIComponent(`/cases/${askedCase().id}`)}"`);
    expect(html).not.toContain('<form');
  });

  it('tells who may not decide why, and has no form for them', async () => {
    const about = askedCase({}, {}, { approval: { ...terms.approval, from: ['oncall'] } });
    const html = await show(about, 'eve', { policy: GROUPS });
    expect(textOf(html)).toContain(
      'You may look, but not decide: eve is in none of the groups that decide on this: oncall',
    );
    expect(textOf(html)).toContain('Who may decide: oncall (bob)');
    expect(html).not.toContain('/decision"');
    for (const who of ['bob', 'ada'])
      expect(await show(about, who, { policy: GROUPS, claims: { ada: ['sre-oncall'] } })).toContain(
        '/decision"',
      );
    const asked = askedCase(
      {},
      { requestedBy: 'ada' },
      { approval: { ...terms.approval, not: ['requester'] } },
    );
    expect(textOf(await show(asked, 'ada'))).toContain(
      'You may look, but not decide: ada asked for this fix',
    );
  });

  it('counts only whose word counts, tells who has decided, and asks nobody twice', async () => {
    const quorum = { ...terms.approval, quorum: 2, from: ['oncall'] };
    const about = askedCase(
      { decisions: [{ ...decisionOf('bob'), groups: ['oncall'] }, decisionOf('eve')] },
      {},
      { approval: quorum },
    );
    const html = await show(about, 'bob', { policy: GROUPS });
    expect(textOf(html)).toContain('1 of 2 people have approved: bob (2026-11-21 03:00: looks right)');
    expect(textOf(html)).toContain('Approval not yet 1 of 2 have approved: bob');
    expect(textOf(html)).toContain(
      'You approved this plan at 2026-11-21 03:00 UTC. 1 more person must approve before 2026-11-21 07:00 UTC.',
    );
    expect(html).not.toContain('/decision"');
  });

  it('offers to wait for a window only where there is one', async () => {
    const nights = { name: 'nights', cron: '0 22 * * *', durationMs: 4 * hourMs, timezone: 'Europe/Berlin' };
    expect(await show(askedCase(), 'ada')).not.toContain('name="start"');
    const html = await show(askedCase({}, {}, { windows: [nights] }), 'ada');
    expect(html).toContain('<input type="radio" name="start" value="now" checked>');
    expect(textOf(html)).toContain('not before window “nights” opens, Sat 2026-11-21 22:00 (Europe/Berlin)');
    expect(textOf(html)).toContain('Window not yet closed: "nights"');
  });

  it('says what has changed since people approved another plan', async () => {
    const text = textOf(
      await show(askedCase({ changes: ['VersioningState: Enabled, was Suspended'] }), 'ada'),
    );
    expect(text).toContain(
      'The plan that was approved is void, since this has changed: VersioningState: Enabled, was Suspended',
    );
  });

  it('tells what a runbook does by its parameters, and that nobody can say what it disrupts, where the catalog lost it', async () => {
    const lost = { ...plan, document: 'Gone' };
    const text = textOf(await show(askedCase({ plan: lost }), 'ada'));
    expect(text).toContain('What the runbook is given');
    expect(text).toContain('VersioningState Enabled');
    expect(text).toContain('nobody can say what it disrupts');
  });

  it('tells what became of the finding before', async () => {
    const earlier = [
      {
        number: 1,
        openedAt: plusMs(NOW, -9 * hourMs),
        closedAt: plusMs(NOW, -8 * hourMs),
        ended: 'resolved',
      },
      { number: 2, openedAt: plusMs(NOW, -5 * hourMs), closedAt: plusMs(NOW, -4 * hourMs), ended: 'denied' },
    ] as const;
    const text = textOf(await show(askedCase({}, { earlier }), 'ada'));
    expect(text).toMatch(/Case 2: denied by a person, from 2026-11-20 22:00 UTC.*Case 1: healed by selfheal/);
    expect(textOf(await show(askedCase(), 'ada'))).toContain('This is the first case of this resource');
  });
});

describe('how well the fix works', () => {
  const run = (resourceId: string, state: Case): Case => {
    const of = { ...finding, resourceId };
    const lastPlanned = { document: plan.document, documentVersion: '1', planHash: hash };
    return { ...state, id: caseId(of, 1), finding: of, findingId: findingId(of), attempts: 1, lastPlanned };
  };
  const past = [
    run('one', aCase('resolved')),
    run('two', aCase('resolved')),
    run('three', aCase('closed-by-human', {}, { lastFailure: 'the bucket is <gone>' })),
  ];

  it('is told by the cases in which it ran, with what failed last', async () => {
    const html = await show(askedCase(), 'ada', { cases: [askedCase(), ...past] });
    expect(textOf(html)).toContain('Of the last 3 cases in which this runbook ran, 2 were healed .');
    expect(html).toContain(
      `<a href="/cases/${past[2]?.id}">three</a>, 2026-11-21 03:00 UTC: the bucket is &lt;gone&gt;`,
    );
    expect(textOf(await show(askedCase(), 'ada'))).toContain('This runbook has not run in any case of late');
  });

  it('is not known where the cases cannot be read; the rest is shown all the same', async () => {
    const text = textOf(
      await show(askedCase(), 'ada', {
        decorate: (ports) => ({
          ...ports,
          cases: {
            ...ports.cases,
            recent: async () => {
              throw new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'slow down');
            },
          },
        }),
      }),
    );
    expect(text).toContain('How often this fix has worked cannot be read just now.');
    expect(text).toContain('Approve?');
  });
});

describe('the checks on the page', () => {
  let service: PageService;
  const text = async () => textOf((await service.get(`/cases/${askedCase().id}`, 'ada')).html);
  beforeEach(async () => {
    service = await pageService({ cases: [askedCase()] });
  });

  it('are all there, those that only the world can answer too', async () => {
    expect(await text()).toContain(
      [
        'Stop switch yes nothing is stopped',
        'Exemptions yes no exemption holds; those of AWS Config are asked right before the start',
        'Policy asked at the start entry "versioning" of policy aaaaaaaaaaaa made this plan',
      ].join(' '),
    );
    for (const said of [
      'Approval not yet 0 of 1 have approved',
      'Attempts yes 0 of 3 used',
      'Still wrong asked at the start AWS Config said NON_COMPLIANT 1 min ago',
      'Grace yes the policy gives none',
      'Window yes the policy names no window, and no blackout holds',
      'Breaker yes no breaker is open',
      'Limits asked at the start',
    ])
      expect(await text()).toContain(said);
  });

  it('tell of a stop switch, above all else too', async () => {
    await service.ports.controls.addStopSwitch({
      scope: { kind: 'everything' },
      who: 'eve',
      reason: 'bad release',
      since: NOW,
    });
    expect(await text()).toContain(
      `Stop switch not yet everything is stopped since ${NOW} by eve: bad release`,
    );
    expect((await service.get(`/cases/${askedCase().id}`)).html).toContain('class="held-back"');
  });

  it('say that nobody knows, where it cannot be read', async () => {
    const throttled = new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'slow down');
    service = await pageService({
      cases: [askedCase()],
      decorate: (ports) => ({
        ...ports,
        exemptions: {
          ...ports.exemptions,
          all: async () => {
            throw throttled;
          },
        },
      }),
    });
    expect(await text()).toContain('Exemptions not known the exemptions could not be read just now');
  });
});

describe('the page of a case that waits no more', () => {
  it.each([
    ['observing', 'Only observed'],
    ['held', 'Held back'],
    ['queued', 'Decided: it will start'],
    ['starting', 'It runs'],
    ['running', 'It runs'],
    ['verifying', 'It has run'],
    ['needs-human', 'Needs a person'],
    ['resolved', 'Healed'],
    ['self-resolved', 'Compliant again'],
    ['suppressed', 'Left alone'],
    ['denied', 'Denied'],
    ['closed-by-human', 'Closed by hand'],
  ] as const)('says so of one that is %s', async (name, title) => {
    const html = await show(aCase(name), 'bob');
    expect(html).toContain(`<span class="state">${title}</span>`);
    expect(textOf(html)).not.toContain('Approve?');
    expect(html).not.toContain('/decision"');
    expect(Object.keys(states)).toContain(name);
  });

  it('says so where the time is over, though nobody has looked after the case yet', async () => {
    const html = await show(askedCase({ expiresAt: NOW }), 'ada');
    expect(textOf(html)).toContain('Too late to decide');
    expect(textOf(html)).toContain('Nothing was started; a person must fix it by hand.');
    expect(html).not.toContain('/decision"');
  });

  it('tells who decided what became of it', async () => {
    expect(textOf(await show(aCase('denied'), 'ada'))).toContain(
      'You denied this plan at 2026-11-21 03:00 UTC. Nothing runs, and the case is closed.',
    );
    const approval = { planHash: hash, decisions: [decisionOf('ada')], validUntil: plusMs(NOW, hourMs) };
    const queued = { ...aCase('queued'), approval };
    expect(textOf(await show(queued, 'ada'))).toContain('You approved this plan at 2026-11-21 03:00 UTC.');
    expect(textOf(await show(queued, 'bob'))).not.toContain('You approved');
    // An approval of another plan is no word on this one.
    const other = { ...queued, approval: { ...approval, planHash: 'f'.repeat(64) } };
    expect(textOf(await show(other, 'ada'))).not.toContain('You approved');
  });

  it('says that there is no such case', async () => {
    const { status, html } = await (await pageService()).get('/cases/nowhere-1', 'ada');
    expect([status, textOf(html)]).toEqual([404, expect.stringContaining('No such case')]);
  });
});

describe('what comes from outside', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  const DANGEROUS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\u2066-\u2069]/;
  const tagsOf = (html: string) => html.match(/<\/?[a-z!][^>]*>/gi) ?? [];
  const fieldsOf = (html: string) => tagsOf(html).map((tag) => tag.replace(/"[^"]*"/g, '""'));

  it.each(HOSTILE.map((text) => [JSON.stringify(text.slice(0, 40)), text]))(
    'is shown inert, in whichever field: %s',
    async (_, text) => {
      const refusal = {
        planHash: 'f'.repeat(64),
        answer: 'deny',
        reason: text.slice(0, 900),
        exemptUntil: text.slice(0, 40),
      };
      const pages = async (value: string) => {
        const service = await pageService({ cases: [hostileCase(value)] });
        await service.ports.controls.addStopSwitch({
          scope: { kind: 'everything' },
          who: value,
          reason: value,
          since: NOW,
        });
        const { id } = hostileCase(value);
        const sent = value === text ? refusal : { ...refusal, reason: value, exemptUntil: value };
        return [(await service.get(`/cases/${id}`, 'ada')).html, (await service.send({ id }, sent)).html];
      };
      const [plain, hostile] = [await pages('plain'), await pages(text)];
      for (const [n, html] of hostile.entries()) {
        expect(html.length).toBeLessThan(60_000);
        expect(html).not.toMatch(DANGEROUS);
        // The same tags with the same attributes as with a harmless text: nothing has become markup.
        expect(fieldsOf(html)).toEqual(fieldsOf(plain[n] ?? ''));
      }
    },
  );
});
