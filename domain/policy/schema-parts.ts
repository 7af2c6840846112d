/** The parts of which the schema of a policy is made. Every error message here completes "expected …". */
import * as z from '../zod.ts';
import { durationMs, durationText } from './duration.ts';

export const DAY_MS = 86_400_000;

/** A schema with what it is for, which editors show. */
export const described = <T extends z.ZodMiniType>(schema: T, what: string): T => {
  const copy = schema.clone();
  z.globalRegistry.add(copy, { description: what });
  return copy;
};

/** A duration between two bounds, in ms. */
export const duration = (what: string, msMin: number, msMax: number) => {
  const expected = `a duration from ${durationText(msMin)} to ${durationText(msMax)}, such as 30s, 15m, 4h or 7d`;
  return described(
    z.string({ error: expected }).check(
      z.regex(/^\d{1,6}[smhd]$/, { error: expected, abort: true }),
      z.refine((value) => {
        const ms = durationMs(value);
        return ms !== undefined && ms >= msMin && ms <= msMax;
      }, expected),
    ),
    `${what} From ${durationText(msMin)} to ${durationText(msMax)}.`,
  );
};

export const count = (what: string, max: number) => {
  const error = `a whole number from 1 to ${max}`;
  return described(z.int({ error }).check(z.minimum(1, { error }), z.maximum(max, { error })), what);
};

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T, what: string) =>
  described(z.enum(values, { error: `one of ${values.join(', ')}` }), what);

export const mapping = <T extends z.core.$ZodShape>(shape: T, what: string) =>
  described(
    z.strictObject(shape, { error: (issue) => (issue.code === 'invalid_type' ? 'a mapping' : undefined) }),
    what,
  );

export const name = (what: string) => {
  const error =
    'a name of 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit';
  return described(z.string({ error }).check(z.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error })), what);
};

export const percent = (what: string) => {
  const error = 'a whole number from 1 to 100, in percent';
  return described(z.int({ error }).check(z.minimum(1, { error }), z.maximum(100, { error })), what);
};

export const line = (what: string, lengthMax: number) => {
  const error = `text of 1 to ${lengthMax} characters`;
  return described(
    z.string({ error }).check(z.trim(), z.minLength(1, { error }), z.maxLength(lengthMax, { error })),
    what,
  );
};

/** In the policy's time zone. */
export const localDate = (what: string) =>
  line(`${what} A date, or a date and time such as 2026-12-20T08:00.`, 32);

/** A mapping whose keys are names that the author gives. */
export const named = <T extends z.core.SomeType>(item: T, error: string, what: string) =>
  described(z.record(z.string().check(z.regex(/^[A-Za-z0-9][\w.-]{0,63}$/)), item, { error }), what);
