/** What a message tells of a plan: what it changes and disturbs, whether it has worked before, and what came before it. */
import type { EarlierCase } from '../case/earlier-case.ts';
import type { Runbook } from '../catalog/catalog.ts';
import type { Plan } from '../plan.ts';
import { type Around, more, redactedChanges, type Section, shownParameters } from './parts.ts';
import { counted, shown, shownTime } from './words.ts';

/** What would be done, and what it may disturb. */
export const planSections = (plan: Plan, { catalog }: Around): readonly Section[] => {
  const runbook = catalog.runbook(plan.document);
  return [
    {
      title: 'What would be done',
      lines: [
        ...(runbook ? [shown(runbook.summary, 300), ...changeLines(runbook, plan)] : []),
        ...exactly(plan),
      ],
    },
    {
      title: 'What it may disturb',
      lines: [
        runbook
          ? `${runbook.disruption}: ${shown(runbook.disruptionNote, 500)}`
          : 'Not known: the catalog has no such runbook any more.',
      ],
    },
  ];
};

const changeLines = (runbook: Runbook, plan: Plan): readonly string[] =>
  redactedChanges(runbook, plan).map(({ what, before, after }) => `${what}: ${before} → ${after}`);

/** The plan to the letter. */
export const exactly = (plan: Plan): readonly string[] => [
  `runbook   ${shown(plan.document, 128)} version ${shown(plan.documentVersion, 20)}`,
  ...Object.entries(shownParameters(plan)).map(
    ([name, values]) => `parameter ${name} = ${shown(values.join(', '), 300)}`,
  ),
  `where     account ${plan.account}, ${plan.region}`,
];

/** How often its runbook has worked. */
export const recordLines = (plan: Plan, { record }: Around): readonly string[] => {
  if (record === undefined) return ['Not known: the earlier cases could not be read just now.'];
  const { tried, healed, failures } = record;
  if (tried === 0) return [`Not known: none of our recent cases ran ${shown(plan.document, 128)}.`];
  return [
    `It healed ${healed} of ${counted(tried, 'recent case')} (${Math.round((100 * healed) / tried)} %).`,
    ...failures.map(
      ({ at, resourceId, why }) => `failed ${shownTime(at)}, ${shown(resourceId, 80)}: ${shown(why, 160)}`,
    ),
  ];
};

/** What became of the finding's earlier cases, the newest first. */
export const earlierLines = (earlier: readonly EarlierCase[] = []): readonly string[] =>
  earlier.length === 0
    ? ['Nothing known: this is its first case here.']
    : [
        ...earlier
          .slice(-EARLIER_SHOWN)
          .reverse()
          .map(
            ({ number, openedAt, closedAt, ended }) =>
              `case ${number}: ${shownTime(openedAt)} to ${shownTime(closedAt)}, ${ENDED[ended]}`,
          ),
        ...more(earlier.length, EARLIER_SHOWN),
      ];

const ENDED: Readonly<Record<EarlierCase['ended'], string>> = {
  resolved: 'selfheal fixed it',
  'self-resolved': 'it became compliant without selfheal',
  suppressed: 'it was exempt',
  denied: 'the fix was denied',
  'closed-by-human': 'a person closed it',
};

const EARLIER_SHOWN = 5;
