/**
 * Zod, which checks everything that comes from outside: its smaller edition, because every function carries it,
 * with the English messages that the larger one brings along. Import it from here, or messages say only
 * "Invalid input".
 *
 * @example
 * const name = z.string().check(z.minLength(1));
 */
import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

config(english());

export * from 'zod/mini';
