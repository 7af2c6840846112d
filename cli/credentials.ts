/**
 * By what the command line shows who asks: AWS's signature at API Gateway, a token everywhere else. A token is sent
 * to this machine or over https, and nowhere else.
 */
import { Failure } from './failure.ts';
import { readToken, tokenFile } from './own-token.ts';
import { createRequestSigner, executeApiRegion, type RequestSigner } from './request-signer.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface CredentialOptions {
  /** Sign whatever the address; without it only requests to an address of API Gateway's own are signed. */
  readonly sign?: boolean;
  /** Another local user than the one whom `start` named. */
  readonly as?: string;
  readonly env?: Env;
}

export interface Credentials {
  readonly signer?: RequestSigner;
  /** To look, a token that cannot be used is left out; to change something, it is told. */
  token(method: string): Promise<string | undefined>;
  /** What to do about it when nobody is known. */
  readonly hint: string;
}

/** Asks the service for a token of the person, by the token that is given. */
export type AskToken = (person: string, token: string | undefined) => Promise<string>;

/** @param base address of selfheal */
export const credentialsFor = (
  base: string,
  { sign = false, as, env = process.env }: CredentialOptions,
  askToken: AskToken,
): Credentials => {
  const signer = signerFor(base, sign, env);
  const isHere = isLoopback(base);
  if (as !== undefined && (signer !== undefined || !isHere))
    throw new Failure(
      '--as is for the local service (selfheal start), whose identity provider can speak for anybody. A deployed selfheal knows you by how you sign in: leave --as out.',
      2,
    );
  if (signer !== undefined) return { signer, token: async () => undefined, hint: '' };
  const own = ownToken(base, env, isHere);
  let other: Promise<string> | undefined;
  return {
    token: async (method) => {
      if (method !== 'GET' && as !== undefined) {
        other ??= askToken(as, own.read());
        return other;
      }
      try {
        return own.read();
      } catch (error) {
        if (method === 'GET') return undefined;
        throw error;
      }
    },
    hint: own.hint,
  };
};

const ownToken = (
  base: string,
  env: Env,
  isHere: boolean,
): { readonly read: () => string | undefined; readonly hint: string } => {
  const given = env.SELFHEAL_TOKEN?.trim();
  if (given !== undefined && given !== '') {
    if (!isHere && !base.startsWith('https:'))
      throw new Failure(
        `SELFHEAL_TOKEN is not sent to ${base}: whoever listens on the way could act as you. Use https.`,
      );
    return { read: () => given, hint: 'The token is the one in SELFHEAL_TOKEN.' };
  }
  if (!isHere) return { read: () => undefined, hint: 'Sign with your AWS credentials: add --sign.' };
  const file = tokenFile(base, env);
  return {
    read: () => readToken(file),
    hint: `The command line finds your token in ${file} while "selfheal start" runs as you on that port; or give one as SELFHEAL_TOKEN.`,
  };
};

const isLoopback = (base: string): boolean => LOOPBACK.has(new URL(base).hostname);

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

const signerFor = (base: string, sign: boolean, env: Env): RequestSigner | undefined => {
  const ofGateway = executeApiRegion(base);
  if (ofGateway !== undefined) return createRequestSigner({ region: ofGateway });
  if (!sign) return undefined;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region !== undefined) return createRequestSigner({ region });
  throw new Failure(`--sign: ${base} does not say its Region; give it as AWS_REGION.`, 2);
};
