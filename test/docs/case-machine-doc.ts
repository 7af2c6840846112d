/**
 * Writes docs/case-machine.md from the table that the program itself uses, so that the two cannot differ.
 * Only the words that explain a state or an observation stand here.
 */
import { CLOSED_STATES, OPEN_STATES, type OpenStateName, type StateName } from '../../domain/case/case.ts';
import { TABLE } from '../../domain/case/case-machine.ts';
import type { ObservationKind } from '../../domain/case/observation.ts';

const STATES: Readonly<Record<StateName, string>> = {
  observing: 'The policy says observe: recorded, and nothing runs. It is looked at again once a day.',
  held: 'Something keeps it from going on: the stop switch, the pause before the next attempt, a check that could not be made, no evaluation of the resource, the time that its owner has, a maintenance window, or a blackout. When its time is up, the reason is checked again.',
  'awaiting-approval':
    'The plan waits for enough people. When its time is up it goes to needs-human, never to queued.',
  queued: 'Waits for a permit and its start slot. When its time is up it tries again.',
  starting:
    'The intent to start is written; whether SSM has started is not known yet. When its time is up, the same token is issued again.',
  running: 'SSM is at work. When its time is up, SSM is asked.',
  verifying:
    'SSM succeeded; AWS Config has not given its verdict yet. When its time is up, AWS Config is asked.',
  'needs-human':
    'A person must act; the message says what and how. Once a day they are told again, unless AWS Config says COMPLIANT meanwhile.',
  resolved: 'We fixed it: SSM succeeded, and AWS Config recorded COMPLIANT after that run ended.',
  'self-resolved': 'It became compliant before us or without us, or the resource or the rule is gone.',
  suppressed:
    'An exemption holds for it. When the exemption ends or is taken away, AWS Config is asked, and what is still broken gets its next case.',
  denied: 'A person said no to the plan.',
  'closed-by-human': 'A person closed it, with a reason.',
};

const OBSERVATIONS: Readonly<Record<ObservationKind, string>> = {
  evaluated: 'AWS Config said something about the resource, by an event or because it was asked',
  'evaluation-missing': 'AWS Config was asked and knows no evaluation of this rule for this resource',
  due: "the case's time is up",
  assessed: 'the policy was asked again, and the plan was made again',
  'check-refused': 'a check before the start said no, or could not be made',
  'permit-granted': 'every check said yes, and the permits are held',
  'start-accepted': 'SSM took the start, and gave the id of the execution',
  'start-failed': 'SSM did not take the start',
  'execution-missing': 'SSM knows no execution of this attempt',
  'execution-read': 'SSM was asked about the execution and answered',
  'stop-ordered': 'a person has what runs stopped, by the stop switch',
  decided: 'a person approved or denied the plan',
  announced: 'SNS took the message to people',
  'closed-by-human': 'a person closed the case',
  'exemption-reviewed': 'it was looked whether the exemption still holds',
};

/** Where a case can be opened: see `routeBy` in domain/case/route.ts. */
const OPENED_IN: readonly OpenStateName[] = [
  'observing',
  'held',
  'awaiting-approval',
  'queued',
  'needs-human',
];

export const caseMachineDoc = (): string =>
  [
    '# The case machine',
    '',
    '<!-- Written by `npx tsx test/docs/write-docs.ts` from domain/case/case-machine.ts: change that, not this. -->',
    '',
    'A case is our work on one finding, from the event that opened it until it is closed. It is always in exactly one state. It is told something (an *observation*), and a table says what may become of it. What is not in the table cannot happen: it is answered with an error, and nothing is written.',
    '',
    'Every open state has a time at which the case is looked at again, whatever happens. An event only hastens what that timer would do anyway.',
    '',
    '## The states',
    '',
    '| state | what it means |',
    '| --- | --- |',
    ...OPEN_STATES.map((state) => `| \`${state}\` | ${STATES[state]} |`),
    ...CLOSED_STATES.map(
      (state) =>
        `| \`${state}\` (closed) | ${STATES[state]}${reachable().has(state) ? '' : ' No transition ends in it yet.'} |`,
    ),
    '',
    `A case is opened in one of: ${named(OPENED_IN)}. Which one, the policy says.`,
    '',
    '## The table',
    '',
    'Read a row as: "in *state*, told that *observation*, the case may end in …". A case may always stay where it is; that is not named.',
    '',
    '| in state | told that | it may end in |',
    '| --- | --- | --- |',
    ...OPEN_STATES.flatMap(rowsOf),
    '',
    'In a closed state every observation is refused, but for one: in `suppressed` it is noted when the exemption holds for longer, or no more. When AWS Config reports the resource NON_COMPLIANT again later, that opens a new case with the next number.',
    '',
    '## As a picture',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...[...OPEN_STATES, ...[...reachable()].filter(isClosed)].map(
      (state) => `  state "${state}" as ${id(state)}`,
    ),
    ...OPENED_IN.map((state) => `  [*] --> ${id(state)}`),
    ...OPEN_STATES.flatMap(arrowsOf),
    ...[...reachable()].filter(isClosed).map((state) => `  ${id(state)} --> [*]`),
    '```',
    '',
  ].join('\n');

const named = (states: readonly StateName[]): string => states.map((state) => `\`${state}\``).join(', ');

const isClosed = (state: StateName): boolean => (CLOSED_STATES as readonly StateName[]).includes(state);

type Rows = readonly (readonly [ObservationKind, { readonly to: readonly StateName[] }])[];

const rowsIn = (state: OpenStateName): Rows => Object.entries(TABLE[state]) as unknown as Rows;

const rowsOf = (state: OpenStateName): readonly string[] =>
  rowsIn(state).map(
    ([observation, { to }]) =>
      `| \`${state}\` | \`${observation}\`: ${OBSERVATIONS[observation]} | ${others(state, to).length === 0 ? 'stays' : named(others(state, to))} |`,
  );

const others = (state: StateName, to: readonly StateName[]): readonly StateName[] =>
  to.filter((each) => each !== state);

const reachable = (): ReadonlySet<StateName> =>
  new Set(OPEN_STATES.flatMap((state) => rowsIn(state).flatMap(([, { to }]) => to)));

/** One arrow from state to state, whatever number of observations lead there. */
const arrowsOf = (state: OpenStateName): readonly string[] => {
  const labels = new Map<StateName, string[]>();
  for (const [observation, { to }] of rowsIn(state))
    for (const target of others(state, to)) labels.set(target, [...(labels.get(target) ?? []), observation]);
  return [...labels].map(([target, told]) => `  ${id(state)} --> ${id(target)}: ${told.join(', ')}`);
};

const id = (state: StateName): string => state.replaceAll('-', '_');
