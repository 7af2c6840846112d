/** Approvers who are too few, or left out by what nobody knows; groups and tags that nothing asks for. */
import { samePerson } from '../../person.ts';
import type { ApprovalPolicy, Policy } from '../policy.ts';
import { type DocumentPath, listed, type PathProblem, shown } from '../policy-problem.ts';
import { valueAt } from '../schema-problems.ts';

/** @param document the policy as it is written: what the defaults say is told there, once */
export const approverContradictions = (policy: Policy, document: unknown): readonly PathProblem[] => {
  const isWritten = (...path: DocumentPath): boolean => valueAt(document, path) !== undefined;
  const { entries, unmatched } = policy;
  const someAuthors = entries.find(({ authors }) => authors !== undefined)?.authors;
  return [
    ...(isWritten('defaults', 'approval')
      ? [
          ...quorumProblems(policy, unmatched.approval, [], ['defaults', 'approval'], isWritten),
          ...authorProblems(unmatched.approval, someAuthors, ['defaults', 'approval'], isWritten),
        ]
      : []),
    ...entries.flatMap(({ approval, authors, mode }, index) => {
      const path = ['entries', index];
      const isJudged =
        mode !== 'observe' &&
        (authors !== undefined || QUORUM_KEYS.some((key) => isWritten(...path, 'approval', key)));
      return [
        ...(isJudged ? quorumProblems(policy, approval, authors, [...path, 'approval'], isWritten) : []),
        ...authorProblems(approval, authors, [...path, 'approval'], isWritten),
      ];
    }),
    ...unusedGroups(policy),
    ...unusedChangedBy(policy),
  ];
};

/** What has a part in how many people there are for a quorum. */
const QUORUM_KEYS = ['quorum', 'from', 'not'] as const;

type IsWritten = (...path: DocumentPath) => boolean;

/** Only where the policy itself names everybody: how many a claim or a role lets in is not known here. */
const quorumProblems = (
  { groups = {} }: Policy,
  { quorum, from, not = [] }: ApprovalPolicy,
  authors: readonly string[] = [],
  path: DocumentPath,
  isWritten: IsWritten,
): readonly PathProblem[] => {
  const named = (from ?? []).flatMap((name) => groups[name] ?? []);
  if (from === undefined || named.some(({ claims, roles }) => claims.length + roles.length > 0)) return [];
  const people = named
    .flatMap((group) => group.people)
    .filter((name, index, all) => all.findIndex((other) => samePerson(other, name)) === index);
  const left = not.includes('author')
    ? people.filter((name) => !authors.some((author) => samePerson(author, name)))
    : people;
  if (left.length >= quorum) return [];
  const key = QUORUM_KEYS.find((each) => isWritten(...path, each));
  const without = left.length < people.length ? ' who did not write the entry' : '';
  return [
    {
      path: key === undefined ? [...path.slice(0, -1), 'authors'] : [...path, key],
      expected: `a quorum that can be had: ${left.length === 1 ? 'one person is' : `${left.length} people are`} in ${listed(from)}${without}`,
      found: `quorum ${quorum}`,
      action: 'every approval would expire: lower quorum, or name more people under groups',
    },
  ];
};

const authorProblems = (
  { not = [] }: ApprovalPolicy,
  authors: readonly string[] | undefined,
  path: DocumentPath,
  isWritten: IsWritten,
): readonly PathProblem[] =>
  authors === undefined && isWritten(...path, 'not') && not.includes('author')
    ? [
        {
          path: [...path, 'not', not.indexOf('author')],
          warning: true,
          expected: 'authors, who are left out by it',
          found: `author, and no authors in ${path[0] === 'defaults' ? 'any entry' : 'the entry'}`,
          action: 'write authors: [ada@example.com] in the entry, or nobody is left out',
        },
      ]
    : [];

/** Whoever wrote a group believes that its people decide something. */
const unusedGroups = ({
  groups = {},
  operators = [],
  entries,
  unmatched,
}: Policy): readonly PathProblem[] => {
  const used = new Set([
    ...operators,
    ...[unmatched, ...entries].flatMap(({ approval }) => approval.from ?? []),
  ]);
  return Object.keys(groups)
    .filter((name) => !used.has(name))
    .map((name) => ({
      path: ['groups', name],
      atKey: true,
      warning: true,
      expected: 'a group that operators or an approval name',
      found: shown(name),
      action: `its people decide nothing: write from: [${name}] in approval, or remove it`,
    }));
};

const unusedChangedBy = ({ changedByTag, entries }: Policy): readonly PathProblem[] =>
  changedByTag === undefined || entries.some(({ approval }) => approval.not?.includes('changer'))
    ? []
    : [
        {
          path: ['changed-by'],
          atKey: true,
          warning: true,
          expected: 'an approval that leaves the changer out',
          found: `the tag ${shown(changedByTag)}, which nothing looks at`,
          action: 'write not: [changer] in approval, or remove it',
        },
      ];
