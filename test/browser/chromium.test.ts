/** Without a browser the tests that need one fail, and say what is missing. */
import { describe, expect, it } from 'vitest';
import { chromiumFile } from '../support/chromium.ts';

describe('Chromium', () => {
  it('is the one that is named, and no other', () => {
    expect(chromiumFile('/opt/chromium', () => true)).toBe('/opt/chromium');
    expect(() => chromiumFile('/opt/chromium', (file) => file === '/usr/bin/chromium')).toThrow(
      'there is no Chromium at /opt/chromium: install it (Debian: sudo apt-get install chromium)',
    );
  });

  it('is looked for where systems put it', () => {
    expect(chromiumFile(undefined, (file) => file === '/usr/bin/google-chrome')).toBe(
      '/usr/bin/google-chrome',
    );
    expect(() => chromiumFile(undefined, () => false)).toThrow('or let SELFHEAL_CHROMIUM name its file');
  });
});
