/** What all messages are put together from: sections of lines, commands, and a plan as it may be shown. */
import type { Case } from '../case/case.ts';
import type { Catalog, Change, Runbook } from '../catalog/catalog.ts';
import { changesOf } from '../catalog/changes.ts';
import type { Plan } from '../plan.ts';
import type { Instant } from '../time.ts';
import { redactValues } from './redact.ts';
import type { TrackRecord } from './track-record.ts';
import { shown } from './words.ts';

/** What a message says beside what is in the case itself. */
export interface Around {
  readonly catalog: Catalog;
  readonly now: Instant;
  /** What people call the account, where that is known. */
  readonly accountName?: string;
  /** Where to decide, where there is a page. */
  readonly link?: string;
  /** Absent: it could not be read. */
  readonly record?: TrackRecord;
}

/** A part of a message: what it is about, and its lines. The first has no title. */
export interface Section {
  readonly title?: string;
  readonly lines: readonly string[];
}

/** The text of a mail. */
export const textOf = (sections: readonly Section[]): string =>
  sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) =>
      title === undefined ? lines.join('\n') : `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`,
    )
    .join('\n\n');

/** What the plan would change, as it may be shown. */
export const redactedChanges = (runbook: Runbook, plan: Plan): readonly Change[] =>
  changesOf(runbook, { parameters: shownParameters(plan) }).map(({ what, before, after }) => ({
    what: shown(what, 200),
    before: shown(before, 200),
    after: shown(after, 300),
  }));

/** Parameters as they may be shown. */
export const shownParameters = ({
  parameters,
}: Pick<Plan, 'parameters'>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(parameters)
      .slice(0, LINES_MAX)
      .map(([name, values]) => [
        shown(name, 50),
        redactValues(name, values.slice(0, LINES_MAX)).map((value) => shown(value, 512)),
      ]),
  );

/** What to type; the same that the page does. `<why>` is to be replaced: as it stands it is refused. */
export const commandsOf = ({
  id,
  state,
  severity,
}: Pick<Case, 'id' | 'state' | 'severity'>): readonly string[] =>
  state.name === 'awaiting-approval'
    ? [
        `selfheal approve ${id} --plan-hash ${state.planHash}${severity === 'critical' ? ' --reason "<why>"' : ''}`,
        `selfheal deny ${id} --plan-hash ${state.planHash} --reason "<why>"`,
      ]
    : [`selfheal case ${id}`];

/** @example more(7, 5) // ['and 2 more'] */
export const more = (count: number, shownCount: number): readonly string[] =>
  count > shownCount ? [`and ${count - shownCount} more`] : [];

export const LINES_MAX = 20;
