/** The page for three in the morning: every refusal that somebody can run into is in it, and its pictures are there. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDoc, root } from './markdown.ts';

const page = readDoc('docs/on-call.md');

/** Where a decision of a person can be refused, from the form to the case. */
const REFUSING = [
  'console/guard.ts',
  'console/operator.ts',
  'console/routes/decision-form-routes.ts',
  'domain/case/approves.ts',
  'domain/case/transitions/decisions.ts',
  'domain/engine/batches.ts',
  'domain/engine/by-people.ts',
  'domain/engine/decide-case.ts',
];
/** Of what no person at a page or a command line ever does. */
const OF_MACHINES = new Set(['foreign-host', 'not-json']);

const codesIn = (file: string): readonly string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /(?:\bcode: |new HttpError\(\s*\d{3},\s*)'([a-z]+(?:-[a-z]+)+)'/g,
    ),
  ].map(([, code]) => code ?? '');

describe('the page for whoever is on call', () => {
  it('tells of every refusal what to do', () => {
    const codes = REFUSING.map((file) => [file, codesIn(file)] as const);
    expect(codes.flatMap(([, found]) => found).length).toBeGreaterThan(12);
    for (const [file, found] of codes)
      for (const code of found.filter((each) => !OF_MACHINES.has(each)))
        expect(page, `${code} of ${file}`).toContain(`\`${code}\``);
  });

  it('begins with the way from the message to the decision, before anything else', () => {
    const first = page.split('\n').slice(0, 20).join('\n');
    for (const said of ['Open the link', 'Approve or Deny', 'npx selfheal inbox', 'decision-phone-light.png'])
      expect(first).toContain(said);
  });

  it('has its pictures, by light and by dark, small enough for a bad line', () => {
    const pictures = [...page.matchAll(/(?:src|srcset)="(images\/[\w-]+\.png)"/g)].map(
      ([, file]) => file ?? '',
    );
    expect(pictures.sort()).toEqual(
      ['desktop-dark', 'desktop-light', 'phone-dark', 'phone-light'].map(
        (name) => `images/decision-${name}.png`,
      ),
    );
    for (const picture of pictures) {
      const size = statSync(join(root, 'docs', picture)).size;
      expect(size, picture).toBeGreaterThan(10_000);
      expect(size, picture).toBeLessThan(150_000);
    }
  });
});
