/** Links to decisions: what is ours and holds opens one case; whatever else there is opens nothing. */
import fc from 'fast-check';
import { jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { PortError } from '../../../domain/ports.ts';
import { dayMs, hourMs, type Instant, plusMs, secondMs } from '../../../domain/time.ts';
import { createKeyRing, LINK_MS_MAX } from '../../../infra/links/key-ring.ts';
import { createLinkReader } from '../../../infra/links/link-reader.ts';
import { audienceOf, createLinks } from '../../../infra/links/links.ts';
import { aCase, hash, NOW } from '../../support/cases.ts';
import { MemoryLinkKeys } from './memory-link-keys.ts';

const CONSOLE = 'https://selfheal.example';
const HUB = { hubAccount: '111111111111', region: 'us-east-1' };
const caseId = aCase('awaiting-approval').id;

const links = (store = new MemoryLinkKeys(), hub = HUB) => {
  let now: Instant = NOW;
  const options = {
    keys: createKeyRing({ store, now: () => now }),
    now: () => now,
    audience: audienceOf(hub),
  };
  const { toDecision } = createLinks(options, CONSOLE);
  return {
    store,
    open: createLinkReader(options).open,
    at: (ms: number) => {
      now = plusMs(NOW, ms);
    },
    token: async (id = caseId, planHash = hash, expiresAt = plusMs(NOW, hourMs)) =>
      (await toDecision(id, planHash, expiresAt))?.slice(`${CONSOLE}/decide/`.length) ?? '',
    url: () => toDecision(caseId, hash, plusMs(NOW, hourMs)),
  };
};

const ours = links();
let token = '';
let secret: Uint8Array;
beforeAll(async () => {
  token = await ours.token();
  secret = Buffer.from(ours.store.keys?.keys[0]?.secret ?? '', 'base64url');
});

/** What we would have signed, but for what a test changes. */
const signed = (
  { header = {}, claims = {} }: { readonly header?: object; readonly claims?: object } = {},
  key = secret,
) =>
  new SignJWT({
    plan: hash,
    sub: caseId,
    aud: audienceOf(HUB),
    exp: Math.floor(Date.parse(NOW) / secondMs) + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'selfheal-link+jwt', kid: 'k1', ...header })
    .sign(key);

describe('a link', () => {
  it('is signed in our own words as jose signs it, letter by letter, and jose verifies it', async () => {
    const { payload, protectedHeader } = await jwtVerify(token, secret, { currentDate: new Date(NOW) });
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'selfheal-link+jwt', kid: 'k1' });
    expect(payload.sub).toBe(caseId);
    expect(await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(secret)).toBe(token);
    // A case's name in letters of more than one byte.
    const foreign = await ours.token('größe-東京-1');
    const { payload: named } = await jwtVerify(foreign, secret, { currentDate: new Date(NOW) });
    expect(named.sub).toBe('größe-東京-1');
    expect(await new SignJWT(named).setProtectedHeader(protectedHeader).sign(secret)).toBe(foreign);
  });

  it('opens the case and names the plan that people were asked about', async () => {
    expect(await ours.url()).toMatch(/^https:\/\/selfheal\.example\/decide\/[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await ours.open(token)).toEqual({ caseId, planHash: hash });
    expect(await ours.open(await signed())).toEqual({ caseId, planHash: hash });
  });

  it('outlives what it asks for by a week, so that who comes late is told, and no key', async () => {
    const late = links();
    const short = await late.token();
    const endless = await late.token(caseId, hash, plusMs(NOW, 400 * dayMs));
    late.at(hourMs + 7 * dayMs - secondMs);
    expect(await late.open(short)).toBeDefined();
    late.at(hourMs + 7 * dayMs);
    expect(await late.open(short)).toBeUndefined();
    late.at(LINK_MS_MAX - secondMs);
    expect(await late.open(endless)).toBeDefined();
    late.at(LINK_MS_MAX);
    expect(await late.open(endless)).toBeUndefined();
  });

  it('is signed by the next key after a month, and what the old one signed still opens', async () => {
    const rotated = links();
    rotated.at(29 * dayMs);
    const old = await rotated.token(caseId, hash, plusMs(NOW, 31 * dayMs));
    rotated.at(59.5 * dayMs);
    const young = await rotated.token(caseId, hash, plusMs(NOW, 60 * dayMs));
    const kid = (of: string) => JSON.parse(Buffer.from(of.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect([kid(old), kid(young)]).toEqual(['k1', 'k2']);
    rotated.at(35 * dayMs);
    expect(await rotated.open(old)).toBeDefined();
    expect(await rotated.open(young)).toBeDefined();
  });

  it('cannot be made, and opens nothing, where the keys cannot be read', async () => {
    const broken = links();
    broken.store.fails = new PortError('transient', 'ThrottlingException', 'dynamodb:GetItem', 'slow down');
    await expect(broken.url()).rejects.toBe(broken.store.fails);
    await expect(broken.open(token)).rejects.toBe(broken.store.fails);
  });
});

describe('what is not a link of ours', () => {
  it('is every token of which one bit is another, in each of its places', async () => {
    for (let at = 0; at < token.length; at += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(token, 'latin1');
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        expect(await ours.open(flipped.toString('latin1')), `bit ${bit} of place ${at}`).toBeUndefined();
      }
  });

  it('is every other digit in the last place of each part: spellings that mean the same, too', async () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const parts = token.split('.');
    for (const [n, part] of parts.entries())
      for (const digit of digits) {
        if (part.endsWith(digit)) continue;
        const other = parts.with(n, part.slice(0, -1) + digit).join('.');
        expect(await ours.open(other), other).toBeUndefined();
      }
  });

  it('is what is cut off, drawn out, padded or written in other digits', async () => {
    for (let length = 0; length < token.length; length += 1)
      expect(await ours.open(token.slice(0, length))).toBeUndefined();
    for (const other of [
      `${token}=`,
      `${token}.`,
      `.${token}`,
      ` ${token}`,
      `${token}\n`,
      `${token}A`,
      token
        .replaceAll('-', '+')
        .replaceAll('_', '/')
        .replace(/\.(?=[^.]*$)/, '=.'),
      token.replace('.', '..'),
      token.split('.').slice(0, 2).join('.'),
      `${token}${'A'.repeat(100_000)}`,
    ])
      expect(await ours.open(other)).toBeUndefined();
  });

  it('is one of another case, plan or selfheal put together from ours', async () => {
    const parts = async (of: Promise<string>) => (await of).split('.');
    const [head = '', , sign = ''] = token.split('.');
    const [, otherCase = ''] = await parts(ours.token('another-case-1'));
    const [, otherPlan = ''] = await parts(ours.token(caseId, 'f'.repeat(64)));
    for (const body of [otherCase, otherPlan])
      expect(await ours.open(`${head}.${body}.${sign}`)).toBeUndefined();
    // The very same keys, another account or Region.
    for (const hub of [
      { ...HUB, hubAccount: '222222222222' },
      { ...HUB, region: 'eu-west-1' },
    ]) {
      const other = links(ours.store, hub);
      expect(await other.open(token)).toBeUndefined();
      expect(await ours.open(await other.token())).toBeUndefined();
    }
    // Another key of the same name.
    expect(await ours.open(await links().token())).toBeUndefined();
  });

  it('is one that says another algorithm, type, key or claim, though our key signed it', async () => {
    for (const header of [
      { alg: 'HS384' },
      { alg: 'HS512' },
      { typ: 'JWT' },
      { typ: undefined },
      { kid: 'k2' },
      { kid: undefined },
      { kid: '' },
      { kid: '__proto__' },
    ]) {
      const other = await signed({ header });
      expect(other).not.toBe('');
      expect(await ours.open(other), JSON.stringify(header)).toBeUndefined();
    }
    const exp = Math.floor(Date.parse(NOW) / secondMs);
    for (const claims of [
      { exp },
      { exp: exp - 1 },
      { exp: undefined },
      { nbf: exp + 60 },
      { aud: undefined },
      { aud: 'selfheal' },
      { sub: undefined },
      { sub: 7 },
      { plan: undefined },
      { plan: hash.toUpperCase() },
      { plan: hash.slice(1) },
      { plan: [hash] },
    ])
      expect(
        await ours.open(await signed({ claims }).catch(() => '')),
        JSON.stringify(claims),
      ).toBeUndefined();
    const unsigned = new UnsecuredJWT({ plan: hash })
      .setSubject(caseId)
      .setAudience(audienceOf(HUB))
      .encode();
    expect(await ours.open(unsigned)).toBeUndefined();
  });

  it('is anything else that somebody may think of', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.')),
          fc.json().map((json) => {
            const [head, , sign] = token.split('.');
            return `${head}.${Buffer.from(json).toString('base64url')}.${sign}`;
          }),
          fc.json().map((json) => {
            const [, body, sign] = token.split('.');
            return `${Buffer.from(json).toString('base64url')}.${body}.${sign}`;
          }),
          fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => {
            const [head, body] = token.split('.');
            return `${head}.${body}.${Buffer.from(bytes).toString('base64url')}`;
          }),
        ),
        async (forged) => {
          expect(await ours.open(forged)).toBeUndefined();
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
