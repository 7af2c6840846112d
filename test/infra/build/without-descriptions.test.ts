/** A function's schema says less than the published one, and what is wrong with a policy in the same words. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { readPolicy } from '../../../domain/policy/read-policy.ts';
import { undescribed, withoutDescriptions } from '../../../infra/build/without-descriptions.ts';
import { BROKEN_POLICIES } from '../../domain/policy/broken-policies.ts';

const bundled = async (plugins: (typeof withoutDescriptions)[]): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: ['domain/policy/read-policy.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins,
  });
  return outputFiles[0]?.text ?? '';
};

const reader = async (code: string): Promise<typeof readPolicy> =>
  (await import(`data:text/javascript,${encodeURIComponent(code)}`)).readPolicy;

/** What is no YAML, or too large for its aliases, never comes as far as the reader. */
const documents = Object.values(BROKEN_POLICIES).flatMap((text) => {
  try {
    return [parse(text)];
  } catch {
    return [];
  }
});

describe('a schema without descriptions', () => {
  it('is several KB smaller, and refuses every broken policy in the same words', async () => {
    const [whole, lean] = await Promise.all([bundled([]), bundled([withoutDescriptions])]);
    expect(whole).toContain('How many different people must approve.');
    expect(lean).not.toContain('How many different people must approve.');
    expect(lean.length).toBeLessThan(whole.length - 5_000);
    const [byWhole, byLean] = await Promise.all([reader(whole), reader(lean)]);
    const told = documents.map((document) => byWhole(document, '0123456789ab'));
    expect(told.filter(({ ok }) => !ok).length).toBeGreaterThan(80);
    expect(documents.map((document) => byLean(document, '0123456789ab'))).toEqual(told);
  });

  it('keeps comments, and texts that do not end a sentence', () => {
    expect(undescribed(`a('x'); // it's b('Y.')\nb("It's here.", 'a list', \`\${c} D.\`)`)).toBe(
      `a('x'); // it's b('Y.')\nb('', 'a list', \`\${c} D.\`)`,
    );
  });
});
