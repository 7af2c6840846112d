/**
 * A hundred thousand tokens that nobody should believe in, against the running service: links, bearer tokens and
 * sessions. Most go to the very verifiers that it is composed of, thousands of them through its port.
 */
import nodeCrypto, { createHmac, createPublicKey } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { csrfHolds } from '../../console/identity/session.ts';
import { dayMs, hourMs, plusMs } from '../../domain/time.ts';
import type { VerifyToken } from '../../infra/identity/token-verifier.ts';
import { audienceOf } from '../../infra/links/links.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { type Answered, type AttackedService, attackedService } from './attacked-service.ts';

const SEED = 20_261_121;
const random = createRandom(SEED);
const below = (max: number): number => Math.floor(random() * max);
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const POOL = Array.from({ length: 65_536 }, () => DIGITS[below(DIGITS.length)]).join('');
/** @param length 1,000 at most */
const digits = (length: number): string => {
  const from = below(POOL.length - 1_000);
  return POOL.slice(from, from + length);
};

/** All that was tried, to be counted at the end. */
const tried = { link: 0, token: 0, overHttp: 0 };

let service: AttackedService;
let verify: VerifyToken;
let link = '';
let token = '';
let secret: Buffer;
let now = 0;

/** Each refusal is an error inside; where it came from, which nobody asks, is half of what it costs. */
const { stackTraceLimit } = Error;
beforeAll(async () => {
  Error.stackTraceLimit = 0;
  service = await attackedService();
  verify = (await service.signIn.oidc()).verify;
  link = await service.linkTo(service.cases[0]);
  token = service.token('ada', { groups: ['sre'], email: 'ada@example.com', email_verified: true });
  secret = Buffer.from((await service.linkKeys())[0]?.secret ?? '', 'base64url');
  now = Math.floor(service.world.sandbox.clock.nowMs() / 1_000);
});
afterAll(async () => {
  Error.stackTraceLimit = stackTraceLimit;
  await service.close();
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (part = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const partsOf = (of: string) => of.split('.') as [string, string, string];
const hmac = (head: object, claims: object, key: Buffer | string, hash = 'sha256'): string => {
  const text = `${encoded(head)}.${encoded(claims)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
};
const linkHead = (over: object = {}) => ({ ...decoded(partsOf(link)[0]), ...over });
const linkClaims = (over: object = {}) => ({ ...decoded(partsOf(link)[1]), ...over });

/** Every bit of every place: another letter, another case, no letter at all, no ASCII. */
function* bitsFlipped(of: string): Iterable<string> {
  for (let at = 0; at < of.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const bytes = Buffer.from(of, 'latin1');
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      yield bytes.toString('latin1');
    }
}
/** Every other digit in some places; in the last of a part some of them stand for the same bytes. */
function* digitsChanged(of: string, places: Iterable<number>): Iterable<string> {
  for (const at of places)
    for (const digit of DIGITS) if (of[at] !== digit) yield of.slice(0, at) + digit + of.slice(at + 1);
}
function* cut(of: string): Iterable<string> {
  for (let at = 0; at < of.length; at += 1) {
    yield of.slice(0, at);
    yield of.slice(at + 1);
    yield of.slice(0, at) + of.slice(at + 1);
    yield of.slice(0, at) + of[at] + of.slice(at);
    const next = of[at + 1] ?? of[at];
    if (next !== of[at]) yield of.slice(0, at) + next + of[at] + of.slice(at + 2);
  }
}
function* times<T>(count: number, make: () => T): Iterable<T> {
  for (let n = 0; n < count; n += 1) yield make();
}
/** Those for which it holds; asked side by side, since most of the time goes into waiting for each. */
const which = async (tokens: Iterable<string>, holds: (token: string) => Promise<boolean>) => {
  const found: string[] = [];
  const ask = async (token: string): Promise<void> => {
    if (await holds(token)) found.push(token);
  };
  let batch: Promise<void>[] = [];
  let count = 0;
  for (const token of tokens) {
    count += 1;
    batch.push(ask(token));
    if (batch.length < 256) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return { found, count };
};
/** The parts of some tokens in every other combination. */
function* mixed(of: readonly string[]): Iterable<string> {
  const all = of.map(partsOf);
  for (const [head] of all)
    for (const [, body] of all)
      for (const [, , sign] of all) {
        const put = `${head}.${body}.${sign}`;
        if (!of.includes(put)) yield put;
      }
}
const lastPlaces = (of: string): readonly number[] => {
  const [head, body] = partsOf(of);
  return [head.length - 1, head.length + 1 + body.length - 1, of.length - 1];
};

describe(`what is no link of ours opens nothing (seed ${SEED})`, () => {
  /** @returns those that opened something */
  const opened = async (tokens: Iterable<string>): Promise<readonly string[]> => {
    const { linkReader } = service.world.app;
    const { found, count } = await which(tokens, async (each) => (await linkReader.open(each)) !== undefined);
    tried.link += count;
    return found;
  };

  it('while ours does: what follows would not be seen otherwise', async () => {
    expect(await service.world.app.linkReader.open(link)).toEqual({
      caseId: service.cases[0].id,
      planHash: service.cases[0].state.planHash,
    });
    // What the attacks below sign with the key is right but for what they change.
    expect(await service.world.app.linkReader.open(hmac(linkHead(), linkClaims(), secret))).toBeDefined();
  });

  it('with a bit flipped, in each of its places', async () => {
    for (const about of service.cases)
      for (const days of [1, 2]) {
        const url = await service.links.toDecision(
          about.id,
          about.state.planHash,
          plusMs(service.world.now(), days * dayMs),
        );
        expect(await opened(bitsFlipped(url?.split('/').at(-1) ?? ''))).toEqual([]);
      }
  });

  it('with another digit, spellings of the same bytes included', async () => {
    const places = [...link].map((_, at) => at).filter((at) => at % 3 === 0 || at === link.length - 1);
    expect(await opened(digitsChanged(link, places))).toEqual([]);
    // A part's last digit may hold bits that stand for nothing: the signature's does.
    const [head, body, sign] = partsOf(link);
    const same = [...DIGITS].filter(
      (digit) =>
        !sign.endsWith(digit) &&
        Buffer.from(sign.slice(0, -1) + digit, 'base64url').equals(Buffer.from(sign, 'base64url')),
    );
    expect(same.length).toBe(3);
    expect(await opened(same.map((digit) => `${head}.${body}.${sign.slice(0, -1)}${digit}`))).toEqual([]);
  });

  it('cut, drawn out, or with letters swapped', async () => {
    for (const about of service.cases) expect(await opened(cut(await service.linkTo(about)))).toEqual([]);
  });

  it('forged: all of it or its signature by chance, or by a key of one’s own under our key’s name', async () => {
    const [head, body] = partsOf(link);
    expect(await opened(times(36_000, () => `${digits(72)}.${digits(224)}.${digits(42)}A`))).toEqual([]);
    expect(await opened(times(4_000, () => `${head}.${body}.${digits(42)}A`))).toEqual([]);
    expect(await opened(times(4_000, () => hmac(linkHead(), linkClaims(), digits(43))))).toEqual([]);
    // The name of the key, the secret as it is spelt, and nothing at all are keys that somebody may think of.
    const spelt = secret.toString('base64url');
    expect(
      await opened(['', 'k1', spelt, spelt.slice(1)].map((key) => hmac(linkHead(), linkClaims(), key))),
    ).toEqual([]);
  });

  it('by another key than it names, or by none that there is', async () => {
    const names = ['k0', 'k2', 'K1', 'k1 ', '', '__proto__', 'constructor', 1, null, ['k1'], { id: 'k1' }];
    const forged = names.map((kid) => hmac(linkHead({ kid }), linkClaims(), secret));
    expect(await opened(forged)).toEqual([]);
  });

  it('by our key, but of another kind', async () => {
    const unsigned = `${encoded({ ...linkHead(), alg: 'none' })}.${encoded(linkClaims())}.`;
    const [, body, sign] = partsOf(link);
    const kinds = [
      hmac(linkHead({ alg: 'HS384' }), linkClaims(), secret, 'sha384'),
      hmac(linkHead({ alg: 'HS512' }), linkClaims(), secret, 'sha512'),
      hmac(linkHead({ alg: 'hs256' }), linkClaims(), secret),
      ...['none', 'None', 'NONE', ''].flatMap((alg) => [
        `${encoded({ ...linkHead(), alg })}.${body}.${sign}`,
        `${encoded({ ...linkHead(), alg })}.${body}.`,
      ]),
      unsigned,
      `${unsigned}AAAA`,
      ...['JWT', 'selfheal-link', undefined, '', 7].map((typ) =>
        hmac(linkHead({ typ }), linkClaims(), secret),
      ),
      hmac(linkHead({ crit: ['exp'] }), linkClaims(), secret),
      hmac(linkHead({ crit: ['x'], x: 1 }), linkClaims(), secret),
      hmac(linkHead({ b64: false, crit: ['b64'] }), linkClaims(), secret),
      // What the identity provider signs is no link, whoever it names.
      token,
      service.token(service.cases[0].id, linkClaims()),
    ];
    expect(await opened(kinds)).toEqual([]);
  });

  it('expired, or not to be used yet, or without an end', async () => {
    expect(
      await opened(times(4_000, () => hmac(linkHead(), linkClaims({ exp: below(now + 1) }), secret))),
    ).toEqual([]);
    const never = [undefined, null, '', String(now + 60), [now + 60], Number.MAX_VALUE * 2, {}, true];
    expect(await opened(never.map((exp) => hmac(linkHead(), linkClaims({ exp }), secret)))).toEqual([]);
    expect(
      await opened(times(500, () => hmac(linkHead(), linkClaims({ nbf: now + 1 + below(1e9) }), secret))),
    ).toEqual([]);
  });

  it('for another selfheal', async () => {
    const account = () => String(100_000_000_000 + below(900_000_000_000));
    const others = times(3_000, () => audienceOf({ hubAccount: account(), region: 'us-east-1' }));
    const named = ['', 'selfheal', `${linkClaims().aud} `, 'SELFHEAL', [], {}, null, undefined, 7];
    for (const audiences of [others, named])
      expect(
        await opened(
          (function* () {
            for (const aud of audiences) yield hmac(linkHead(), linkClaims({ aud }), secret);
          })(),
        ),
      ).toEqual([]);
  });

  it('about another case or plan, put together from what is ours', async () => {
    const [one, two] = service.cases;
    const other = await service.linkTo(two);
    const later = await service.links.toDecision(one.id, 'f'.repeat(64), plusMs(service.world.now(), hourMs));
    expect(await opened(mixed([link, other, later?.split('/').at(-1) ?? '', token]))).toEqual([]);
    const plans = [undefined, '', 7, [one.state.planHash], one.state.planHash.toUpperCase(), 'f'.repeat(65)];
    expect(await opened(plans.map((plan) => hmac(linkHead(), linkClaims({ plan }), secret)))).toEqual([]);
    expect(
      await opened([undefined, 7, [one.id], {}].map((sub) => hmac(linkHead(), linkClaims({ sub }), secret))),
    ).toEqual([]);
  });
});

describe('what is no token of our provider for us is nobody’s', () => {
  /** @returns those that held */
  const held = async (tokens: Iterable<string>): Promise<readonly string[]> => {
    const { found, count } = await which(tokens, async (each) => (await verify(each)).kind === 'holds');
    tried.token += count;
    return found;
  };
  const head = (over: object = {}) => ({ ...decoded(partsOf(token)[0]), ...over });
  const claims = (over: object = {}) => ({ ...decoded(partsOf(token)[1]), ...over });

  it('while ours is ada’s', async () => {
    expect(await verify(token)).toMatchObject({ kind: 'holds', claims: { sub: 'ada' } });
  });

  it('with a bit flipped, in each of its places', async () => {
    for (const sub of ['ada', 'grace', 'eve', 'somebody@example.com'])
      expect(await held(bitsFlipped(service.token(sub)))).toEqual([]);
  });

  it('spelt otherwise, though its bytes are the same', async () => {
    expect(await held(digitsChanged(token, lastPlaces(token)))).toEqual([]);
  });

  it('cut, drawn out, or with letters swapped', async () => {
    expect(await held(cut(token))).toEqual([]);
  });

  it('with alg none, or signed by whoever has the public key as though it were a shared secret', async () => {
    const [, body, sign] = partsOf(token);
    const none = ['none', 'None', 'nOnE', '', undefined, null, 0].flatMap((alg) =>
      ['', sign, 'AAAA'].map((signature) => `${encoded(head({ alg }))}.${body}.${signature}`),
    );
    expect(await held(none)).toEqual([]);
    const [jwk] = service.world.sandbox.identity.issuer.keys().keys as [{ n: string }];
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const shared = [
      pem,
      pem.trimEnd(),
      key.export({ type: 'pkcs1', format: 'pem' }).toString(),
      key.export({ type: 'spki', format: 'der' }),
      Buffer.from(jwk.n, 'base64url'),
      JSON.stringify(jwk),
    ];
    const subjects = [...times(300, () => `person-${below(1e6)}`)];
    for (const secret of shared)
      expect(
        await held(subjects.map((sub) => hmac(head({ alg: 'HS256' }), claims({ sub }), secret as Buffer))),
      ).toEqual([]);
  });

  it('by another key, wherever the token says that it is to be found', async () => {
    const { privateKey, publicKey } = nodeCrypto.generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const signedBy = (header: object, over: object = {}): string => {
      const text = `${encoded(head(header))}.${encoded(claims(over))}`;
      return `${text}.${nodeCrypto.sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    };
    const jwk = publicKey.export({ format: 'jwk' });
    const places = [
      {},
      { kid: 'sandbox-2' },
      { kid: undefined },
      { kid: '../../dev/null' },
      { jwk },
      { kid: undefined, jwk },
      { jku: `${service.url}/keys` },
      { x5u: 'https://evil.example/x5u' },
      { x5c: [Buffer.from('x').toString('base64')] },
    ];
    expect(await held(places.map((place) => signedBy(place)))).toEqual([]);
    const [, body, sign] = partsOf(token);
    const names = times(2_000, () => `${encoded(head({ kid: digits(8) }))}.${body}.${sign}`);
    expect(await held(names)).toEqual([]);
  });

  it('with claims that somebody else signed, or nobody', async () => {
    const [head, , sign] = partsOf(token);
    const eve = times(2_000, () => `${head}.${encoded(claims({ sub: digits(6), groups: ['sre'] }))}.${sign}`);
    expect(await held(eve)).toEqual([]);
    expect(await held(times(2_000, () => `${head}.${encoded(claims())}.${digits(341)}A`))).toEqual([]);
    expect(await held(mixed([token, service.token('eve'), service.token('grace'), link]))).toEqual([]);
  });

  it('for others, of others, over, not begun, or without what must stand in it: though the provider signed it', async () => {
    const wrong: Readonly<Record<string, unknown>>[] = [
      ...['https://evil.example', `${decoded(partsOf(token)[1]).iss}/`, '', null, [], undefined].map(
        (iss) => ({ iss }),
      ),
      ...['another', 'SELFHEAL', 'selfheal ', '', [], ['x'], null, undefined].map((aud) => ({ aud })),
      { aud: ['selfheal', 'x'], azp: 'x' },
      ...[0, 1, now - 31, now - 86_400, -1, String(now + 60), null, undefined].map((exp) => ({ exp })),
      ...[now + 31, now + 86_400, 'soon'].map((nbf) => ({ nbf })),
      { sub: undefined },
    ];
    expect(await held(wrong.map((over) => service.token('ada', over)))).toEqual([]);
  });
});

