/** Published versions of the policy, as a table and one by one. */
import { stringify } from 'yaml';
import type { PolicyVersion } from '../../infra/dynamodb/policy-item.ts';
import { readSealedText } from '../../infra/packaged/sealed-policy-text.ts';
import { readVersion } from '../../infra/policy-version.ts';
import { type Io, safe } from '../io.ts';
import { type Column, table } from './table.ts';

/** A version for a person or a script: what it is, what it is worth, and who published it. */
export interface VersionJson {
  readonly sequence: number;
  readonly version: string;
  readonly state: 'in-force' | 'older' | 'refused';
  /** Why it is refused. */
  readonly why?: string;
  readonly publishedAt: string;
  readonly publishedBy: string;
  readonly reason: string;
}

/** @param inForce its number, if one is */
export const versionJson = (found: PolicyVersion, inForce: number | undefined): VersionJson => {
  const { sequence, version, publishedAt, publishedBy, reason } = found;
  const reading = readVersion(found);
  return {
    sequence,
    version,
    state: reading.ok ? (sequence === inForce ? 'in-force' : 'older') : 'refused',
    ...(reading.ok ? {} : { why: reading.why }),
    publishedAt,
    publishedBy,
    reason,
  };
};

export const versionsTable = (versions: readonly VersionJson[], io: Io): string =>
  table(columns(io), versions, io.columns);

const columns = ({ style }: Io): readonly Column<VersionJson>[] => [
  { title: 'N', value: ({ sequence }) => String(sequence) },
  {
    title: 'STATE',
    value: ({ state }) => state.replace('-', ' '),
    paint: (text, { state }) =>
      state === 'in-force' ? style.green(text) : state === 'refused' ? style.red(text) : text,
  },
  { title: 'VERSION', value: ({ version }) => safe(version, 12), leaveOut: 2 },
  { title: 'PUBLISHED', value: ({ publishedAt }) => safe(publishedAt.slice(0, 19), 19) },
  { title: 'BY', value: ({ publishedBy }) => safe(publishedBy), widthMin: 12, leaveOut: 1 },
  { title: 'REASON', value: ({ reason, why }) => safe(why ?? reason), widthMin: 12 },
];

export const versionText = (found: PolicyVersion, about: VersionJson): string => {
  const reading = readVersion(found, readSealedText);
  return [
    `# version ${about.sequence} (${safe(about.version, 12)}), ${about.state.replace('-', ' ')}`,
    `# published ${safe(about.publishedAt)} by ${safe(about.publishedBy)}: ${safe(about.reason)}`,
    reading.ok ? stringify(reading.document) : `# refused: ${safe(reading.why)}\n`,
  ].join('\n');
};
