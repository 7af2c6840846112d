/** What the doctor found, for a person: the gravest first, each with what mends it. */
import type { Diagnosis, Trouble, TroubleSeverity } from '../../domain/doctor/trouble.ts';
import { type Style, safe } from '../io.ts';

export const diagnosisText = (diagnosis: Diagnosis, style: Style): string => {
  const { lanes, checks, notChecked, healthy } = diagnosis;
  const groups = SEVERITIES.flatMap((severity) => group(severity, diagnosis, style));
  const looked = `${checks} checks in ${lanes === 1 ? 'one account and Region' : `${lanes} accounts and Regions`}`;
  const verdict = healthy ? style.green('healthy') : style.red('not healthy');
  return [
    ...groups,
    ...(notChecked.length === 0 ? [] : ['Not checked:', ...notChecked.map((text) => `  ${safe(text)}`), '']),
    `${verdict}: ${looked}, ${countedTroubles(diagnosis)}`,
    '',
  ].join('\n');
};

/** @example countedTroubles(diagnosis) // '2 broken, 1 unknown, 3 risks' */
export const countedTroubles = ({ troubles }: Diagnosis): string => {
  const count = (severity: TroubleSeverity): number =>
    troubles.filter((trouble) => trouble.severity === severity).length;
  const risks = count('risk');
  return `${count('broken')} broken, ${count('unknown')} unknown, ${risks === 1 ? 'one risk' : `${risks} risks`}`;
};

const SEVERITIES: readonly TroubleSeverity[] = ['broken', 'unknown', 'risk'];

const group = (severity: TroubleSeverity, { troubles }: Diagnosis, style: Style): readonly string[] => {
  const found = troubles.filter((trouble) => trouble.severity === severity);
  if (found.length === 0) return [];
  const places = [...new Set(found.map(({ where }) => where))];
  return [
    painted(severity, style),
    ...places.flatMap((where) => [
      `  ${style.bold(safe(where))}`,
      ...found.filter((trouble) => trouble.where === where).flatMap(lines),
    ]),
    '',
  ];
};

const lines = ({ what, mend }: Trouble): readonly string[] => [
  `    ${safe(what, 1_000)}`,
  `    mend: ${safe(mend, 1_000)}`,
];

const painted = (severity: TroubleSeverity, style: Style): string => {
  switch (severity) {
    case 'broken':
      return style.red('BROKEN');
    case 'unknown':
      return style.yellow('UNKNOWN');
    default:
      return 'RISK';
  }
};
