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
