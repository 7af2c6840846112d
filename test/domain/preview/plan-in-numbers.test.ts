/** A plan in numbers: groups, reasons, how long it takes, and how many of a rule may start unasked. */
import { describe, expect, it } from 'vitest';
import { estimateRuntime } from '../../../domain/preview/estimate-runtime.ts';
import { foldBacklog } from '../../../domain/preview/fold-backlog.ts';
import { groupFindings, onceEach, reasonsFor } from '../../../domain/preview/group-findings.ts';
import { countActions, planLine } from '../../../domain/preview/previewed.ts';
import { finding } from '../../support/cases.ts';
import { aPlan, aPreview, LANE_SCOPE, previewed } from './previews.ts';

const buckets = (count: number, now = aPreview()) =>
  Array.from({ length: count }, (_, n) => previewed(`bucket-${n}`, now));
const elsewhere = { ...finding, account: '333333333333' };

describe('a plan in one line', () => {
  it('counts what would happen, the usual six always and the others when there are any', () => {
    expect(planLine(countActions(['run', 'run', 'needs-human']))).toBe(
      'Plan: 2 to run, 0 to approve, 0 held, 0 exempt, 0 observed, 1 needs a human.',
    );
    expect(planLine(countActions([...Array(1_200).fill('observe'), 'at-work', 'unknown']))).toBe(
      'Plan: 0 to run, 0 to approve, 0 held, 0 exempt, 1,200 observed, 0 need a human, 1 at work already, 1 UNKNOWN.',
    );
  });
});

describe('findings in groups', () => {
  it('are put together by rule and account, most to do first, with the worst that people would notice', () => {
    const destructive = aPreview({
      action: 'approve',
      planned: aPlan({ document: 'B', disruption: 'destructive' }),
    });
    const held = aPreview({ action: 'held', planned: aPlan({ document: 'C', disruption: 'destructive' }) });
    const groups = groupFindings([
      previewed('a', destructive, { finding: elsewhere }),
      ...buckets(2),
      previewed('held', held),
    ]);
    expect(groups).toMatchObject([
      { account: finding.account, findings: 3, counts: { run: 2, held: 1 }, worstDisruption: 'none' },
      { account: '333333333333', findings: 1, counts: { approve: 1 }, worstDisruption: 'destructive' },
    ]);
    expect(groups.map(({ runbooks }) => runbooks)).toEqual([['AWS-ConfigureS3BucketVersioning'], ['B']]);
  });

  it('count a global resource once, however many Regions report it', () => {
    const user = { ...finding, region: 'global', resourceType: 'AWS::IAM::User', resourceId: 'AIDA1' };
    const seen = ['eu-west-1', 'us-east-1'].map((region) =>
      previewed('AIDA1', aPreview(), { finding: user, origin: { region, configRuleName: 'r' } }),
    );
    expect(onceEach(seen)).toEqual([seen[0]]);
  });

  it('give a reason once that differs only in the resource, the case, the plan or the time', () => {
    const held = ['one', 'two', 'three', 'four'].map((id, n) =>
      previewed(
        id,
        aPreview({
          action: 'held',
          why: `case 00000000000000a${n}-1 holds ${id} until 2026-11-21T0${n}:00:00.000Z for plan 0123456789a${n}`,
          objections: [{ check: 'window', answer: 'no', reason: 'closed' }],
        }),
      ),
    );
    expect(reasonsFor(held, ['held'])).toMatchObject([
      { check: 'window', findings: 4, examples: ['one', 'two', 'three'] },
    ]);
    expect(reasonsFor(held, ['held'])[0]?.why).not.toContain('00000000000000a0-1');
  });
});

describe('cases that wait for people', () => {
  it('are counted in one sentence', () => {
    const asked = ['one', 'two'].map((id, n) =>
      previewed(
        id,
        aPreview({
          action: 'approve',
          why: `case 00000000000000a${n}-1 waits for people since 2026-11-21T0${n}:00:00.000Z`,
        }),
      ),
    );
    expect(reasonsFor(asked, ['approve'])).toMatchObject([
      { findings: 2, why: 'cases already wait for people', examples: ['one', 'two'] },
    ]);
  });
});

describe('how long it would take', () => {
  it('is set by the start slots of a lane where runs are short', () => {
    expect(estimateRuntime(Array(100).fill(aPlan()))).toEqual({
      usualMs: 99_000 + 60_000,
      longestMs: 2 * 900_000,
      slowest: LANE_SCOPE.id,
    });
  });

  it('is set by the tightest limit, wherever it stands', () => {
    const tight = { id: 'rule#X', concurrencyMax: 2 };
    const runs = [
      ...Array(10).fill(aPlan({ scopes: [LANE_SCOPE, tight] })),
      ...Array(50).fill(aPlan({ scopes: [LANE_SCOPE] })),
    ];
    expect(estimateRuntime(runs)).toMatchObject({ usualMs: 5 * 60_000, slowest: 'rule#X' });
  });

  it('waits for the blast radius of a rule to move on', () => {
    const radius = { rule: 'rule#X', resourcesMax: 10, windowMs: 3_600_000 };
    expect(estimateRuntime(Array(30).fill(aPlan({ radius })))).toMatchObject({
      usualMs: 2 * 3_600_000 + 60_000,
      slowest: 'blast radius of rule#X',
    });
  });

  it('is not told where nothing runs, and no run is thought longer than it may be', () => {
    expect(estimateRuntime([])).toBeUndefined();
    expect(estimateRuntime([aPlan({ runMsMax: 5_000 })])).toMatchObject({ usualMs: 5_000, longestMs: 5_000 });
  });
});

describe('the backlog guard over a whole plan', () => {
  const unasked = { rule: 'rule#X', room: 3, resourcesMax: 50, windowMs: 3_600_000 };
  const auto = aPreview({ planned: aPlan({ unasked }) });

  it('lets as many run as there is room for, and asks for the rest as one batch', () => {
    const folded = foldBacklog(buckets(10, auto));
    expect(countActions(folded.map(({ now }) => now.action))).toMatchObject({ run: 3, approve: 7 });
    expect(folded.find(({ now }) => now.action === 'approve')?.now.why).toBe(
      'backlog guard: at most 50 resources of rule#X are started unasked in 1h, the rest is asked for as one batch',
    );
  });

  it('chooses the most severe, and the same ones every time', () => {
    const critical = previewed('critical', { ...auto, severity: 'critical' });
    const folded = foldBacklog([...buckets(10, auto), critical]);
    expect(folded.at(-1)?.now.action).toBe('run');
    const running = (from: readonly ReturnType<typeof previewed>[]) =>
      from
        .filter(({ now }) => now.action === 'run')
        .map(({ finding: { resourceId } }) => resourceId)
        .sort();
    expect(running(foldBacklog([critical, ...buckets(10, auto).reverse()]))).toEqual(running(folded));
  });

  it('leaves alone what people approved, and what another rule has room for', () => {
    const other = aPreview({ planned: aPlan({ unasked: { ...unasked, rule: 'rule#Y', room: 1 } }) });
    const folded = foldBacklog([...buckets(3, auto), previewed('y', other), previewed('approved')]);
    expect(folded.every(({ now }) => now.action === 'run')).toBe(true);
  });
});
