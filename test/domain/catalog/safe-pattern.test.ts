import { describe, expect, test } from 'vitest';
import { safePattern } from '../../../domain/catalog/safe-pattern.ts';

describe('a safe pattern', () => {
  test.each([
    '^sg-[0-9a-f]{8,17}$',
    '^(?:true|false)$',
    '^arn:aws(?:-cn|-us-gov)?:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$',
    '^[0-9]+-[0-9]+$',
    '^a\\$$',
    '^subnet-[0-9a-f]{8,17}(?:,subnet-[0-9a-f]{17}){0,15}$',
    '^[(|)*]{2}$',
  ])('may be %s', (text) => {
    expect(safePattern(text)).toMatchObject({ ok: true });
  });

  test.each([
    ['sg-[0-9a-f]+', 'begin with ^ and end with $'],
    ['^sg-[0-9a-f]+', 'begin with ^ and end with $'],
    ['^costs\\$', 'begin with ^ and end with $'],
    ['^a$|b$', 'alternatives must stand in a group'],
    ['^a|b$', 'alternatives must stand in a group'],
    ['^(a+)+$', 'a repeated group'],
    ['^(?:a|aa)+$', 'a repeated group'],
    ['^(?:(?:a{1,3})b?){2,}$', 'a repeated group'],
    ['^(?:x[a-z]*){1,20}$', 'a repeated group'],
    ['^(?<n>[a-z]+)*$', 'a repeated group'],
    ['^a*a*$', 'side by side'],
    ['^[0-9]+\\d+$', 'side by side'],
    ['^(a)\\1$', 'back references'],
    ['^(?=a)a$', 'lookaround'],
    ['^(?<!a)b$', 'lookaround'],
    ['^(a$', 'nterminated group'],
    ['^[z-a]$', 'out of order'],
  ])('is not %s', (text, why) => {
    expect(safePattern(text)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });
});
