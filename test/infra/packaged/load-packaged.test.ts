import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDocuments } from '../../../infra/build/package-documents.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { loadPackagedCatalog, loadPackagedPolicy } from '../../../infra/packaged/load-packaged.ts';
import { seal } from '../../../infra/packaged/sealed-document.ts';
import { loadPolicy } from '../../../infra/policy-file.ts';
import { sealedAs } from '../../support/published-policies.ts';

const documents = packageDocuments('policy.yml', 'runbooks');
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'selfheal-packaged-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const written = (text: string): string => {
  const file = join(dir, 'document.json');
  writeFileSync(file, text);
  return file;
};
const policyOf = (text: string) => loadPackagedPolicy(written(text));
const catalogOf = (text: string) => loadPackagedCatalog(written(text));

describe('a packaged policy', () => {
  it('says what the text says, under the version of the text', () => {
    const packaged = policyOf(documents['policy.json']);
    const asWritten = loadPolicy('policy.yml');
    expect(packaged.policy).toEqual(asWritten.policy);
    expect(packaged.version).toBe(asWritten.version);
  });

  it('keeps as text what the text means as text', () => {
    const file = join(dir, 'numbers.yml');
    writeFileSync(
      file,
      'version: 1\nentries:\n  - name: a\n    match: { account: 012345678901, tags: { env: [true] } }\n    parameters: { Days: 090 }\n',
    );
    const text = packageDocuments(file, 'runbooks')['policy.json'];
    expect(policyOf(text).policy).toEqual(loadPolicy(file).policy);
    expect(text).toContain('"012345678901"');
    expect(text).toContain('"090"');
  });

  it('is refused when it was cut short, at whatever place', () => {
    const text = documents['policy.json'].trimEnd();
    for (let length = 0; length < text.length; length += 97)
      expect(() => policyOf(text.slice(0, length))).toThrow(/no whole JSON document[\s\S]*npm run package/);
  });

  it('is refused when it was changed into another valid one', () => {
    const text = documents['policy.json'];
    const changed = text.replace('"mode":"approve"', '"mode":"auto"');
    expect(changed).not.toBe(text);
    expect(() => policyOf(changed)).toThrow(/document\.json cannot be used: it was changed/);
  });

  it('is believed only in the shape in which it is understood, whoever sealed it', () => {
    const { policy } = loadPolicy('policy.yml');
    const [first, ...others] = policy.entries;
    const spoilt = { ...policy, entries: [{ ...first, mode: 'atuo' }, ...others] };
    expect(() => policyOf(sealedAs(policy.version, spoilt))).toThrow(/\(entries\[0\]\.mode: Invalid option/);
    expect(policyOf(sealedAs(policy.version, policy)).policy).toEqual(policy);
    const document = { version: 1, entries: [] };
    expect(() => policyOf(seal('policy', { version: policy.version, document }))).toThrow(/another release/);
  });

  it('is not a catalog, and not an absent file', () => {
    expect(() => policyOf(documents['catalog.json'])).toThrow(/it is no packaged policy/);
    expect(() => policyOf('null')).toThrow(/no whole JSON document/);
    expect(() => loadPackagedPolicy(join(dir, 'none.json'))).toThrow(/none\.json cannot be used: ENOENT/);
  });
});

describe('a packaged catalog', () => {
  it('says what the files say', () => {
    const packaged = catalogOf(documents['catalog.json']);
    const asWritten = loadCatalog();
    expect(packaged.runbooks).toEqual(asWritten.runbooks);
    expect(packaged.guides).toEqual(asWritten.guides);
  });

  it('finds by name, by rule and by pattern what the files tell', () => {
    const packaged = catalogOf(documents['catalog.json']);
    const asWritten = loadCatalog();
    const rules = [...asWritten.runbooks, ...asWritten.guides].flatMap((entry) => entry.rules);
    expect(rules.length).toBeGreaterThan(30);
    for (const { identifier, name } of rules) {
      expect(packaged.forRule(identifier), identifier).toEqual(asWritten.forRule(identifier));
      expect(packaged.rule(name), name).toEqual(asWritten.rule(name));
    }
    const patterns = packaged.runbooks.flatMap(({ parameters }) => parameters.map(({ pattern }) => pattern));
    expect(patterns.length).toBeGreaterThan(30);
    expect(patterns.every((pattern) => pattern instanceof RegExp && pattern.unicode)).toBe(true);
  });

  it('is refused when it was cut short, at whatever place', () => {
    const text = documents['catalog.json'].trimEnd();
    for (let length = 0; length < text.length; length += 997)
      expect(() => catalogOf(text.slice(0, length))).toThrow(/no whole JSON document[\s\S]*npm run package/);
  });

  it('is refused when anything in it was changed: how much a runbook disrupts, what a parameter may be', () => {
    const text = documents['catalog.json'];
    for (const [from, to] of [
      ['"disruption":"high"', '"disruption":"none"'],
      ['"pattern":"^', '"pattern":"^.*'],
      ['"kind":"runbook"', '"kind":"manual"'],
    ] as const) {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      expect(() => catalogOf(changed), from).toThrow(/document\.json cannot be used: it was changed/);
    }
  });

  it('is refused when it is empty, or sealed in another form', () => {
    expect(() => catalogOf(documents['policy.json'])).toThrow(/it is no packaged catalog/);
    for (const content of [[], {}, null, [null], [{ file: 'a.yml', content: { document: 'X' } }]])
      expect(() => catalogOf(seal('catalog', content))).toThrow(
        /it holds no catalog as this version of selfheal packages it/,
      );
    expect(() => catalogOf(seal('catalog', [{ kind: 'runbook' }]))).toThrow(/cannot be used/);
  });
});

const anyRunbook = (): string => {
  const file = readdirSync('runbooks', { recursive: true, encoding: 'utf8' })
    .map((name) => join('runbooks', name))
    .find((name) => name.endsWith('.yml') && /^ +pattern: /m.test(readFileSync(name, 'utf8')));
  if (file === undefined) throw new Error('no runbook has a parameter with a pattern');
  return file;
};

describe('packaging', () => {
  it('refuses a policy that is not valid, with the place', () => {
    const file = join(dir, 'wrong.yml');
    writeFileSync(file, readFileSync('policy.yml', 'utf8').replace('mode: observe', 'mode: atuo'));
    expect(() => packageDocuments(file, 'runbooks')).toThrow(/wrong\.yml:\d+:\d+ entries/);
  });

  it('refuses a catalog that is not valid, with the place: a sealed one is believed', () => {
    const runbooks = join(dir, 'runbooks');
    cpSync('runbooks', runbooks, { recursive: true });
    const file = join(runbooks, 'zz.yml');
    const wrongs: readonly (readonly [string, RegExp])[] = [
      ['document: X', /zz\.yml:1:11: document: expected the name of an SSM document/],
      ['summary: [', /zz\.yml:\d+:\d+: expected YAML/],
      [readFileSync(anyRunbook(), 'utf8'), /expected each document once/],
      [
        readFileSync(anyRunbook(), 'utf8').replace(/pattern: .*/, "pattern: '(a+)+'"),
        /expected a safe, anchored pattern/,
      ],
    ];
    for (const [text, why] of wrongs) {
      writeFileSync(file, text);
      expect(() => packageDocuments('policy.yml', runbooks), text).toThrow(why);
    }
  });

  it('names nothing by where it was packaged', () => {
    expect(documents['catalog.json']).toContain('"name":"efs-encrypted-check"');
    expect(documents['catalog.json']).not.toContain(process.cwd());
  });
});
