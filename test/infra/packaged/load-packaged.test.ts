import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDocuments } from '../../../infra/build/package-documents.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { loadPackagedCatalog, loadPackagedPolicy } from '../../../infra/packaged/load-packaged.ts';
import { seal } from '../../../infra/packaged/sealed-document.ts';
import { loadPolicy } from '../../../infra/policy-file.ts';

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

  it('is checked by the schema of the policy, whoever sealed it', () => {
    const document = { version: 1, entries: [{ name: 'all', match: {}, mode: 'atuo' }] };
    expect(() => policyOf(seal('policy', { version: '0123456789ab', document }))).toThrow(
      /entries\[0\]\.mode: expected one of observe, approve, auto; found "atuo"/,
    );
    expect(() => policyOf(seal('policy', { document: { version: 1, entries: [] } }))).toThrow(/version/);
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

  it('is refused when it was changed, when nothing is in it, and when an entry is not as it should be', () => {
    const changed = documents['catalog.json'].replace('"disruption":"high"', '"disruption":"none"');
    expect(() => catalogOf(changed)).toThrow(/it was changed/);
    expect(() => catalogOf(seal('catalog', []))).toThrow(/cannot be used/);
    expect(() => catalogOf(seal('catalog', [{ file: 'a.yml', content: { document: 'X' } }]))).toThrow(
      /a\.yml:1:1: document: expected the name of an SSM document/,
    );
  });
});

describe('packaging', () => {
  it('refuses a policy that is not valid, with the place', () => {
    const file = join(dir, 'wrong.yml');
    writeFileSync(file, readFileSync('policy.yml', 'utf8').replace('mode: observe', 'mode: atuo'));
    expect(() => packageDocuments(file, 'runbooks')).toThrow(/wrong\.yml:\d+:\d+ entries/);
  });

  it('names the files the same wherever it runs', () => {
    expect(documents['catalog.json']).toContain('"file":"manual/efs-encrypted-check.yml"');
  });
});
