/** Signs requests to a deployed selfheal with the caller's own AWS credentials, as API Gateway asks of them. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { Failure } from './failure.ts';
import { safe } from './io.ts';

export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface RequestSigner {
  /** The headers to send the request with: its own and the signature's. */
  sign(request: RequestToSign): Promise<Readonly<Record<string, string>>>;
}

export interface SignerOptions {
  readonly region: string;
  /** Default: wherever the SDK and the `aws` command find them. */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/** @example executeApiRegion('https://a1b2c3.execute-api.eu-central-1.amazonaws.com') // 'eu-central-1' */
export const executeApiRegion = (url: string): string | undefined =>
  /^https:\/\/[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?:[:/]|$)/.exec(url)?.[1];

export const createRequestSigner = ({
  region,
  credentials = foundCredentials,
}: SignerOptions): RequestSigner => ({
  sign: async ({ method, url, headers, body }) => {
    // Loaded here: who works on their own machine signs nothing and shall not wait for it.
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const signer = new SignatureV4({
      service: 'execute-api',
      region,
      credentials: await explained(credentials),
      sha256: Sha256,
    });
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    });
    // `fetch` writes it itself, and the same.
    const { host: _, ...sent } = signed.headers;
    return sent;
  },
});

/** A name may be there more than once, and all of its values are signed. */
const queryOf = (params: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name)]));

const foundCredentials = async (): Promise<AwsCredentials> => {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider()();
};

const explained = async (credentials: () => Promise<AwsCredentials>): Promise<AwsCredentials> => {
  try {
    return await credentials();
  } catch (error) {
    const why = safe(error instanceof Error ? error.message : String(error));
    throw new Failure(
      `A deployed selfheal wants to know who you are, and your AWS credentials cannot be used: ${why}. Sign in (aws sso login), or name a profile (AWS_PROFILE).`,
    );
  }
};

/** What the signer asks for, by Node's own hashing. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

const bytes = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};
