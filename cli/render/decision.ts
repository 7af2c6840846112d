/** What a person decides about, on one screen: what is wrong, what would be done, what keeps it back, who has decided. */
import type { CaseJson } from '../../console/case-json.ts';
import type { Style } from '../io.ts';
import { safe } from '../io.ts';
import { clock, effectLines, headline, planFacts } from './story.ts';

export const decisionText = (about: CaseJson, style: Style): string =>
  [
    '',
    ...headline(about, style),
    `account ${safe(about.finding.account)}, ${safe(about.finding.region)}, open since ${clock(about.openedAt)}; policy entry "${safe(about.policyEntry)}"`,
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
    '',
    '',
  ].join('\n');
