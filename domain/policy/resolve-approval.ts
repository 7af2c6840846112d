/** Who decides and who is told: groups, quorum, ladder and topics, key by key over what holds otherwise. */
import type { Severity } from '../catalog/catalog.ts';
import { isPersonName, personName } from '../person.ts';
import { durationMs, durationText } from './duration.ts';
import { type ApprovalPolicy, type Group, type Notify, OWNER, type Rung } from './policy.ts';
import { type DocumentPath, type PathProblem, shown } from './policy-problem.ts';
import type { EntryDocument, PolicyDocument } from './policy-schema.ts';
import { topicsFor } from './select-policy.ts';
import { unknownName } from './unknown-name.ts';

type Report = (problem: PathProblem) => void;
type Written = Pick<EntryDocument, 'approval' | 'notify' | 'severity'>;

/** What approvals and `notify` may name. */
export interface KnownPeople {
  readonly topicNames: readonly string[];
  readonly groupNames: readonly string[];
  readonly hasOwners: boolean;
  readonly hasChangedBy: boolean;
}

export const resolveGroups = (
  written: PolicyDocument['groups'],
  report: Report,
): Readonly<Record<string, Group>> | undefined =>
  written &&
  Object.fromEntries(
    Object.entries(written).map(([name, { people = [], claims = [], roles = [] }]) => {
      const path = ['groups', name];
      if (people.length + claims.length + roles.length === 0)
        report({
          path,
          atKey: true,
          expected: 'a group that somebody is in',
          found: 'neither people, claims nor roles',
          action: `write who is in it: ${name}: {people: [ada@example.com]}`,
        });
      return [name, { people: resolvePeople(people, [...path, 'people'], report), claims, roles }];
    }),
  );

/** As their names are compared, each once. */
export const resolvePeople = (
  written: readonly string[],
  path: DocumentPath,
  report: Report,
): readonly string[] => {
  const names = written.map(personName);
  for (const [index, name] of names.entries())
    if (!isPersonName(name))
      report({
        path: [...path, index],
        expected: "a person's name: letters, digits, spaces and . _ @ + -, and no part of selfheal",
        found: shown(written[index]),
        action: 'write it as the timeline of a case names them',
      });
  return [...new Set(names)];
};

export const reportUnknownGroups = (
  names: readonly string[],
  groupNames: readonly string[],
  path: DocumentPath,
  report: Report,
): void => {
  for (const [index, name] of names.entries())
    if (!groupNames.includes(name))
      report(unknownName('group', 'groups', name, groupNames, [...path, index]));
};

export const resolveApproval = (
  { approval: written }: Written,
  otherwise: ApprovalPolicy,
  known: KnownPeople,
  path: DocumentPath,
  report: Report,
): ApprovalPolicy => {
  if (written === undefined) return otherwise;
  reportUnknownGroups(written.from ?? [], known.groupNames, [...path, 'from'], report);
  const changer = written.not?.indexOf('changer') ?? -1;
  if (changer >= 0 && !known.hasChangedBy)
    report({
      path: [...path, 'not', changer],
      expected: 'changed-by, the tag that says who changed a resource last',
      found: 'changer, and no changed-by',
      action: 'nobody would be left out: write changed-by: KEY at the top',
    });
  const from = written.from ?? otherwise.from;
  const not = written.not ?? otherwise.not;
  const escalate = written.escalate?.map(
    ({ after, notify }): Rung => ({ afterMs: durationMs(after) ?? 0, notify }),
  );
  const approval: ApprovalPolicy = {
    quorum: written.quorum ?? otherwise.quorum,
    expiresAfterMs: durationMs(written.expires ?? '') ?? otherwise.expiresAfterMs,
    ...(from && { from }),
    ...(not && { not }),
    ...((escalate ?? otherwise.escalate) && { escalate: escalate ?? otherwise.escalate }),
  };
  if (escalate !== undefined) reportLadder(escalate, approval, known, [...path, 'escalate'], report);
  else if (written.expires !== undefined) reportShortExpiry(approval, path, report);
  return approval;
};

const reportLadder = (
  rungs: readonly Rung[],
  { expiresAfterMs }: ApprovalPolicy,
  known: KnownPeople,
  path: DocumentPath,
  report: Report,
): void => {
  for (const [index, { afterMs, notify }] of rungs.entries()) {
    const found = durationText(afterMs);
    const before = rungs[index - 1]?.afterMs ?? 0;
    if (afterMs <= before)
      report({
        path: [...path, index, 'after'],
        expected: `longer than the rung before it, ${durationText(before)}`,
        found,
        action: 'write the rungs in the order in which people are told, each after the one before',
      });
    if (afterMs >= expiresAfterMs)
      report({
        path: [...path, index, 'after'],
        expected: `sooner than the approval expires, ${durationText(expiresAfterMs)}`,
        found,
        action: 'they would never be told: lower it, or raise expires',
      });
    reportBadTopics(notify, known, [...path, index, 'notify'], report, { ownerMay: false });
  }
};

/** A ladder of the defaults, under an entry that waits less long. */
const reportShortExpiry = (
  { expiresAfterMs, escalate = [] }: ApprovalPolicy,
  path: DocumentPath,
  report: Report,
): void => {
  const lastMs = escalate.at(-1)?.afterMs ?? 0;
  if (expiresAfterMs <= lastMs)
    report({
      path: [...path, 'expires'],
      expected: `longer than the last rung of escalate, ${durationText(lastMs)}`,
      found: durationText(expiresAfterMs),
      action: 'raise it, or write escalate beside it with sooner rungs',
    });
};

export const resolveNotify = (
  { notify: written, severity }: Written,
  otherwise: Notify,
  known: KnownPeople,
  path: DocumentPath,
  report: Report,
): Notify => {
  const lists = isList(written) ? { '': written } : written;
  for (const [key, names = []] of Object.entries(lists ?? {}))
    reportBadTopics(names, known, key === '' ? path : [...path, key], report, { ownerMay: true });
  const topicsAt = (one: Severity): readonly string[] =>
    isList(written) ? written : (written?.[one] ?? topicsFor(otherwise, one));
  if (severity !== undefined) return topicsAt(severity);
  if (written === undefined) return otherwise;
  if (isList(written)) return written;
  return {
    low: topicsAt('low'),
    medium: topicsAt('medium'),
    high: topicsAt('high'),
    critical: topicsAt('critical'),
  };
};

const isList = (written: Written['notify']): written is string[] => Array.isArray(written);

/** The owner hears of a case as it goes on; nobody is called to an approval by being an owner. */
const reportBadTopics = (
  names: readonly string[],
  { topicNames, hasOwners }: KnownPeople,
  path: DocumentPath,
  report: Report,
  { ownerMay }: { readonly ownerMay: boolean },
): void => {
  for (const [index, name] of names.entries()) {
    const at = [...path, index];
    if (name !== OWNER) {
      if (!topicNames.includes(name)) report(unknownName('topic', 'topics', name, topicNames, at));
    } else if (!ownerMay)
      report({
        path: at,
        expected: 'a topic, by its name under topics',
        found: shown(name),
        action: 'the owner is told by notify of the entry or the defaults, not by a rung',
      });
    else if (!hasOwners)
      report({
        path: at,
        expected: 'owners, which say by which tag an owner is known',
        found: `${shown(name)}, and no owners`,
        action: 'write owners: {tag: Owner, fallback: TOPIC} at the top',
      });
  }
};
