import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { deciding } from '../../console/groups/deciding.ts';
import type { HttpDeps } from '../../console/http-deps.ts';
import type { PersonsDecision } from '../../domain/engine/by-people.ts';
import { httpFunction } from '../../handlers/http-function.ts';
import type { App } from '../../infra/compose.ts';
import type { Settings } from '../../infra/settings.ts';

const decided: PersonsDecision[] = [];
const app = {
  selfheal: {
    decide: async (caseId: string, decision: PersonsDecision) => {
      decided.push(decision);
      return { kind: 'done', caseId, state: 'queued' };
    },
  },
  ports: {
    log: { info: () => {}, warn: () => {}, error: () => {} },
    clock: { now: () => '2026-11-21T03:00:00.000Z' },
  },
} as unknown as App;
const settings = { region: 'us-east-1', hubAccount: '222222222222' } as Settings;
const decide = httpFunction(app, settings, (deps) => deciding(deps as HttpDeps & { readonly app: App }));

const BODY = { planHash: 'a'.repeat(64), answer: 'approve', reason: 'looked at it' };

/** A request as API Gateway hands it on (payload format 2.0). */
const event = (authorizer: unknown, headers: Record<string, string> = {}, body: unknown = BODY) => ({
  version: '2.0',
  routeKey: 'POST /api/cases/{id}/decision',
  rawPath: '/api/cases/0123456789abcdef-1/decision',
  rawQueryString: '',
  headers: {
    'content-type': 'application/json',
    host: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
    ...headers,
  },
  requestContext: {
    accountId: '222222222222',
    domainName: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
    http: { method: 'POST', path: '/api/cases/0123456789abcdef-1/decision' },
    ...(authorizer === undefined ? {} : { authorizer }),
  },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

const ask = async (...given: Parameters<typeof event>) => {
  decided.length = 0;
  // biome-ignore lint/suspicious/noExplicitAny: the types know more of API Gateway than is sent here.
  const answer = await decide(event(...given) as any, {} as Context);
  return { status: answer.statusCode, error: JSON.parse(answer.body).error?.code, who: decided[0]?.who.name };
};

describe('a decision over API Gateway', () => {
  it('is taken in the name that the authorizer made sure of, and never in the one that the request claims', async () => {
    const userArn = 'arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_Oncall_1/Ada@example.com';
    expect(await ask({ iam: { userArn } })).toEqual({ status: 200, who: 'ada@example.com' });
    const claims = { sub: '1f0c', email: 'grace@example.com', email_verified: 'true' };
    expect(await ask({ jwt: { claims } })).toEqual({ status: 200, who: 'grace@example.com' });
  });

  it.each([
    ['no authorizer', undefined],
    ['one that says nothing', {}],
    ['a Lambda authorizer, which nobody deployed', { lambda: { email: 'ada@example.com' } }],
    ['a token without a name', { jwt: { claims: {} } }],
    ['a signature of another account', { iam: { userArn: 'arn:aws:iam::999999999999:user/ada' } }],
  ])('is nobody’s with %s', async (_, authorizer) => {
    expect(await ask(authorizer)).toEqual({ status: 401, error: 'nobody' });
  });

  it('counts the groups that the token itself lists, not what their names look like side by side', async () => {
    const claims = {
      iss: 'https://id.example',
      sub: 'ada',
      exp: 1_800_000_000,
      groups: ['sre oncall', 'dev'],
    };
    const text = { ...claims, exp: '1800000000', groups: '[sre oncall dev]' };
    const sent = (payload: object) =>
      ({
        authorization: `Bearer aGVhZA.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`,
      }) as const;
    const groupsWith = async (headers: Record<string, string>) => {
      await ask({ jwt: { claims: text } }, headers);
      return decided[0]?.who.claims;
    };
    expect(await groupsWith(sent(claims))).toEqual(['sre oncall', 'dev']);
    // Another token than the one that was verified, or none: no groups.
    for (const other of [{ ...claims, sub: 'eve' }, { ...claims, exp: 1 }, { ...claims, iss: 'x' }, []])
      expect(await groupsWith(sent(other))).toEqual([]);
    expect(await groupsWith({})).toEqual([]);
  });

  it("is refused in the name of the machine's own voices, and from a page of another origin", async () => {
    expect(await ask({ iam: { userArn: 'arn:aws:iam::222222222222:user/selfheal' } })).toEqual({
      status: 401,
      error: 'nobody',
    });
    const ada = { iam: { userArn: 'arn:aws:iam::222222222222:user/ada' } };
    expect(await ask(ada, { origin: 'https://evil.example' })).toEqual({
      status: 403,
      error: 'foreign-origin',
    });
    const own = 'https://a1b2c3.execute-api.us-east-1.amazonaws.com';
    expect(await ask(ada, { origin: own })).toEqual({ status: 200, who: 'ada' });
    expect(await ask(ada, { 'content-type': 'text/plain' })).toEqual({ status: 415, error: 'not-json' });
  });

  it('has its routes and no other: what shows is another function', async () => {
    const { body: _, ...request } = event(undefined);
    const shown = { ...request, rawPath: '/api/cases', requestContext: { http: { method: 'GET' } } };
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    expect((await decide(shown as any, {} as Context)).statusCode).toBe(404);
  });
});
