/** Text that may be taken for a policy: good ones changed a little, other YAML, and what is written to do harm. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { BROKEN_POLICIES, DOUBTFUL_POLICIES } from './broken-policies.ts';

/** Has every key that there is. */
export const EVERYTHING = `version: 1
timezone: Europe/Berlin
topics: { oncall: selfheal-oncall, team: 'arn:aws:sns:us-east-1:222222222222:selfheal-team' }
owners: { tag: Owner, contacts: { payroll: team }, fallback: oncall }
groups:
  oncall: { people: [ada@example.com, bob@example.com, 007], claims: [sre-oncall], roles: ['AWSReservedSSO_Oncall_*'] }
  leads: { people: [carol@example.com, dora@example.com] }
accounts: { '012345678901': prod, 222222222222: "Prüfung (EU)" }
operators: [oncall, leads]
changed-by: last-changed-by
windows: { nights: { cron: '0 22 * * 1-5', duration: 4h, timezone: America/New_York } }
blackouts:
  freeze: { from: 2027-12-20, until: 2028-01-06T08:00, reason: year end }
  backups: { cron: '30 2 * * *', duration: 1h, match: { resourceType: [{ prefix: 'AWS::RDS::' }] } }
exemptions:
  - { name: legacy, match: { tags: { system: [legacy] } }, owner: payroll, reason: old, expires: 2027-03-31 }
  - { name: forever, match: { account: ['333333333333'] }, owner: lab, reason: sandbox }
endless-exemptions: [forever]
defaults:
  retry: { attempts: 3, backoff: 30s, max-backoff: 15m }
  approval: { quorum: 1, expires: 24h, from: [leads], not: [requester, author, changer], escalate: [{ after: 15m, notify: [team] }] }
  verify: { settle: 2m, timeout: 30m }
  notify: { critical: [oncall, owner], high: [oncall], medium: [team], low: [] }
  grace: 0s
  windows: [nights]
  blast-radius: { max-concurrent-percent: 5, max-resources: 100, window: 1d }
  backlog: { resources: 50, window: 1h }
  breaker: { error-percentage: 50, window: 1h, attempts: 10, when-open: wait, probe-after: 15m }
  flapping: { cases: 5, within: 24h }
limits: { organization: { concurrency: 100 }, lane: { concurrency: 80, start-interval: 1s } }
entries:
  - name: first
    match:
      rule: [S3_BUCKET_VERSIONING_ENABLED, { wildcard: 'securityhub-*-x' }, { anything-but: { suffix: [a, b] } }]
      account: 012345678901
      tags: { n: [{ numeric: ['>=', 0, '<', 10] }], ip: [{ cidr: 10.0.0.0/8 }], env: [{ exists: false }], $or: [{ a: x }, { b: y }] }
      $or: [{ region: eu-west-1 }, { severity: [high], framework: [cis] }]
    severity: low
    mode: auto
    authors: [dora@example.com]
    notify: [team, owner]
    limits: { rule: { concurrency: 5, starts-per-minute: 6 } }
    grace: 4h
  - { name: second, match: { rule: S3_BUCKET_LOGGING_ENABLED }, mode: approve, runbook: AWS-ConfigureS3BucketLogging, parameters: { TargetBucket: logs } }
`;

const DEFAULT = readFileSync(join(import.meta.dirname, '../../../policy.yml'), 'utf8');
const GOOD = [EVERYTHING, EVERYTHING, DEFAULT, ...Object.values(DOUBTFUL_POLICIES)];
const ALL = [...GOOD, ...Object.values(BROKEN_POLICIES)];

