/** Who may decide, who is told, and who is told next, as a policy says it. */
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Policy, PolicySubject } from '../../../domain/policy/policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { compilePolicy } from '../../../domain/policy/select-policy.ts';
import { aSubject } from './subjects.ts';

const policyOf = (text: string): Policy => {
  const parsed = parsePolicy(
    `version: 1\ntopics: { oncall: a, team: b, second: c, third: d }\n${text}`,
    'policy.yml',
  );
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
};

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const subjectOf = (severity: PolicySubject['severity']): PolicySubject => {
  const { severity: _, ...subject } = aSubject();
  return { ...subject, ...(severity && { severity }) };
};
const told = (text: string): readonly string[] =>
  SEVERITIES.map((severity) =>
    compilePolicy(policyOf(text)).select(subjectOf(severity)).entry.notify.join('+'),
  );

describe('groups', () => {
  it('name people as decisions do, each once, and claims and roles as they are spelled', () => {
    const { groups } = policyOf(`groups:
  oncall: { people: [' Ada@Example.com', ada@example.com, ＢＯＢ], claims: [SRE-OnCall, 007], roles: ["AWSReservedSSO_Oncall_*"] }
entries: []
`);
    expect(groups).toEqual({
      oncall: {
        people: ['ada@example.com', 'bob'],
        claims: ['SRE-OnCall', '007'],
        roles: ['AWSReservedSSO_Oncall_*'],
      },
    });
  });

  it('are named by operators, and the tag of changes has its key', () => {
    const policy = policyOf(
      'groups: { ops: { claims: [ops] } }\noperators: [ops]\nchanged-by: last-changed-by\nentries: []\n',
    );
    expect(policy).toMatchObject({ operators: ['ops'], changedByTag: 'last-changed-by' });
  });

  it('may be none: then the policy says nothing of them', () => {
    const policy = policyOf('entries: [{ name: a, match: {} }]\n');
    for (const key of ['groups', 'operators', 'changedByTag']) expect(policy).not.toHaveProperty(key);
    expect(policy.entries[0]?.approval).toEqual({ quorum: 1, expiresAfterMs: 86_400_000 });
    expect(policy.entries[0]).not.toHaveProperty('authors');
  });
});

describe('the approval of an entry', () => {
  const approvalOf = (entry: string) =>
    policyOf(`changed-by: who
groups: { oncall: { claims: [a] }, leads: { claims: [b] } }
defaults:
  approval:
    quorum: 2
    from: [oncall]
    not: [requester, author, changer]
    escalate: [{ after: 15m, notify: [second] }, { after: 30m, notify: [third, team] }]
entries: [{ name: a, match: {}${entry} }]
`).entries[0];

  it('comes from the defaults, key by key', () => {
    expect(approvalOf('')?.approval).toEqual({
      quorum: 2,
      expiresAfterMs: 86_400_000,
      from: ['oncall'],
      not: ['requester', 'author', 'changer'],
      escalate: [
        { afterMs: 900_000, notify: ['second'] },
        { afterMs: 1_800_000, notify: ['third', 'team'] },
      ],
    });
    expect(approvalOf(', approval: { quorum: 1, from: [leads, oncall] }')?.approval).toMatchObject({
      quorum: 1,
      from: ['leads', 'oncall'],
      not: ['requester', 'author', 'changer'],
      escalate: [{}, {}],
    });
  });

  it('leaves nobody out, and tells nobody else, where it says so', () => {
    expect(approvalOf(', approval: { not: [], escalate: [] }')?.approval).toMatchObject({
      from: ['oncall'],
      not: [],
      escalate: [],
    });
  });

  it('knows who wrote the entry by the names that decide', () => {
    expect(approvalOf(', authors: [Ada@Example.com, 007]')?.authors).toEqual(['ada@example.com', '007']);
  });
});

describe('notify by severity', () => {
  const BY_SEVERITY = 'defaults: { notify: { critical: [oncall, team], high: [oncall], medium: [team] } }';

  it('is of the severity that the catalog says, where the entry says none', () => {
    expect(told(`${BY_SEVERITY}\nentries: [{ name: a, match: {} }]\n`)).toEqual([
      '',
      'team',
      'oncall',
      'oncall+team',
    ]);
  });

  it('is of the severity of the entry, whatever the catalog says', () => {
    expect(told(`${BY_SEVERITY}\nentries: [{ name: a, match: {}, severity: high }]\n`)).toEqual(
      Array(4).fill('oncall'),
    );
  });

  it('lays what an entry says of some severities over the defaults, list or not', () => {
    const entries = 'entries: [{ name: a, match: {}, notify: { low: [third], critical: [] } }]\n';
    expect(told(`${BY_SEVERITY}\n${entries}`)).toEqual(['third', 'team', 'oncall', '']);
    expect(told(`defaults: { notify: [second] }\n${entries}`)).toEqual(['third', 'second', 'second', '']);
  });

  it('is a list for all of them where the entry says so', () => {
    expect(told(`${BY_SEVERITY}\nentries: [{ name: a, match: {}, notify: [second] }]\n`)).toEqual(
      Array(4).fill('second'),
    );
  });

  it('holds for what no entry matches, and takes for serious what nobody knows', () => {
    expect(told(`${BY_SEVERITY}\nentries: []\n`)).toEqual(['', 'team', 'oncall', 'oncall+team']);
    const { entry } = compilePolicy(policyOf(`${BY_SEVERITY}\nentries: []\n`)).select(subjectOf(undefined));
    expect(entry.notify).toEqual(['oncall']);
  });
});
