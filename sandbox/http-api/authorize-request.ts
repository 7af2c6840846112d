/** Who calls an HTTP API, and whether the route lets them: by their AWS signature, or by their token. */

import { unreachable } from '../../domain/unreachable.ts';
import { identifyCaller } from '../core/caller.ts';
import { authorize } from '../iam/authorize.ts';
import type { HttpRouteRecord } from '../lambda/records.ts';
import { AwsError, type World } from '../service.ts';
import { ORGANIZATION_ID } from '../world/roles.ts';
import { type HttpAnswer, type HttpRequest, refusal } from './gateway-event.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface AuthorizeDeps {
  readonly world: World;
  readonly issuer: TokenIssuer;
  readonly hubAccount: string;
  readonly nowMs: number;
}

export type Authorization =
  | { readonly ok: true; readonly authorizer?: unknown }
  | { readonly ok: false; readonly answer: HttpAnswer };

export const authorizeRequest = (
  deps: AuthorizeDeps,
  request: HttpRequest,
  route: HttpRouteRecord,
): Authorization => {
  switch (route.authorization) {
    case 'NONE':
      return { ok: true };
    case 'AWS_IAM':
      return bySignature(deps, request, route);
    case 'JWT':
      return byToken(deps, request, route);
    default:
      return unreachable(route.authorization);
  }
};

const FORBIDDEN: Authorization = { ok: false, answer: refusal(403, 'Forbidden') };

const bySignature = (
  { world, hubAccount, nowMs }: AuthorizeDeps,
  { method, path, headers }: HttpRequest,
  { account, region, apiId }: HttpRouteRecord,
): Authorization => {
  if (!isSigned(headers.authorization)) return FORBIDDEN;
  try {
    const caller = identifyCaller(headers, hubAccount, nowMs);
    if (caller.scopeService !== 'execute-api' || caller.region !== region)
      throw new AwsError('InvalidSignature', `Credential should be scoped to execute-api in ${region}.`, 403);
    const { principalArn } = caller;
    const { allowed } = authorize(world, {
      principalArn,
      action: 'execute-api:Invoke',
      resource: `arn:aws:execute-api:${region}:${account}:${apiId}/$default/${method}${path}`,
    });
    if (!allowed) return FORBIDDEN;
    const session = principalArn.split('/').at(-1) ?? '';
    return {
      ok: true,
      authorizer: {
        iam: {
          accessKey: caller.accessKeyId,
          accountId: caller.account,
          callerId: `${caller.accessKeyId}:${session}`,
          cognitoIdentity: null,
          principalOrgId: ORGANIZATION_ID,
          userArn: principalArn,
          userId: `${caller.accessKeyId}:${session}`,
        },
      },
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ok: false, answer: refusal(403, error.message) };
  }
};

export const isSigned = (authorization: string | undefined): boolean =>
  authorization?.startsWith('AWS4-HMAC-SHA256 ') ?? false;

const byToken = (
  { issuer, nowMs }: AuthorizeDeps,
  { headers: { authorization = '' } }: HttpRequest,
  { jwt }: HttpRouteRecord,
): Authorization => {
  const token = /^(?:Bearer )?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (token === undefined || jwt === undefined) return unauthorized('');
  const reading = issuer.read(token, { ...jwt, nowMs });
  if (!reading.ok) return unauthorized(` error="invalid_token" error_description="${reading.why}"`);
  return { ok: true, authorizer: { jwt: { claims: texts(reading.claims), scopes: null } } };
};

const unauthorized = (why: string): Authorization => ({
  ok: false,
  answer: refusal(401, 'Unauthorized', { 'www-authenticate': `Bearer${why}` }),
});

/** API Gateway hands claims on as texts, and a list as `[one two]`. */
const texts = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
