/**
 * Who is calling, read from a request's Signature Version 4 header. The signature itself is not verified:
 * the sandbox has no secrets, listens on loopback alone, and tells accounts apart only to be realistic.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../service.ts';
import { accountOf, readSessionToken } from './session.ts';

export interface Caller {
  readonly account: string;
  readonly region: string;
  readonly principalArn: string;
  readonly accessKeyId: string;
  /** From the credential scope: `sqs`, `sts`, … */
  readonly scopeService: string;
}

const CREDENTIAL = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

/**
 * @throws AwsError `MissingAuthenticationToken`, `IncompleteSignature`, `InvalidClientTokenId` or
 * `ExpiredToken`; over JSON the same names with `Exception` behind them.
 */
export const identifyCaller = (headers: IncomingHttpHeaders, hubAccount: string, nowMs: number): Caller => {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  const [, accessKeyId, region, scopeService] = CREDENTIAL.exec(authorization) ?? [];
  if (accessKeyId === undefined || region === undefined || scopeService === undefined) {
    throw new AwsError('IncompleteSignature', "Authorization header requires 'Credential' parameter.", 403);
  }
  const account = accountOf(accessKeyId, hubAccount);
  const token = headers['x-amz-security-token'];
  const principalArn =
    typeof token === 'string'
      ? sessionPrincipal(token, account, nowMs)
      : `arn:aws:iam::${account}:user/sandbox`;
  return { account, region, principalArn, accessKeyId, scopeService };
};

const sessionPrincipal = (token: string, account: string, nowMs: number): string => {
  const session = readSessionToken(token);
  if (session?.principalArn.split(':')[4] !== account) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
  }
  if (session.expiresMs <= nowMs) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
  }
  return session.principalArn;
};
