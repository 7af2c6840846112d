/** What the page of a case is about, in the words of the message that led there. */
import { html } from 'hono/html';
import { isOpen } from '../../domain/case/case.ts';
import { headlineOf } from '../../domain/message/subject.ts';
import { isAboutAccount, typeWords } from '../../domain/message/words.ts';
import type { ShownCase } from '../show-case.ts';
import { type Html, line } from './layout.ts';

export interface Headline {
  readonly text: string;
  readonly html: Html;
}

/**
 * The resource, and while the case is open what is wrong with it: of one that was healed that is no longer true.
 *
 * @param verb what stands before it, such as `Approve? `
 * @example headline('Approve? ', shown).text // 'Approve? S3 bucket "payroll" is public'
 */
export const headline = (
  verb: string,
  { about, catalog }: Pick<ShownCase, 'about' | 'catalog'>,
): Headline => {
  const { finding, state } = about;
  const wrong = isOpen(state) ? ` ${line(headlineOf(about, { catalog }))}` : '';
  if (isAboutAccount(finding)) {
    const account = `${verb}Account ${finding.account}${wrong}`;
    return { text: account, html: html`${account}` };
  }
  const kind = typeWords(finding.resourceType);
  const before = `${verb}${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  const name = line(finding.resourceId);
  return {
    text: `${before} "${name}"${wrong}`,
    html: html`${before} "<span class="name">${name}</span>"${wrong}`,
  };
};
