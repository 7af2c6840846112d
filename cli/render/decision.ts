/** What a person decides about, on one screen: what is wrong, what would be done, what keeps it back, who has decided. */
import type { CaseJson } from '../../console/case-json.ts';
import { accountText } from '../../domain/policy/account-name.ts';
import type { Style } from '../io.ts';
import { safe } from '../io.ts';
import { clock, effectLines, headline, planFacts } from './story.ts';

/** @param objection why the word of whoever reads this would not count; null when it would */
export const decisionText = (about: CaseJson, style: Style, objection: string | null): string =>
  [
    '',
    ...headline(about, style),
    `account ${safe(accountText(about.finding.account, about.finding.accountName))}, ${safe(about.finding.region)}, open since ${clock(about.openedAt)}; policy entry "${safe(about.policyEntry)}"`,
    ...(about.lastFailure === null
      ? []
      : [style.yellow(`the last attempt failed: ${safe(about.lastFailure)}`)]),
    '',
    style.bold('What would be done'),
    ...effectLines(about, style),
    ...planFacts(about, style),
    ...(about.heldBackBy.length === 0
      ? []
      : [
          '',
          style.bold('What keeps it back, also when it is approved'),
          ...about.heldBackBy.map((each) => style.red(`  ${safe(each)}`)),
        ]),
    ...(objection === null ? [] : ['', style.red(`Your word will not count: ${safe(objection)}.`)]),
    '',
    '',
  ].join('\n');

/**
 * What comes of a decision that was just taken, where that is more than the state's name; undefined where it is not.
 *
 * @param about the case as it is after the decision
 */
export const doneText = (
  answer: 'approve' | 'deny',
  { id, state, approval, reason, dueAt, timeline }: CaseJson,
): string | undefined => {
  if (answer === 'deny') return undefined;
  if (state === 'held')
    return `Approved: case ${safe(id)} is held${reason === null ? '' : `: ${safe(reason)}`}.${dueAt === null ? '' : ` It is looked at again at ${clock(dueAt)} at the latest.`}`;
  if (approval === null) return undefined;
  const { quorum, decisions, expiresAt } = approval;
  const missing = quorum - decisions.length;
  if (missing < 1) return undefined;
  return `Approved by you: ${decisions.length} of ${quorum}; ${missing === 1 ? 'one' : missing} more must approve before ${minute(expiresAt, timeline.at(-1)?.at)}. Nothing runs yet.`;
};

/** The day is told where it is not the day of now. */
const minute = (at: string, now = ''): string => {
  const [day = '', time = ''] = [at.slice(0, 10), at.slice(11, 16)];
  return safe(now.startsWith(day) ? `${time} UTC` : `${day} ${time} UTC`, 40);
};
