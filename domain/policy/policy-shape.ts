/**
 * What a policy is once it was understood, so that one which comes from elsewhere is looked at before it is believed:
 * every field that there may be, and none besides. A policy that another release understood in another way has a
 * field too many or too few, and is refused rather than half believed.
 *
 * Whether it makes sense was found out when it was read by its language: see `read-policy.ts`.
 */
import * as z from '../zod.ts';
import type { EventPattern } from './event-pattern.ts';
import { CONCURRENCY_MAX, type Policy } from './policy.ts';

type Schema = z.core.SomeType;
const literal = <const T extends string>(...values: readonly [T, ...T[]]) => z.enum(values);
const array = <T extends Schema>(item: T) => z.array(item);
const optional = <T extends Schema>(item: T) => z.exactOptional(item);
const union = <const T extends readonly Schema[]>(options: T) => z.union(options);
const record = <T extends Schema>(value: T) => z.record(text, value);
const shape = <T extends z.core.$ZodShape>(fields: T) => z.strictObject(fields);

const text = z.string();
const flag = z.boolean();
const texts = array(text);
const whole = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

const simpleTest = union([
  shape({ op: literal('equals', 'equals-ignore-case', 'wildcard', 'cidr'), text }),
  shape({ op: literal('prefix', 'suffix'), text, ignoreCase: flag }),
  shape({
    op: literal('numeric'),
    bounds: array(shape({ comparison: literal('=', '<', '<=', '>', '>='), number: z.number() })),
  }),
]);

const valueTest = union([
  simpleTest,
  shape({ op: literal('exists'), wanted: flag }),
  shape({ op: literal('anything-but'), none: array(simpleTest) }),
]);

const match: z.core.$ZodType<EventPattern> = shape({
  fields: array(
    shape({
      ref: union([
        shape({
          kind: literal('field'),
          field: literal('rule', 'resourceType', 'resourceId', 'account', 'region', 'severity', 'framework'),
        }),
        shape({ kind: literal('tag'), key: text }),
      ]),
      // Without one it would hold for nothing, or for everything.
      tests: array(valueTest).check(z.minLength(1)),
    }),
  ),
  get anyOf() {
    return array(array(match));
  },
});

const limit = optional(
  shape({
    concurrencyMax: optional(positive.check(z.maximum(CONCURRENCY_MAX))),
    startIntervalMs: optional(whole),
  }),
);
const limits = shape({ organization: limit, account: limit, lane: limit, rule: limit, runbook: limit });

const recurring = { cron: text, durationMs: positive, timezone: text };

const safeguards = {
  graceMs: whole,
  windows: array(shape({ name: text, ...recurring })),
  blastRadius: optional(
    shape({ concurrentPercentMax: optional(positive), resourcesMax: optional(positive), windowMs: positive }),
  ),
  backlog: shape({ resourcesMax: positive, windowMs: positive }),
  breaker: shape({
    errorPercentMax: positive,
    windowMs: positive,
    attemptsMin: positive,
    whenOpen: literal('wait', 'approve'),
    probeAfterMs: positive,
  }),
  flapping: shape({ cases: positive, withinMs: positive }),
};

const severity = literal('low', 'medium', 'high', 'critical');
const mode = literal('observe', 'approve', 'auto');

const entry = {
  ...safeguards,
  name: text,
  runbook: optional(text),
  parameters: record(union([text, texts])),
  limits,
  retry: shape({ attemptsMax: positive, backoffMs: whole, backoffMsMax: whole }),
  approval: shape({
    quorum: positive,
    expiresAfterMs: positive,
    from: optional(texts),
    not: optional(array(literal('requester', 'author', 'changer'))),
    escalate: optional(array(shape({ afterMs: positive, notify: texts }))),
  }),
  verify: shape({ settleMs: whole, timeoutMs: positive }),
  notify: union([texts, shape({ low: texts, medium: texts, high: texts, critical: texts })]),
  authors: optional(texts),
};

const blackout = { name: text, reason: optional(text), match: optional(match) };

export const policyShape: z.core.$ZodType<Policy> = shape({
  version: text,
  entries: array(shape({ ...entry, match, severity: optional(severity), mode: optional(mode) })),
  limits,
  adaptiveConcurrency: flag,
  topics: record(text),
  groups: optional(record(shape({ people: texts, claims: texts, roles: texts }))),
  accounts: optional(record(text)),
  operators: optional(texts),
  changedByTag: optional(text),
  timezone: text,
  owners: optional(shape({ tag: text, contacts: record(text), fallback: text })),
  blackouts: array(
    union([shape({ ...blackout, ...recurring }), shape({ ...blackout, from: text, until: text })]),
  ),
  exemptions: array(shape({ name: text, match, owner: text, reason: text, expiresAt: optional(text) })),
  endlessExemptions: texts,
  unmatched: shape({ ...entry, severity, mode: literal('observe') }),
});