describe('over HTTP, on a connection that is kept', () => {
  /** Whoever tries learns nothing from the answer: it is the same, letter by letter. */
  const tellingApart = async (
    tokens: Iterable<string>,
    ask: (token: string) => Promise<Answered>,
  ): Promise<readonly string[]> => {
    const told = new Set<string>();
    const queue = tokens[Symbol.iterator]();
    const worker = async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        tried.overHttp += 1;
        const { status, text, headers } = await ask(next.value);
        const { date: _, ...rest } = headers;
        told.add(JSON.stringify([status, text, rest]));
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    return [...told];
  };
  /** Of many, some: a step that is prime to the eight bits of a place passes through all of them. */
  const some = function* (of: Iterable<string>, every: number): Iterable<string> {
    let n = 0;
    for (const each of of) {
      if (n % every === 0) yield each;
      n += 1;
    }
  };
  /** As it can stand in a line of HTTP. */
  const sendable = function* (of: Iterable<string>): Iterable<string> {
    for (const each of of) if (/^[\w.~-]+$/.test(each)) yield each;
  };

  it('a link that opens nothing: one page, whatever is wrong with it', async () => {
    const bad = function* () {
      yield* some(sendable(bitsFlipped(link)), 2);
      yield* some(sendable(cut(link)), 29);
      yield* times(300, () => hmac(linkHead(), linkClaims({ exp: below(now) }), secret));
      yield* times(100, () =>
        hmac(linkHead(), linkClaims({ aud: `selfheal:${below(1e12)}:us-east-1` }), secret),
      );
      yield* times(100, () => hmac(linkHead(), linkClaims({ sub: `${digits(16).toLowerCase()}-1` }), secret));
      yield* times(50, () => hmac(linkHead({ kid: digits(3) }), linkClaims(), secret));
      yield* times(100, () => digits(1 + below(900)));
      yield token;
    };
    const good = link;
    const told = await tellingApart(
      [...bad()].filter((each) => each !== good && each !== ''),
      (each) => service.ask('GET', `/decide/${each}`, { headers: { accept: 'text/html' } }),
    );
    expect(told).toEqual([expect.stringMatching(/^\[404,.*This link does not open anything/)]);
  });

  it('a bearer token that does not hold: nobody, in the same words; and the case is as it was', async () => {
    const before = await service.state();
    const body = JSON.stringify({
      planHash: service.cases[0].state.planHash,
      answer: 'approve',
      reason: 'forged',
    });
    const ask = (each: string) =>
      service.ask('POST', `/api/cases/${service.cases[0].id}/decision`, {
        headers: { authorization: `Bearer ${each}`, 'content-type': 'application/json' },
        body,
      });
    const [head, payload, sign] = partsOf(token);
    const whole = (each: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(each) && each !== token;
    const bad = [
      ...[...some(sendable(bitsFlipped(token)), 11)].filter(whole),
      ...[...digitsChanged(token, lastPlaces(token))],
      ...times(100, () => `${head}.${payload}.${digits(341)}A`),
      ...times(100, () => `${encoded({ alg: 'none', kid: 'sandbox-1' })}.${payload}.${sign}`),
      ...times(100, () => hmac({ alg: 'HS256', kid: 'sandbox-1' }, decoded(payload), digits(32))),
      ...[{ iss: 'https://evil.example' }, { aud: 'another' }, { nbf: now + 3_600 }, { exp: undefined }].map(
        (over) => service.token('ada', over),
      ),
      link,
    ];
    expect(await tellingApart(bad, ask)).toEqual([
      expect.stringMatching(/^\[401,.*your token does not hold here/),
    ]);
    // Who once had a good one is told that it is over; nobody else can have that answer.
    const over = [1, 2, 3].map((days) => service.token('ada', { exp: now - days * 86_400 }));
    expect(await tellingApart(over, ask)).toEqual([expect.stringMatching(/^\[401,.*expired: sign in again/)]);
    const cutOff = ['', '.', '..', 'a.b', `${head}.${payload}`, `${head}.${payload}.`, 'x'.repeat(500)];
    expect(await tellingApart(cutOff, ask)).toHaveLength(1);
    expect(await service.state()).toBe(before);
  });

  it('a session that does not hold: the page is that of a stranger, and the form is told to sign in', async () => {
    const before = await service.state();
    const path = `/cases/${service.cases[0].id}`;
    const stranger = await service.ask('GET', path, { headers: { accept: 'text/html' } });
    const [head, payload] = partsOf(token);
    const bad = [
      ...some(sendable(bitsFlipped(token)), 401),
      ...some(digitsChanged(token, [token.length - 1]), 9),
      ...times(3, () => `${head}.${payload}.${digits(341)}A`),
      ...[{ iss: 'https://evil.example' }, { aud: 'x' }, { nbf: now + 3_600 }, { exp: now - 60 }].map(
        (over) => service.token('ada', over),
      ),
      link,
    ].filter((each) => each !== token);
    const seen = await tellingApart(bad, (each) => service.ask('GET', path, service.visit(each)));
    expect(seen).toHaveLength(1);
    expect(JSON.parse(seen[0] ?? '')[1]).toBe(stranger.text);
    expect(stranger.text).not.toContain('<form');
    const sent = await tellingApart(
      bad.filter((_, n) => n % 3 === 0),
      (each) => {
        const { headers, csrf } = service.visit(each);
        const fields = {
          csrf,
          planHash: service.cases[0].state.planHash,
          answer: 'approve',
          reason: 'forged',
        };
        return service.ask('POST', `${path}/decision`, {
          headers,
          body: String(new URLSearchParams(fields)),
        });
      },
    );
    expect(sent).toEqual([expect.stringMatching(/^\[401,/)]);
    expect(await service.state()).toBe(before);
  });

  it('a link that is used again after the decision shows what became of it, and nothing can be decided by it', async () => {
    const [, about] = service.cases;
    const used = await service.linkTo(about);
    const { headers, csrf } = service.visit(token);
    const fields = { csrf, planHash: about.state.planHash, answer: 'deny', reason: 'not this one' };
    const send = () =>
      service.ask('POST', `/cases/${about.id}/decision`, {
        headers,
        body: String(new URLSearchParams(fields)),
      });
    expect((await service.ask('GET', `/decide/${used}`, { headers })).text).toContain('<form');
    expect((await send()).status).toBe(303);
    const before = await service.state();
    const told = await tellingApart(
      times(20, () => used),
      (each) => service.ask('GET', `/decide/${each}`, { headers }),
    );
    expect(told).toEqual([expect.stringMatching(/^\[200,.*Denied/)]);
    expect(told[0]).not.toContain('/decision');
    expect(await service.state()).toBe(before);
    expect((await send()).status).toBe(409);
    const after = (await service.world.cases()).find(({ id }) => id === about.id);
    expect(after?.state).toMatchObject({
      name: 'denied',
      decision: { who: 'ada@example.com', reason: 'not this one' },
    });
  });
});

describe('secrets are compared in constant time', () => {
  it('links and tokens by Web Crypto’s verify, whose signature need not be like the right one', async () => {
    const verifying = vi.spyOn(globalThis.crypto.subtle, 'verify');
    const wrong = (of: string) => {
      const [head, body, sign] = partsOf(of);
      return `${head}.${body}.${sign.startsWith('A') ? 'B' : 'A'}${sign.slice(1)}`;
    };
    await service.world.app.linkReader.open(wrong(link));
    await verify(wrong(token));
    expect(verifying.mock.calls.map(([algorithm]) => (algorithm as { name: string }).name)).toEqual([
      'HMAC',
      'RSASSA-PKCS1-v1_5',
    ]);
    verifying.mockRestore();
  });

  it('the word of a form by timingSafeEqual', () => {
    const comparing = vi.spyOn(nodeCrypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    expect(csrfHolds({ csrf: 'right' }, 'wrong')).toBe(false);
    expect(csrfHolds({ csrf: 'right' }, 'right')).toBe(true);
    expect(comparing).toHaveBeenCalledTimes(2);
    comparing.mockRestore();
    syncBuiltinESMExports();
  });
});

it('that were a hundred thousand, and thousands over HTTP', () => {
  expect(tried.link + tried.token + tried.overHttp).toBeGreaterThanOrEqual(100_000);
  expect(tried.overHttp).toBeGreaterThanOrEqual(2_000);
});
