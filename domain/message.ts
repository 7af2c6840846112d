/**
 * What people are sent: its shape, and how any text is made harmless in it. The texts themselves are in `message/`,
 * which is loaded when somebody is told something: see `Ports.messages`.
 */
import type { Case } from './case/case.ts';

export interface Message {
  /** At most 100 printable ASCII characters: what SNS allows. */
  readonly subject: string;
  readonly text: string;
  /** For SNS filter policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where the platform engineer listens, whatever the policy says of its own topics. */
export const OPERATIONS_TOPIC = 'selfheal-operations';

/** True while the owner of the resource is to be told, and nobody else. */
export const isToOwner = ({ state }: Case): boolean => state.name === 'held' && state.announced === false;

/** One line without control or direction-changing characters, cut to length. */
export const inert = (text: string, charsMax: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]+/gu, ' ');
  // A cut must not leave half a character behind.
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

export const ascii = (text: string, charsMax: number): string => {
  const line = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 3)}...`;
};
