/** What `compliance` and `gate` can be narrowed to, read and refused alike. */
import { InvalidArgumentError, Option } from 'commander';
import type { Framework } from '../../domain/catalog/catalog.ts';

export const FRAMEWORKS: readonly Framework[] = ['cis', 'pci', 'hipaa', 'soc2', 'nist'];

/**
 * Separated by commas, and the option may be given more than once.
 *
 * @param otherwise what help says of its absence
 */
export const listOption = <T>(
  flags: string,
  description: string,
  read: (text: string) => T,
  otherwise = 'all',
): Option =>
  new Option(flags, description)
    .argParser((text: string, before: readonly T[]) => [
      ...before,
      ...text.split(',').map((part) => read(part.trim())),
    ])
    .default([], otherwise);

export const named = (text: string): string => {
  if (text !== '' && text.length <= 128) return text;
  throw new InvalidArgumentError('Expected names of rules, separated by commas.');
};

export const framework = (text: string): Framework => {
  const found = FRAMEWORKS.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${FRAMEWORKS.join(', ')}.`);
  return found;
};

export const account = (text: string): string => {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 12-digit account ids, separated by commas.');
};

export const region = (text: string): string => {
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text)) return text;
  throw new InvalidArgumentError('Expected Regions such as eu-central-1, separated by commas.');
};

export const seconds = (text: string): number => {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('Expected whole seconds, from 1 to 9999.');
};
