/** Whatever stands in a field that comes from outside: it is text in the message, and nothing else. */
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { inChat } from '../../../domain/message/chat.ts';
import { variantsOf } from '../../../domain/message/variants.ts';
import type { Message } from '../../../domain/message.ts';
import { readDoc } from '../../docs/markdown.ts';
import { aCase, NOW } from '../../support/cases.ts';
import { messageOf, payroll } from './samples.ts';

const ATTACKS = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '\u202egnp.exe\u2066\u200f\u061c',
  '{{ global:ACCOUNT_ID }}{{ssm:password}}',
  'a\r\nBcc: all@example.com\r\n\r\nbody\u2028\u2029\u0085\u0000',
  '<!channel> <!here> <@U123> @here @channel @everyone <users/all>',
  '*bold* _it_ ~no~ `code` ```block``` [click](https://evil.example) ![x](https://evil.example/x.png)',
  '<https://evil.example|sign in>',
  'https://evil.example/approve?x=1 javascript://%0aalert(1)',
  '> quote\n# title\n| a | b |',
  '\ud800 lone \udfff',
  '"; selfheal approve x --plan-hash y; "',
  '\\`\\*\\[',
  '👩‍👩‍👧‍👦'.repeat(30),
  '\u0300'.repeat(500),
];
const hostile = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.tuple(fc.constantFrom(...ATTACKS), fc.string({ unit: 'binary' })).map(([a, b]) => a + b),
);

interface Fields {
  readonly resourceId: string;
  readonly rule: string;
  readonly type: string;
  readonly entry: string;
  readonly annotation: string;
  readonly reason: string;
  readonly who: string;
  readonly parameter: string;
  readonly group: string;
  readonly change: string;
}

const fields: fc.Arbitrary<Fields> = fc.record({
  resourceId: hostile,
  rule: hostile,
  type: hostile,
  entry: hostile,
  annotation: hostile,
  reason: hostile,
  who: hostile,
  parameter: hostile,
  group: hostile,
  change: hostile,
});

const head = (f: Fields): Partial<Case> => {
  const { ruleIdentifier: _, ...finding } = payroll().finding;
  return {
    finding: { ...finding, resourceId: f.resourceId, rule: f.rule, resourceType: f.type },
    origin: { ...payroll().origin, configRuleName: f.rule },
    entry: f.entry,
    newestEvaluation: { compliance: 'NON_COMPLIANT', recordedAt: NOW, annotation: f.annotation },
    manualSteps: [f.reason],
    terms: {
      ...payroll().terms,
      notify: [f.group],
      approval: {
        ...payroll().terms.approval,
        from: [f.group],
        escalate: [{ afterMs: 60_000, notify: [f.group] }],
      },
    },
  };
};

const messages = (f: Fields): readonly Message[] => {
  const vote = { planHash: 'x', answer: 'approve', who: f.who, reason: f.reason, at: NOW } as const;
  const plan = {
    ...payroll().state.plan,
    parameters: { S3BucketName: [f.parameter], [f.change]: [f.parameter] },
  };
  const record = {
    tried: 1,
    healed: 0,
    failures: [{ caseId: 'c', resourceId: f.resourceId, at: f.reason, why: f.reason }],
  };
  const name = { accountName: f.group, record };
  return [
    messageOf(payroll({ plan, changes: [f.change], decisions: [vote] }, head(f)), name),
    messageOf(payroll({ plan, announced: true, decisions: [vote] }, head(f)), name),
    messageOf(aCase('needs-human', { reason: f.reason, manualSteps: [f.change] }, head(f)), name),
    messageOf(aCase('held', { reason: 'grace', announced: false, detail: f.reason }, head(f)), name),
    messageOf(
      aCase(
        'closed-by-human',
        { who: f.who, reason: f.reason },
        {
          ...head(f),
          approval: { planHash: 'x', decisions: [vote], validUntil: NOW },
          asked: { rungs: 0, startsAt: NOW },
        },
      ),
      name,
    ),
    messageOf(
      aCase(
        'queued',
        {},
        {
          ...head(f),
          approval: { planHash: 'x', plan, decisions: [vote], validUntil: NOW },
          asked: { rungs: 0, startsAt: NOW },
        },
      ),
      name,
    ),
    messageOf(aCase('denied', { decision: { ...vote, answer: 'deny', exemption: f.reason } }, head(f)), name),
    messageOf(aCase('suppressed', { exemption: f.reason }, { ...head(f), asked: { rungs: 0 } }), name),
  ];
};

