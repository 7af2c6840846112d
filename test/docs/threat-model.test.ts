/** The threat model names the test that proves each control: they are there, by these very names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prose, readDoc, root } from './markdown.ts';

const text = prose(readDoc('docs/threat-model.md'));

const proofs = [...text.matchAll(/\]\(\.\.\/(test\/[^)]+)\) “([^”]+)”/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

/** What stands in quotes as the first argument of `it`, `test`, `describe` and their kin. */
const namesIn = (file: string): readonly string[] => {
  const source = readFileSync(join(root, file), 'utf8');
  return [
    ...source.matchAll(/(?:\b(?:it|test|describe)|\))\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`),/g),
  ].map(([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll("\\'", "'"));
};

/** Rows of the tables that say “proof” at their head. */
const threats = text
  .split(/^## /m)
  .filter((section) => section.includes('| threat | control | proof |'))
  .flatMap((section) => section.split('\n').filter((line) => /^\| (?!threat |---)/.test(line)));

describe('the threat model', () => {
  it('names tests that are there', () => {
    expect(proofs.filter(({ file, name }) => !namesIn(file).includes(name))).toEqual([]);
  });

  it('has a control and a test for every threat', () => {
    expect(threats.length).toBeGreaterThan(50);
    for (const threat of threats) {
      const cells = threat.split(' | ');
      expect([threat, cells.length]).toEqual([threat, 3]);
      expect([threat, /“[^”]+”/.test(cells[2] ?? '')]).toEqual([threat, true]);
    }
  });

  it('covers every entry point of its picture', () => {
    const sections = [...text.matchAll(/^## (\d)\. /gm)].map(([, number]) => number);
    expect(sections).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });
});
