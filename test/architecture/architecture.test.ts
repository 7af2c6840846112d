/** The shape of the house, checked: who may import whom, what domain/ may not know, and how long a file may be. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFiles, withoutComments } from './source-files.ts';

const PARTS = ['domain', 'infra', 'handlers', 'cli', 'console', 'sandbox'] as const;

const cruised = async (folders: readonly string[], baseDir?: string): Promise<ICruiseResult> => {
  const options = await extractOptions('./.dependency-cruiser.cjs');
  const { output } = await cruise([...folders], { ...options, ...(baseDir ? { baseDir } : {}) });
  if (typeof output === 'string') throw new Error('expected the modules, not a report as text');
  return output;
};

const violationsOf = ({ summary }: ICruiseResult): readonly string[] =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

describe('imports', () => {
  it('point inwards only, without cycles and without leftovers', async () => {
    const result = await cruised(PARTS);
    const own = result.modules.filter(({ source }) => PARTS.some((part) => source.startsWith(`${part}/`)));
    // A cruise that has read nothing finds nothing wrong.
    expect(own.length).toBeGreaterThan(150);
    for (const part of PARTS)
      expect(own.filter(({ source }) => source.startsWith(`${part}/`))).not.toEqual([]);
    expect(violationsOf(result)).toEqual([]);
  });

  describe('that break a rule', () => {
    let house: string;
    beforeAll(() => {
      house = mkdtempSync(join(tmpdir(), 'selfheal-architecture-'));
      for (const [path, text] of Object.entries(BROKEN_HOUSE)) {
        mkdirSync(dirname(join(house, path)), { recursive: true });
        writeFileSync(join(house, path), text);
      }
    });
    afterAll(() => rmSync(house, { recursive: true, force: true }));

    it('are found, each by its rule', async () => {
      const result = await cruised(['domain', 'infra', 'handlers', 'console', 'sandbox'], house);
      expect([...violationsOf(result)].sort()).toEqual([
        'console-is-served: console/page.ts -> cli/start.ts',
        'domain-is-pure: domain/clocked.ts -> ./nowhere.ts',
        'domain-is-pure: domain/clocked.ts -> fs',
        'domain-is-pure: domain/typed.ts -> infra/store.ts',
        'handlers-are-entrances: infra/store.ts -> handlers/on-tick.ts',
        'handlers-know-infra: handlers/on-tick.ts -> sandbox/aws.ts',
        'infra-knows-domain: infra/store.ts -> handlers/on-tick.ts',
        'no-cycles: domain/egg.ts -> domain/hen.ts',
        'no-orphans: domain/left-over.ts -> domain/left-over.ts',
        'nothing-knows-tests: sandbox/aws.ts -> test/support.ts',
        'nothing-unresolved: domain/clocked.ts -> ./nowhere.ts',
        'sandbox-stands-alone: sandbox/aws.ts -> test/support.ts',
      ]);
    });
  });
});

const BROKEN_HOUSE: Readonly<Record<string, string>> = {
  'tsconfig.json': '{}',
  'domain/clocked.ts':
    "import { readFileSync } from 'node:fs';\nimport { x } from './nowhere.ts';\nexport const y = [readFileSync, x];\n",
  'domain/typed.ts': "import type { Store } from '../infra/store.ts';\nexport type T = Store;\n",
  'domain/hen.ts': "import { egg } from './egg.ts';\nexport const hen = () => egg;\n",
  'domain/egg.ts': "import { hen } from './hen.ts';\nexport const egg = () => hen;\n",
  'domain/left-over.ts': 'export const nobody = 1;\n',
  'infra/store.ts':
    "import { onTick } from '../handlers/on-tick.ts';\nexport interface Store { on: typeof onTick }\n",
  'handlers/on-tick.ts': "import { aws } from '../sandbox/aws.ts';\nexport const onTick = () => aws;\n",
  'sandbox/aws.ts': "import { support } from '../test/support.ts';\nexport const aws = support;\n",
  'console/page.ts': "import { start } from '../cli/start.ts';\nexport const page = start;\n",
  'cli/start.ts': 'export const start = 1;\n',
  'test/support.ts': 'export const support = 1;\n',
};

describe('domain/', () => {
  const files = sourceFiles('domain');

  it.each([
    ['the time', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bhrtime\b/],
    ['chance', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b|\bv[147]\b(?=.*'uuid')/],
    ['its process', /\bprocess\b|\bglobalThis\b|\bimport\.meta\b/],
    ['timers', /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
    ['the outside', /\bfetch\(|\bconsole\.|\brequire\(|\bimport\(/],
  ])('does not know %s', (_, pattern) => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path)).toEqual(
      [],
    );
  });
});

describe('importing a module', () => {
  it('does nothing by itself but where package.json says so: what a function does not use is left out', () => {
    const { sideEffects } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly sideEffects: readonly string[];
    };
    const acting = sourceFiles('domain', 'infra', 'console', 'handlers').filter(
      ({ path, text }) =>
        !/^infra\/(build|packs|stack)\//.test(path) && DOES_SOMETHING.test(withoutComments(text)),
    );
    expect(acting.map(({ path }) => `./${path}`)).toEqual(sideEffects);
  });
});

/** A statement at the outermost level, as our formatter writes it, that is no declaration. */
const DOES_SOMETHING = /^(?:import '|await\b|(?:if|for|while) \(|try \{|[\w$.]+\(|[\w$.]+ =[^=>])/m;

describe('source files', () => {
  it('have at most 350 lines each', () => {
    const files = sourceFiles(...PARTS);
    expect(files.length).toBeGreaterThan(150);
    const long = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > 350)).toEqual([]);
  });
});
