import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safe } from '../../cli/io.ts';
import { story } from '../../cli/render/story.ts';
import { caseJson } from '../../console/case-json.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { aCase } from '../support/cases.ts';
import { memoryIo } from './memory-io.ts';

const HOSTILE = '\u001b[31m\u001b]8;;http://evil\u0007<script>alert(1)</script>\r\n\u202Egpj.exe\u0000';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const DANGEROUS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('safe', () => {
  it('leaves nothing that moves the cursor or turns the text around', () => {
    expect(safe(HOSTILE)).not.toMatch(DANGEROUS);
    expect(safe('\u001b[2Jplain')).toBe('plain');
  });

  it('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safe(text)).not.toMatch(DANGEROUS);
        expect(safe(text)).not.toContain('\n');
      }),
      { seed: 11, numRuns: 1_000 },
    );
  });
});

describe('a case full of hostile values', () => {
  const about = aCase('needs-human');
  const hostile = caseJson(
    {
      ...about,
      entry: HOSTILE,
      lastFailure: HOSTILE,
      state: { ...about.state, reason: HOSTILE, manualSteps: [HOSTILE] },
      finding: { ...about.finding, rule: HOSTILE, resourceType: HOSTILE, resourceId: HOSTILE },
      timeline: [{ at: about.openedAt, who: HOSTILE, what: HOSTILE, why: HOSTILE, state: about.state.name }],
    },
    { stops: [], breakers: [] },
    loadCatalog(),
  );

  it('is told without harm on a terminal', () => {
    expect(story(hostile, memoryIo().style)).not.toMatch(DANGEROUS);
  });
});
