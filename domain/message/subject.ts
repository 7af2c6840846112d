/** The hundred characters that a phone shows at night: what is to be decided, about what, where, and what is wrong. */
import type { Case } from '../case/case.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { ascii } from '../message.ts';
import { isAboutAccount, shortId, shown, typeWords } from './words.ts';

interface Named {
  readonly catalog: Catalog;
  readonly accountName?: string;
}

/**
 * At most a hundred printable characters. What does not fit is cut from the least important: first the middle of a
 * long name of the resource, then the account, then the kind of resource, and what is wrong last.
 *
 * @example
 * const bucket = { ...finding, resourceType: 'AWS::S3::Bucket', resourceId: 'payroll' };
 * const about = { severity: 'critical', finding: bucket };
 * const around = { catalog: { rule: () => ({ headline: 'is public' }) }, accountName: 'prod' };
 * subjectOf('Approve?', about, around) // '[CRITICAL] Approve? S3 bucket "payroll" in prod is public'
 */
export const subjectOf = (verb: string, about: Case, around: Named): string => {
  const head = `[${about.severity.toUpperCase()}] ${verb}`;
  const wrong = headlineOf(about, around);
  const account = plain(around.accountName ?? about.finding.account, 40);
  const type = upperFirst(typeWords(about.finding.resourceType));
  const id = plain(shortId(about.finding.resourceId), 300);
  if (isAboutAccount(about.finding)) return ascii(`${head} Account ${account} ${wrong}`, CHARS_MAX);
  const said = (kind: string, name: string, where: string) => `${head} ${kind}"${name}"${where} ${wrong}`;
  const shapes = [
    { kind: `${type} `, where: ` in ${account}` },
    { kind: `${type} `, where: '' },
    { kind: '', where: '' },
  ];
  for (const { kind, where } of shapes) {
    const room = CHARS_MAX - said(kind, '', where).length;
    if (id.length <= room || room >= NAME_CHARS_MIN)
      return ascii(said(kind, cutMiddle(id, room), where), CHARS_MAX);
  }
  return ascii(said('', cutMiddle(id, NAME_CHARS_MIN), ''), CHARS_MAX);
};

/** A sentence of what is wrong, where, without its full stop. */
export const whatIsWrong = (about: Case, around: Named): string => {
  const { finding, lane } = about;
  const account =
    around.accountName === undefined
      ? finding.account
      : `${shown(around.accountName, 64)} (${finding.account})`;
  const wrong = headlineOf(about, around);
  return isAboutAccount(finding)
    ? `Account ${account}, ${lane.region}, ${wrong}`
    : `${upperFirst(typeWords(finding.resourceType))} "${shown(finding.resourceId, 300)}" in account ${account}, ${lane.region}, ${wrong}`;
};

/** @example whereOf({ finding, lane: { region: 'us-east-1' } }) // '222222222222, region us-east-1' */
export const whereOf = ({ finding, lane }: Case): string => `${finding.account}, region ${lane.region}`;

/** What is wrong in the catalog's words; of a rule that it does not know, that it fails it. */
export const headlineOf = ({ finding }: Case, { catalog }: Pick<Named, 'catalog'>): string =>
  catalog.rule(finding.ruleIdentifier ?? finding.rule)?.headline ?? `fails rule ${plain(finding.rule, 40)}`;

/** Nothing in a name may look like the end of it. */
const plain = (text: string, charsMax: number): string =>
  ascii(shown(text, charsMax).replaceAll('"', "'"), charsMax);

/** Names often differ at their ends. */
const cutMiddle = (name: string, charsMax: number): string => {
  if (name.length <= charsMax) return name;
  const kept = charsMax - 2;
  const tail = Math.floor(kept / 2);
  return `${name.slice(0, kept - tail)}..${name.slice(name.length - tail)}`;
};

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const CHARS_MAX = 100;
/** A name of which less is left names nothing. */
const NAME_CHARS_MIN = 16;
