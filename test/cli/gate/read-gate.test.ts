/** What the gate asks, and how often: until it knows, or there is no more hope or no more time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../cli/failure.ts';
import { type Asker, createAsker } from '../../../cli/gate/asker.ts';
import { inPortions, portionsOf } from '../../../cli/gate/questions.ts';
import { readGate } from '../../../cli/gate/read-gate.ts';
import { judgeGate } from '../../../domain/compliance/judge-gate.ts';
import {
  type LaneCompliance,
  RULE_TROUBLES,
  type RuleCompliance,
} from '../../../domain/compliance/lane-compliance.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { asking, LANE, NOW, named, rule, VERSIONING } from '../../domain/compliance/gates.ts';

const catalog = loadCatalog();
const ASKED = asking();
/** What selfheal answers, one after the other; the last for ever. */
type Answers = readonly (Failure | Partial<LaneCompliance> | 'nonsense' | 'never')[];

let nowMs = 0;
/** How long each answer takes. */
let answerMs = 0;
let paths: string[];
let pausesMs: number[];
beforeEach(() => {
  nowMs = 0;
  answerMs = 0;
  paths = [];
  pausesMs = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const lane = (about: Partial<LaneCompliance>): LaneCompliance => ({
  lane: LANE,
  readAt: NOW,
  via: 'account',
  recorder: { lane: LANE, state: 'recording' },
  rules: [],
  unread: [],
  troubles: [],
  ...about,
});

const askerOf = (
  answers: Answers,
  lanes: unknown = { lanes: [LANE], troubles: [] },
  timeoutMs = 300_000,
): Asker => {
  let next = 0;
  return createAsker({
    api: {
      get: async <T>(path: string) => {
        if (path === '/api/compliance/lanes') {
          if (lanes instanceof Error) throw lanes;
          return lanes as T;
        }
        paths.push(path);
        nowMs += answerMs;
        const answer = answers[Math.min(next++, answers.length - 1)];
        if (answer instanceof Failure) throw answer;
        if (answer === 'never') return new Promise<T>(() => {});
        return (typeof answer === 'string' ? answer : lane(answer ?? {})) as T;
      },
    },
    sleep: async (ms) => {
      pausesMs.push(ms);
      nowMs += ms;
    },
    nowMs: () => nowMs,
    timeoutMs,
    random: () => 1,
  });
};
const verdictOf = async (asker: Asker, asked = ASKED) =>
  judgeGate(asked, await readGate(asked, asker, catalog), catalog);
const throttled = (about: Partial<RuleCompliance> = {}): RuleCompliance =>
  rule(1, 0, { ...about, trouble: { code: 'ThrottlingException', message: 'Rate exceeded' } });
const busy = (status: number) => new Failure('try again', 1, 'try-again', status);

describe('a lane', () => {
  it('is asked for the rule by all its names, once', async () => {
    expect((await verdictOf(askerOf([{ rules: [rule(5)] }]))).outcome).toBe('passed');
    expect(paths).toEqual([
      `/api/compliance/lanes/111122223333/eu-west-1?rule=${VERSIONING}&rule=s3-bucket-versioning-enabled`,
    ]);
    expect(pausesMs).toEqual([]);
  });

  it.each([busy(503), busy(429), busy(502), new Failure('selfheal did not answer')])(
    'is asked again, each time later, when selfheal cannot say now: %s',
    async (refusal) => {
      const asker = askerOf([refusal, refusal, { rules: [rule(5)] }]);
      expect((await verdictOf(asker)).outcome).toBe('passed');
      expect(pausesMs).toEqual([1_000, 2_000]);
      expect(asker.again).toHaveLength(2);
    },
  );

  it('is unread after five such answers', async () => {
    const asker = askerOf([busy(503)]);
    expect(await verdictOf(asker)).toMatchObject({
      outcome: 'not-judged',
      reasons: [{ code: 'lane-unread', why: 'try-again: try again' }, { code: 'score-low' }],
    });
    expect(paths).toHaveLength(5);
    expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it.each([400, 401, 403, 404])('is not asked again when selfheal says no: %d', async (status) => {
    const asker = askerOf([new Failure('no', 1, undefined, status)]);
    expect((await verdictOf(asker)).outcome).toBe('not-judged');
    expect(paths).toHaveLength(1);
  });

  it('is asked again for what was throttled alone, and what was read stays read', async () => {
    const other = rule(3, 0, { ...named('own-tags'), identifier: 'REQUIRED_TAGS' });
    const asked = asking({ rules: [VERSIONING, 'own-tags'] });
    const asker = askerOf([{ rules: [throttled(), other] }, { rules: [rule(5)] }]);
    expect(await verdictOf(asker, asked)).toMatchObject({
      outcome: 'passed',
      score: { passed: 8, judged: 8 },
    });
    expect(paths[1]).toBe('/api/compliance/lanes/111122223333/eu-west-1?rule=s3-bucket-versioning-enabled');
    expect(asker.again).toEqual(['ThrottlingException in 111122223333/eu-west-1']);
  });

  it('is asked by name for what time did not reach, without a pause as long as it gets on', async () => {
    const asked = asking({ rules: ['one', 'two', 'three'] });
    const [one, two, three] = ['one', 'two', 'three'].map((name) => rule(1, 0, named(name)));
    const asker = askerOf([
      { rules: [one as RuleCompliance], unread: ['two', 'three'] },
      { rules: [two as RuleCompliance], unread: ['three'] },
      { rules: [three as RuleCompliance] },
    ]);
    expect(await verdictOf(asker, asked)).toMatchObject({ outcome: 'passed', score: { judged: 3 } });
    expect(paths.map((path) => path.split('?')[1])).toEqual([
      'rule=one&rule=two&rule=three',
      'rule=two&rule=three',
      'rule=three',
    ]);
    expect(pausesMs).toEqual([]);
  });

  it('is asked for one rule at a time when it gets on no more, and what alone is too large is unread', async () => {
    const asked = asking({ rules: ['one', 'two'] }, '0');
    const large = { code: RULE_TROUBLES.tooLarge, message: 'it is too large' };
    const asker = askerOf([
      { unread: ['one', 'two'] },
      { rules: [rule(1, 0, { ...named('two'), trouble: large })] },
      { rules: [rule(1, 0, named('one'))] },
    ]);
    expect(await verdictOf(asker, asked)).toMatchObject({
      outcome: 'not-judged',
      reasons: [{ code: 'rule-unread', rule: 'two', why: 'TooManyResults: it is too large' }],
    });
    expect(paths.slice(1).map((path) => path.split('?')[1])).toEqual(['rule=two', 'rule=one']);
  });

  it('that is throttled for ever is unread, after a bounded number of questions', async () => {
    expect(await verdictOf(askerOf([{ rules: [throttled()] }]))).toMatchObject({
      outcome: 'not-judged',
      score: { passed: 0 },
    });
    expect(paths).toHaveLength(5);
    paths = [];
    const troubles = [{ operation: 'config:DescribeConfigRules', code: 'ThrottlingException', message: 'm' }];
    expect((await verdictOf(askerOf([{ troubles }]))).reasons[0]?.code).toBe('lane-unread');
    expect(paths).toHaveLength(5);
    paths = [];
    expect((await verdictOf(askerOf([{ unread: ['s3-bucket-versioning-enabled'] }]))).outcome).toBe(
      'not-judged',
    );
    expect(paths).toHaveLength(5);
  });

  it('is not asked again for what stays as it is', async () => {
    for (const about of [
      { rules: [rule(1, 0, { trouble: { code: 'RuleErrs', message: 'm' } })] },
      { rules: [rule(1, 0, { trouble: { code: 'AccessDeniedException', message: 'm' } })] },
      {
        troubles: [{ operation: 'sts:AssumeRole', code: 'AccessDenied', message: 'm' }],
        rules: [throttled()],
      },
    ]) {
      paths = [];
      expect((await verdictOf(askerOf([about]))).outcome).not.toBe('passed');
      expect(paths).toHaveLength(1);
    }
  });

  it.each<readonly [string, Answers[number]]>([
    ['no JSON of selfheal', 'nonsense'],
    ['without its rules', { rules: undefined as never }],
    ['without what it did not reach', { unread: undefined as never }],
    ['with a count that is none', { rules: [rule(-1)] }],
    ['with half a result', { rules: [rule(1.5)] }],
    ['with a recorder of a kind nobody knows', { recorder: { lane: LANE, state: 'fine' as never } }],
    ['from somewhere else', { via: 'hearsay' as never }],
    ['evaluated at no time', { rules: [rule(1, 0, { lastEvaluatedAt: 'soon' })] }],
    ['of another lane', { lane: { account: '999999999999', region: 'eu-west-1' }, rules: [rule(5)] }],
  ])('whose answer is malformed passes nothing: %s', async (_, answer) => {
    expect(await verdictOf(askerOf([answer]), asking({}, '0'))).toMatchObject({
      outcome: 'not-judged',
      reasons: [{ code: 'malformed' }],
    });
  });
});

describe('the time of a gate', () => {
  it('ends its questions, and what was not read by then is not judged', async () => {
    const asker = askerOf([busy(503), busy(503), { rules: [rule(5)] }], undefined, 2_500);
    expect((await verdictOf(asker)).outcome).toBe('not-judged');
    // A pause that would end after it is not begun.
    expect(pausesMs).toEqual([1_000]);
  });

  it('begins no question after it, though nothing went wrong', async () => {
    answerMs = 40_000;
    const [one, two, three] = ['one', 'two', 'three'].map((name) => rule(1, 0, named(name)));
    const answers = [
      { rules: [one as RuleCompliance], unread: ['two', 'three'] },
      { rules: [two as RuleCompliance], unread: ['three'] },
      { rules: [three as RuleCompliance] },
    ];
    const verdict = await verdictOf(
      askerOf(answers, undefined, 60_000),
      asking({ rules: ['one', 'two', 'three'] }),
    );
    expect(verdict.outcome).toBe('not-judged');
    expect(paths).toHaveLength(2);
    // Between portions, too.
    answerMs = 70_000;
    const every = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) =>
      rules.map(({ identifier }) => identifier),
    );
    paths = [];
    await verdictOf(askerOf([{}], undefined, 60_000), asking({ rules: every }));
    expect(paths).toHaveLength(1);
  });

  it('ends a question that nobody answers', async () => {
    vi.useFakeTimers();
    const verdict = verdictOf(askerOf(['never'], undefined, 60_000));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await verdict).toMatchObject({
      outcome: 'not-judged',
      reasons: [{ code: 'lane-unread', why: 'time was up after 60 s' }, { code: 'score-low' }],
    });
  });
});

describe('the list of lanes', () => {
  it.each<readonly [string, unknown]>([
    ['refused', new Failure('AWS does not let you', 1, undefined, 403)],
    ['without lanes', { troubles: [] }],
    ['without what it could not read', { lanes: [LANE] }],
    ['something else', []],
  ])('that is %s leaves nothing to judge', async (_, lanes) => {
    expect(await verdictOf(askerOf([{ rules: [rule(5)] }], lanes), asking({}, '0'))).toMatchObject({
      outcome: 'not-judged',
      lanes: [],
    });
    expect(paths).toEqual([]);
  });
});

describe('the questions', () => {
  it('hold no more names than the service takes, nor than an address holds, and leave none out', () => {
    const every = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) =>
      rules.map(({ identifier }) => identifier),
    );
    const long = Array.from({ length: 200 }, (_, n) => `${n}`.padStart(128, 'é'));
    for (const rules of [every, long]) {
      const portions = portionsOf({ rules, frameworks: [] }, catalog);
      expect(portions.length).toBeGreaterThan(1);
      for (const portion of portions) {
        expect(portion.length).toBeLessThanOrEqual(50);
        expect(
          new URLSearchParams(portion.map((name): [string, string] => ['rule', name])).toString().length,
        ).toBeLessThanOrEqual(6_000);
      }
      expect(new Set(portions.flat())).toEqual(new Set([...portions.flat(), ...rules]));
    }
  });

  it('keep all names of a rule together', () => {
    const pairs = Array.from({ length: 60 }, (_, n) => [`a${n}`, `b${n}`]);
    for (const portion of inPortions(pairs))
      for (const name of portion)
        expect(portion).toContain(`${name.startsWith('a') ? 'b' : 'a'}${name.slice(1)}`);
  });
});