/** What means something to YAML, to the policy, or to whoever reads a message. */
const fragment = fc.constantFrom(
  ...[
    'version: 1',
    'entries:',
    '- name: a',
    'match: {}',
    'match:',
    'mode: auto',
    '<<: *a',
    '$or',
    '__proto__: 1',
    'constructor: {}',
    'toString',
    'tags:',
  ],
  ...[
    '&a ',
    '*a',
    '!!binary ',
    '!!set ',
    '!x ',
    '|',
    '>-',
    '%YAML 1.2\n',
    '---\n',
    '...\n',
    '? ',
    ': ',
    '- ',
    '# ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '`',
    '@',
  ],
  ...[
    '\t',
    '\n',
    '\r',
    '\r\n',
    '  ',
    '\0',
    '\u0007',
    '\u001b[31m',
    '\u0085',
    '\u2028',
    '\u202e',
    '\uFEFF',
    '\uD800',
    '\uDC00',
    '🚀',
    'é',
  ],
  ...[
    'null',
    '~',
    'true',
    'yes',
    '.inf',
    '-.nan',
    '0x10',
    '1e999',
    '9007199254740993',
    '12:30:45',
    '2026-02-30',
    '1_000',
    "''",
    '-0',
    '2001-12-14t21:59:43.10-05:00',
  ],
  ...[
    '0 22 * * *',
    '* * * * *',
    '0 0 31 2 *',
    '0 0 L * *',
    '0 0 * * 1#2',
    '@yearly',
    '60 * * * *',
    '0s',
    '999999d',
    '1h',
    'Europe/Berlin',
    '+05:00',
    'Etc/GMT-14',
  ],
  ...[
    '**',
    'a*b*c*',
    '\\',
    '\\*',
    '10.0.0.0/33',
    '::/0',
    'arn:aws:sns:',
    '{{ ssm:x }}',
    '9999-12-31',
    '0000-01-01',
    '2026-03-29T02:30',
  ],
);

type Change = (text: string) => string;
const at = (text: string, part: number): number => Math.floor((text.length + 1) * part);
const part = fc.double({ min: 0, max: 0.999999, noNaN: true });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(part, fragment).map(
    ([where, put]): Change =>
      (text) =>
        text.slice(0, at(text, where)) + put + text.slice(at(text, where)),
  ),
  fc.tuple(part, fc.nat(40), fragment).map(
    ([where, cut, put]): Change =>
      (text) =>
        text.slice(0, at(text, where)) + put + text.slice(at(text, where) + cut),
  ),
  fc.tuple(part, fc.string({ unit: 'binary', maxLength: 4 })).map(
    ([where, put]): Change =>
      (text) =>
        text.slice(0, at(text, where)) + put + text.slice(at(text, where) + 1),
  ),
  part.map(
    (where): Change =>
      (text) =>
        text.slice(0, at(text, where)),
  ),
  fc.tuple(part, part).map(
    ([from, to]): Change =>
      (text) => {
        const lines = text.split('\n');
        const [moved = ''] = lines.splice(Math.floor(lines.length * from), 1);
        lines.splice(Math.floor(lines.length * to), 0, moved);
        return lines.join('\n');
      },
  ),
  fc.tuple(part, fc.integer({ min: -4, max: 6 })).map(
    ([where, by]): Change =>
      (text) =>
        text
          .split('\n')
          .map((line, index, { length }) =>
            index !== Math.floor(length * where) ? line : by < 0 ? line.slice(-by) : ' '.repeat(by) + line,
          )
          .join('\n'),
  ),
  // A word of the policy stands where another one does.
  fc.tuple(part, part).map(
    ([from, to]): Change =>
      (text) => {
        const words = [...text.matchAll(/[\w.:*-]+/g)];
        const [source, target] = [
          words[Math.floor(words.length * from)],
          words[Math.floor(words.length * to)],
        ];
        return source === undefined || target === undefined
          ? text
          : text.slice(0, target.index) + source[0] + text.slice(target.index + target[0].length);
      },
  ),
);

const changedText = fc
  .tuple(fc.constantFrom(...ALL), fc.array(change, { minLength: 1, maxLength: 6 }))
  .map(([text, changes]) => changes.reduce((changed, each) => each(changed), text));

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fragment,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1,
    2,
    1.5,
    100,
    501,
    1e21,
    Number.MAX_SAFE_INTEGER,
    '',
    [],
    {},
    [null],
    [[]],
    { a: null },
    [{}, {}],
  ),
  fc.constantFrom<unknown>(
    'auto',
    'approve',
    '1m',
    '30d',
    'oncall',
    'nights',
    'nope',
    '0 22 * * *',
    '2027-01-01',
    [{ prefix: '' }],
    { $or: [{}, {}] },
  ),
);

/** Some value in a policy is another, is gone, or has another name. */
const changedData = fc
  .tuple(
    fc.constantFrom(...GOOD),
    fc.array(
      fc.tuple(
        fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('set', 'remove', 'rename', 'add'),
        anyValue,
        fragment,
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, changes]) => {
    const data: unknown = parse(text);
    for (const [steps, how, value, name] of changes) changeAt(data, steps, how, value, name);
    return stringify(data, { aliasDuplicateObjects: true });
  });

const changeAt = (
  data: unknown,
  steps: readonly number[],
  how: string,
  value: unknown,
  name: string,
): void => {
  let holder: unknown = data;
  for (const [depth, step] of steps.entries()) {
    if (holder === null || typeof holder !== 'object') return;
    const keys = Object.keys(holder);
    const key = keys[step % Math.max(1, keys.length)];
    const record = holder as Record<string, unknown>;
    const inner = key === undefined ? undefined : record[key];
    if (key !== undefined && depth < steps.length - 1 && inner !== null && typeof inner === 'object') {
      holder = inner;
      continue;
    }
    if (how === 'add' || key === undefined)
      Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
    else if (how === 'set') record[key] = value;
    else if (how === 'remove') delete record[key];
    else
      Object.defineProperty(record, name, {
        value: inner,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return;
  }
};

/** Harm by size; the sizes stay small enough for the tests of every day. */
const large = (sizeMax: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 1, max: sizeMax }), fragment, fragment)
    .chain(([size, left, right]) =>
      fc.constantFrom(
        left.repeat(size),
        `${left.repeat(size)}${right.repeat(size)}`,
        `version: 1\nentries:\n${`  - { name: ${left}, match: { rule: ${right} } }\n`.repeat(Math.ceil(size / 8))}`,
        `version: 1\nentries:\n${Array.from({ length: Math.ceil(size / 4) }, (_, index) => `  - { name: e${index}, match: { $or: [{ rule: r${index % 7} }, { resourceId: [{ prefix: '${index % 5}' }] }] } }\n`).join('')}`,
        `version: 1\nentries:\n  - name: a\n    match: ${'{ $or: [{ rule: x }, '.repeat(size % 40)}${left}`,
        `version: 1\nentries: [{ name: a, match: { rule: [${Array.from({ length: size }, (_, index) => `r${index}`).join(', ')}] } }]`,
        `version: 1\nentries: []\n${left}: ${right.repeat(size)}\n`,
        `version: 1\nblackouts: { a: { cron: '${left}', duration: 1h } }\nentries: [{ name: a, match: {}, mode: auto }]\n`,
        `version: 1\nexemptions:\n${`  - { name: x, match: { rule: ${left} }, owner: o, reason: r }\n`.repeat(Math.ceil(size / 8))}entries: []\n`,
        Array.from(
          { length: size % 400 },
          (_, depth) => `${' '.repeat(depth)}${depth % 2 === 0 ? 'a:' : '- b:'}`,
        ).join('\n'),
      ),
    );

const otherYaml = fc.oneof(
  fc.jsonValue({ maxDepth: 5 }).map((value) => stringify(value)),
  fc.array(fragment, { maxLength: 80 }).map((fragments) => fragments.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

/** @param sizeMax how often something may be repeated */
export const anyPolicyText = (sizeMax: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: changedText },
    { weight: 5, arbitrary: changedData },
    { weight: 2, arbitrary: otherYaml },
    { weight: 1, arbitrary: large(sizeMax) },
  );
