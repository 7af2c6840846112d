/** The second half of a sign-in: a code for the token that says who it was (RFC 6749, 4.1.3, with RFC 7636). */
import * as z from '../../domain/zod.ts';
import { causeOf } from './provider.ts';

export interface CodeExchange {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly code: string;
  /** Whose hash the provider was told when the sign-in began. */
  readonly verifier: string;
}

const ANSWER_MS_MAX = 10_000;

/**
 * @returns the ID token, not verified yet
 * @throws Error in words for the log, without code or token
 */
export const exchangeCode = async ({
  tokenEndpoint,
  clientId,
  redirectUri,
  code,
  verifier,
}: CodeExchange): Promise<string> => {
  const answer = await fetch(tokenEndpoint, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  }).catch((error: unknown) => {
    throw new Error(`${tokenEndpoint} does not answer: ${causeOf(error)}`);
  });
  const told = answerSchema.safeParse(await answer.json().catch(() => undefined));
  const { error, error_description: description, id_token: token } = told.success ? told.data : {};
  if (!answer.ok)
    throw new Error(
      `${tokenEndpoint} answered ${answer.status}: ${[error, description].filter(Boolean).join(', ') || 'no reason given'}`,
    );
  if (token === undefined) throw new Error(`${tokenEndpoint} gave no id_token: is openid among the scopes?`);
  return token;
};

const answerSchema = z.object({
  id_token: z.optional(z.string()),
  error: z.optional(z.string()),
  error_description: z.optional(z.string()),
});
