/** The parts of a report that name what needs somebody's eye: runbooks, resources, exemptions, what was stopped. */
import type { ControlEvent, WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { Extent, Section } from './section.ts';
import { beyond } from './sections-figures.ts';
import { count, counted, hours, moment, money, NONE, percent, told } from './words.ts';

export const runbooksSection = ({ runbooks }: WeeklyReport, { rowsMax, charsMax }: Extent): Section => ({
  id: 'runbooks',
  title: 'Runbooks, most failures first',
  says: runbooks.length === 0 ? ['No attempt ended in the week.'] : [],
  ...(runbooks.length > 0 && {
    table: {
      caption: 'Attempts that ended in the week, with the commonest error',
      columns: [{ title: 'Runbook' }, { title: 'Failed', isNumber: true }, { title: 'Commonest error' }],
      rows: runbooks.slice(0, rowsMax).map(({ document, attempts, failed, commonestError }) => [
        { text: told(document, charsMax) },
        {
          text: `${count(failed)} of ${count(attempts)}`,
          note: percent(attempts > 0 ? failed / attempts : null),
        },
        commonestError === undefined
          ? { text: NONE }
          : { text: told(commonestError.error, charsMax), note: counted(commonestError.count, 'time') },
      ]),
    },
  }),
  notes: beyond(runbooks.length, rowsMax),
});

export const flappingSection = ({ flapping }: WeeklyReport, { rowsMax, charsMax }: Extent): Section => ({
  id: 'flapping',
  title: 'Resources that keep coming back',
  says:
    flapping.length === 0
      ? ['None: no resource had a second case under the same rule in four weeks.']
      : ['Something keeps undoing the fix. Find out what does, or exempt the resource with a reason.'],
  ...(flapping.length > 0 && {
    table: {
      caption: 'Cases of the same finding in the four weeks that end with this one',
      columns: [{ title: 'Resource' }, { title: 'Rule' }, { title: 'Cases', isNumber: true }],
      rows: flapping.slice(0, rowsMax).map((one) => [
        {
          text: told(one.resourceId, charsMax),
          note: told(`${one.resourceType}, ${one.account}, ${one.region}`, charsMax),
        },
        { text: told(one.rule, charsMax) },
        { text: count(one.cases), ...(one.handed && { note: 'handed to a person' }) },
      ]),
    },
  }),
  notes: beyond(flapping.length, rowsMax),
});

export const lapsingSection = ({ lapsing }: WeeklyReport, { rowsMax, charsMax }: Extent): Section => ({
  id: 'exemptions',
  title: 'Exemptions about to lapse',
  says:
    lapsing.length === 0
      ? ['None lapses soon.']
      : ['What they hold back is looked at again then, and healed as the policy says.'],
  ...(lapsing.length > 0 && {
    table: {
      caption: 'Exemptions, the soonest first',
      columns: [{ title: 'Exemption' }, { title: 'Ends' }, { title: 'Covers' }],
      rows: lapsing.slice(0, rowsMax).map(({ name, owner, reason, covers, expiresAt, from }) => [
        {
          text: told(name, charsMax),
          note: `${told(owner, charsMax)}, ${from === 'policy' ? 'in the policy' : 'by command'}`,
        },
        { text: moment(expiresAt) },
        { text: told(covers, charsMax), note: told(reason, charsMax) },
      ]),
    },
  }),
  notes: beyond(lapsing.length, rowsMax),
});

export const controlsSection = ({ controlEvents }: WeeklyReport, { rowsMax, charsMax }: Extent): Section => ({
  id: 'controls',
  title: 'Breakers and stop switches',
  says: controlEvents.length === 0 ? ['No breaker opened, and nobody stopped anything.'] : [],
  ...(controlEvents.length > 0 && {
    table: {
      caption: 'What was stopped and let go again, in order of time',
      columns: [{ title: 'What' }, { title: 'For' }, { title: 'Who and why' }],
      rows: controlEvents.slice(0, rowsMax).map(({ at, kind, scope, who, why }) => [
        { text: KINDS[kind], note: moment(at) },
        { text: told(scope, charsMax) },
        {
          text: told(who ?? 'selfheal', charsMax),
          ...(why !== undefined && { note: told(why, charsMax) }),
        },
      ]),
    },
  }),
  notes: beyond(controlEvents.length, rowsMax),
});

const KINDS: Readonly<Record<ControlEvent['kind'], string>> = {
  'stop-set': 'Stopped',
  'stop-lifted': 'Stop lifted',
  'breaker-opened': 'Breaker opened',
  'breaker-closed': 'Breaker closed',
};

export const savedSection = ({ hoursSaved }: WeeklyReport, { rowsMax, charsMax }: Extent): Section => ({
  id: 'saved',
  title: 'Hours saved',
  says: [`${hours(hoursSaved.hours)} of manual work.`],
  ...(hoursSaved.byRule.length > 0 && {
    table: {
      caption: 'Healed cases, and the minutes that a person would have needed for each',
      isCompact: true,
      columns: [
        { title: 'Rule' },
        { title: 'Healed', isNumber: true },
        { title: 'Minutes each', isNumber: true },
        // Not hours: rounded ones would not add up to the total.
        { title: 'Minutes in all', isNumber: true },
      ],
      rows: hoursSaved.byRule
        .slice(0, rowsMax)
        .map(({ rule, healed, minutesEach }) => [
          { text: told(rule, charsMax) },
          { text: count(healed), of: { figure: 'resolved', by: 'rule', key: rule } },
          { text: count(minutesEach) },
          { text: count(healed * minutesEach) },
        ]),
    },
  }),
  notes: [
    ...beyond(hoursSaved.byRule.length, rowsMax),
    `Assumed: ${told(hoursSaved.assumption, ASSUMPTION_CHARS_MAX)}`,
  ],
});

export const costSection = ({ cost }: WeeklyReport): Section => ({
  id: 'cost',
  title: 'What it cost',
  says: [],
  table: {
    caption: 'What AWS asks for it',
    isCompact: true,
    columns: [{ title: 'What' }, { title: 'Number', isNumber: true }, { title: 'Cost', isNumber: true }],
    rows: [
      [
        { text: 'Steps of SSM Automation' },
        { text: count(cost.automationSteps) },
        { text: money(cost.automationDollars) },
      ],
      [{ text: 'Requests' }, { text: count(cost.requests) }, { text: money(cost.requestDollars) }],
      [{ text: 'Together' }, { text: '' }, { text: money(cost.dollars) }],
    ],
  },
  notes: [`Assumed: ${told(cost.assumption, ASSUMPTION_CHARS_MAX)}`],
});

const ASSUMPTION_CHARS_MAX = 500;
