/** People as whoever lets them in has made sure of them. */
import type { Identity } from '../../domain/identity.ts';

/** @param claims values of the token's groups claim */
export const person = (name: string, ...claims: readonly string[]): Identity => ({ name, claims });
