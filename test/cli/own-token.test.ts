import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { keepToken, readToken, tokenFile } from '../../cli/own-token.ts';

const URL = 'http://127.0.0.1:4510';
const TOKEN = 'aGVhZA.Ym9keQ.c2ln';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'selfheal-token-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const env = () => ({ XDG_STATE_HOME: home });

describe('the token of whoever runs selfheal here', () => {
  it('lies in a file that nobody else can read, one for each port, and goes with the service', () => {
    const kept = keepToken(URL, TOKEN, env());
    expect(kept.file).toBe(join(home, 'selfheal', 'token-4510'));
    expect([statSync(kept.file).mode & 0o777, statSync(join(home, 'selfheal')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(readToken(tokenFile(URL, env()))).toBe(TOKEN);
    expect(readToken(tokenFile('http://localhost:4511', env()))).toBeUndefined();
    kept.remove();
    expect(readToken(kept.file)).toBeUndefined();
  });

  it('replaces what a killed service left, and leaves what a later one put there', () => {
    const first = keepToken(URL, TOKEN, env());
    chmodSync(first.file, 0o644);
    keepToken(URL, 'bGF0ZXI.Yg.Yw', env());
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    first.remove();
    expect(readFileSync(first.file, 'utf8')).toBe('bGF0ZXI.Yg.Yw\n');
  });

  it.each([0o640, 0o604, 0o620, 0o602])('is not used when others may read or write it (%o)', (mode) => {
    const { file } = keepToken(URL, TOKEN, env());
    chmodSync(file, mode);
    expect(() => readToken(file)).toThrow(/is not used: others may read or write it .* SELFHEAL_TOKEN/);
  });

  it('is not used when it is a link, a directory, or no token', () => {
    const { file } = keepToken(URL, TOKEN, env());
    const link = join(home, 'link');
    symlinkSync(file, link);
    expect(() => readToken(link)).toThrow(/it is a link/);
    expect(() => readToken(join(home, 'selfheal'))).toThrow(/it is no file/);
    writeFileSync(file, 'password\n');
    expect(() => readToken(file)).toThrow(/no token/);
  });

  it.runIf(process.getuid?.() === 0)("is not used when it is somebody else's", async () => {
    const { chownSync } = await import('node:fs');
    const { file } = keepToken(URL, TOKEN, env());
    chownSync(file, 65_534, 65_534);
    expect(() => readToken(file)).toThrow(/somebody else's/);
  });
});

describe('a token', () => {
  const withToken = { SELFHEAL_TOKEN: TOKEN };

  it('is not sent where others could listen', () => {
    expect(() => createApiClient('http://selfheal.example.com', { env: withToken })).toThrow(/Use https/);
    expect(() => createApiClient('http://127.0.0.1.example.com', { env: withToken })).toThrow(/Use https/);
    for (const url of [URL, 'http://localhost:1', 'https://selfheal.example.com'])
      expect(() => createApiClient(url, { env: withToken })).not.toThrow();
  });

  it('in another name is for the local service: a deployed one knows who asks', () => {
    for (const url of ['https://selfheal.example.com', 'https://a1.execute-api.eu-west-1.amazonaws.com'])
      expect(() => createApiClient(url, { as: 'grace', env: {} })).toThrow(/leave --as out/);
    const signed = { as: 'grace', sign: true, env: { AWS_REGION: 'eu-west-1' } };
    expect(() => createApiClient(URL, signed)).toThrow(/leave --as out/);
    expect(() => createApiClient(URL, { as: 'grace', env: {} })).not.toThrow();
  });
});