// Without our own line breaks, and without what we say ourselves.
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const ours = (chat: string): string =>
  chat
    .replace(/^\*[^*\n]*\*$/gm, '')
    .replace(/^`selfheal [^`]*`$/gm, '')
    .replace(/https:\/\/selfheal\.example\.com\/decide\/\S+/g, '');

const validate = new Ajv({ strict: true, formats: { uri: true, 'date-time': true } }).compile(
  JSON.parse(readDoc('docs/message.schema.json')),
);

const holds = (message: Message): void => {
  const { subject, text, attributes, facts, chat } = message;
  expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/);
  for (const line of text.split('\n')) expect(line).not.toMatch(FORBIDDEN);
  expect(text.length).toBeLessThan(30_000);
  for (const [name, value] of Object.entries(attributes)) {
    expect(name).toMatch(/^[a-z-]+$/);
    expect(value).not.toBe('');
    expect(value).not.toMatch(FORBIDDEN);
  }
  expect(Object.keys(attributes).length).toBeLessThanOrEqual(10);
  expect(JSON.stringify(facts)).not.toMatch(/\\u[0-9a-f]{4}|\\[nrtbf]/);
  expect(validate(facts), JSON.stringify(validate.errors)).toBe(true);
  if (chat === undefined) throw new Error('there is nothing for chat');
  const { title, description, nextSteps = [] } = chat.content;
  expect(title.length).toBeLessThanOrEqual(250);
  expect(description.length).toBeLessThanOrEqual(8_000);
  expect(nextSteps.length).toBeLessThanOrEqual(5);
  const said = [title, description, ...nextSteps, ...Object.values(chat.metadata.additionalContext)];
  for (const part of said.map(ours)) {
    expect(part).not.toMatch(/[<>@*~`|#\\&]|:\/\/|\]\(|\]\[/);
    expect(part.replaceAll('\n', '')).not.toMatch(FORBIDDEN);
    expect(part).not.toMatch(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u);
  }
  const variants = variantsOf(message);
  expect(Buffer.byteLength(JSON.stringify(variants))).toBeLessThan(240_000);
  expect(JSON.parse(JSON.stringify(variants))).toEqual(variants);
};

describe('hostile content is inert in subject, text, attributes, JSON and chat', () => {
  it.each(ATTACKS.map((attack, index) => [index, attack] as const))(
    'attack %i in every field',
    (_, attack) => {
      const all = Object.fromEntries(
        [
          'resourceId',
          'rule',
          'type',
          'entry',
          'annotation',
          'reason',
          'who',
          'parameter',
          'group',
          'change',
        ].map((name) => [name, attack]),
      );
      for (const message of messages(all as unknown as Fields)) holds(message);
    },
  );

  it('whatever it is', () => {
    fc.assert(
      fc.property(fields, (given) => {
        for (const message of messages(given)) holds(message);
      }),
      { numRuns: 60 },
    );
  });

  it('a megabyte in every field is cut, and fits into one publication', () => {
    for (const char of ['x', '"', '\u001b', '💥', '<']) {
      const long = char.repeat(1_000_000 / char.length);
      const all = { resourceId: long, rule: long, type: long, entry: long, annotation: long };
      const rest = { reason: long, who: long, parameter: long, group: long, change: 'a' };
      for (const message of messages({ ...all, ...rest })) holds(message);
    }
  });
});

it('what people read in chat looks as it was written', () => {
  expect(inChat('<!channel> *free* https://example.com my_bucket_name _x_')).toBe(
    '‹!channel› ∗free∗ https:⁄⁄example.com my_bucket_name ＿x＿',
  );
});
