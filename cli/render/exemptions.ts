/** Exemptions, for a person at a terminal. */
import type { ExemptionJson } from '../../console/exemption-json.ts';
import { type Style, safe } from '../io.ts';
import { clock } from './story.ts';
import { type Column, table } from './table.ts';

export const exemptionTable = (
  exemptions: readonly ExemptionJson[],
  columns: number,
  style: Style,
): string => {
  const shown: readonly Column<ExemptionJson>[] = [
    { title: 'NAME', value: ({ name }) => safe(name), widthMin: 12 },
    {
      title: 'STATE',
      value: ({ state }) => state,
      paint: (text, { state }) => (state === 'unreadable' ? style.red(text) : text),
    },
    { title: 'UNTIL', value: ({ expiresAt }) => until(expiresAt) },
    { title: 'OWNER', value: ({ owner }) => safe(owner ?? '?'), widthMin: 8 },
    { title: 'FROM', value: ({ from }) => from, leaveOut: 1 },
    { title: 'COVERS', value: ({ covers }) => safe(covers ?? '?'), widthMin: 16 },
  ];
  return table(shown, exemptions, columns);
};

export const exemptionLines = (about: ExemptionJson, style: Style): string => {
  const facts: readonly (readonly [string, string])[] = [
    ['state', about.state],
    ['covers', about.covers ?? 'nobody knows: nothing starts that it might cover'],
    ['owner', about.owner ?? '?'],
    ['reason', about.reason ?? '?'],
    ['until', until(about.expiresAt)],
    [
      'from',
      about.from === 'policy'
        ? 'the policy'
        : `${about.who ?? '?'}${about.since === null ? '' : `, ${clock(about.since)}`}`,
    ],
    ...(about.problem === null ? [] : [['problem', about.problem] as const]),
  ];
  return [
    style.bold(safe(about.name)),
    ...facts.map(([name, value]) => `  ${style.dim(name.padEnd(8))} ${safe(value, 500)}`),
    '',
  ].join('\n');
};

const until = (expiresAt: string | null): string => (expiresAt === null ? 'no end' : clock(expiresAt));
