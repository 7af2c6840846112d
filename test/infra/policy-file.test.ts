import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicy, watchPolicy } from '../../infra/policy-file.ts';

const policyText = (mode: string) =>
  `version: 1\nentries:\n  - name: all\n    match: {}\n    severity: low\n    mode: ${mode}\n`;

let dir = '';
let file = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'selfheal-policy-'));
  file = join(dir, 'policy.yml');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the policy file', () => {
  it('is refused whole when anything in it is wrong, with the place', () => {
    writeFileSync(file, policyText('atuo'));
    expect(() => loadPolicy(file)).toThrow(/policy\.yml:6:11 entries\[0\]\.mode/);
  });

  it('that is not there is said by name', () => {
    expect(() => loadPolicy(join(dir, 'none.yml'))).toThrow(/none\.yml cannot be read/);
  });

  it('replaces the policy in force when it is valid, and never when it is not', () => {
    const told: string[] = [];
    writeFileSync(file, policyText('observe'));
    const watched = watchPolicy(file, {
      replaced: ({ policy }) => told.push(`replaced: ${policy.entries[0]?.mode}`),
      refused: ({ message }) => told.push(`refused: ${message.split('\n')[0]}`),
    });
    try {
      const first = watched.current().version;
      writeFileSync(file, 'version: 1\nentries: [');
      watched.reload();
      watched.reload();
      expect(watched.current().version).toBe(first);
      rmSync(file);
      watched.reload();
      expect(watched.current().version).toBe(first);
      writeFileSync(file, policyText('auto'));
      watched.reload();
      watched.reload();
      expect(watched.current().policy.entries[0]?.mode).toBe('auto');
      expect(told).toEqual([
        'refused: the policy is not valid:',
        expect.stringContaining('cannot be read'),
        'replaced: auto',
      ]);
    } finally {
      watched.close();
    }
  });
});
