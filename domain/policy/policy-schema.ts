/**
 * The shape of `policy.yml`, key by key. From it come the parser's checks and the JSON Schema that editors
 * use, so that neither can drift from the other. Every error message here completes "expected …".
 */
import * as z from '../zod.ts';
import { accounts } from './accounts-schema.ts';
import { approval, authors, changedBy, groups, notify, operators } from './approval-schema.ts';
import { exemptions } from './exemptions-schema.ts';
import { matchSchema } from './match-schema.ts';
import { CONCURRENCY_MAX } from './policy.ts';
import { blackouts, owners, safeguards, timezone, windows } from './safeguards-schema.ts';
import { count, DAY_MS, described, duration, mapping, name, oneOf } from './schema-parts.ts';

const limit = {
  concurrency: z.optional(count('Executions at once in the scope.', CONCURRENCY_MAX)),
  'starts-per-minute': z.optional(count('Starts a minute in the scope, evenly spaced.', 60_000)),
  'start-interval': z.optional(duration('Shortest time between two starts in the scope.', 1_000, 86_400_000)),
};

const limitsShape = {
  organization: z.optional(mapping(limit, 'Everything selfheal runs.')),
  account: z.optional(mapping(limit, 'Each account by itself.')),
  rule: z.optional(mapping(limit, 'Each AWS Config rule by itself.')),
  runbook: z.optional(mapping(limit, 'Each runbook by itself.')),
};

const limits = mapping(
  {
    ...limitsShape,
    lane: z.optional(
      mapping(
        {
          ...limit,
          'adaptive-concurrency': z.optional(
            described(
              z.boolean({ error: 'true or false' }),
              'Adaptive concurrency is switched on in SSM in every lane: up to 500 executions at once, not 100.',
            ),
          ),
        },
        'Each account and Region by itself. Without a word: 80 at once, 1 start a second. SSM allows 100 and 1.',
      ),
    ),
  },
  'How much may run, by scope. What is limited waits.',
);

const entryLimits = mapping(
  { ...limitsShape, lane: z.optional(mapping(limit, 'Each account and Region by itself.')) },
  'Limits for this entry: `rule` and `runbook` replace the policy-wide ones, the others may only tighten them.',
);

const retry = mapping(
  {
    attempts: z.optional(count('Starts in all, the first included.', 25)),
    backoff: z.optional(
      duration('Longest wait before the second attempt; it doubles from then on.', 1_000, DAY_MS),
    ),
    'max-backoff': z.optional(duration('Longest wait between two attempts.', 1_000, 7 * DAY_MS)),
  },
  'What happens when an attempt failed, or changed nothing.',
);

const verify = mapping(
  {
    settle: z.optional(
      duration('How long after a run AWS Config is not yet believed to say NON_COMPLIANT.', 0, DAY_MS),
    ),
    timeout: z.optional(
      duration(
        'How long a verdict is waited for. Then the case is unverified and a person is told.',
        1_000,
        7 * DAY_MS,
      ),
    ),
  },
  'How it is checked that the fix took.',
);

const topicName = '[A-Za-z0-9_-]{1,256}';
const TOPIC_EXPECTED = { error: 'an SNS topic name or ARN' };
const topic = described(
  z
    .string(TOPIC_EXPECTED)
    .check(z.regex(new RegExp(`^(?:arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:)?${topicName}$`), TOPIC_EXPECTED)),
  'An SNS topic: its name (in the account and Region of selfheal), or its ARN.',
);

const VALUE_EXPECTED = { error: 'text of 1 to 512 characters, or a list of such texts' };
const parameterText = z
  .string(VALUE_EXPECTED)
  .check(z.minLength(1, VALUE_EXPECTED), z.maxLength(512, VALUE_EXPECTED));
const asText = z.transform(String);
const parameterItem = z.union(
  [parameterText, z.pipe(z.number(), asText), z.pipe(z.boolean(), asText)],
  VALUE_EXPECTED,
);
const parameterValue = z.union(
  [
    parameterText,
    z.pipe(z.number(VALUE_EXPECTED), asText),
    z.pipe(z.boolean(VALUE_EXPECTED), asText),
    z.array(parameterItem).check(z.minLength(1, VALUE_EXPECTED), z.maxLength(50, VALUE_EXPECTED)),
  ],
  VALUE_EXPECTED,
);

const DOCUMENT_EXPECTED = { error: "an SSM document's name" };

const entry = mapping(
  {
    name: name('What messages and reports call the entry. Unique.'),
    match: matchSchema,
    severity: z.optional(
      oneOf(
        ['low', 'medium', 'high', 'critical'],
        "How bad it is. Without it: the catalog's severity for the rule, or high when the catalog does not know the rule.",
      ),
    ),
    mode: z.optional(
      oneOf(
        ['observe', 'approve', 'auto'],
        'observe: record and tell. approve: ask a person first. auto: act. Without it: approve for high and critical, observe for low and medium.',
      ),
    ),
    runbook: z.optional(
      described(
        z.string(DOCUMENT_EXPECTED).check(z.regex(/^[A-Za-z0-9_.-]{3,128}$/, DOCUMENT_EXPECTED)),
        'SSM Automation document. Without it: what the catalog prefers for the rule.',
      ),
    ),
    parameters: z.optional(
      described(
        z.record(z.string(), parameterValue, { error: 'a mapping from parameter names to values' }),
        "Values for the runbook's parameters that only the policy can know, such as a log bucket.",
      ),
    ),
    limits: z.optional(entryLimits),
    retry: z.optional(retry),
    approval: z.optional(approval),
    verify: z.optional(verify),
    notify: z.optional(notify),
    authors: z.optional(authors),
    ...safeguards,
  },
  'What is done about the findings that match. The first entry that matches decides.',
);

export const policySchema = mapping(
  {
    version: described(z.literal(1, { error: '1' }), 'Version of this file format.'),
    defaults: z.optional(
      mapping(
        {
          retry: z.optional(retry),
          approval: z.optional(approval),
          verify: z.optional(verify),
          notify: z.optional(notify),
          ...safeguards,
        },
        'What entries mean by what they leave out.',
      ),
    ),
    limits: z.optional(limits),
    timezone: z.optional(timezone),
    owners: z.optional(owners),
    accounts: z.optional(accounts),
    groups: z.optional(groups),
    operators: z.optional(operators),
    'changed-by': z.optional(changedBy),
    windows: z.optional(windows),
    blackouts: z.optional(blackouts),
    exemptions: z.optional(exemptions),
    'endless-exemptions': z.optional(
      described(
        z.array(name('An exemption, by its name.'), { error: 'a list of names of exemptions' }),
        'Exemptions that may do without `expires`.',
      ),
    ),
    topics: z.optional(
      described(
        z.record(z.string().check(z.regex(/^[A-Za-z0-9][\w.-]{0,63}$/)), topic, {
          error: 'a mapping from names to SNS topics',
        }),
        'Where messages go: a name of your own for each SNS topic.',
      ),
    ),
    entries: described(
      z
        .array(entry, { error: 'a list of entries' })
        .check(z.maxLength(5_000, { error: 'at most 5000 entries' })),
      'In order: the first entry whose match holds decides. A finding that none matches is only observed.',
    ),
  },
  'Policy of selfheal: which findings are healed, how, and who is asked first.',
);

export type PolicyDocument = z.output<typeof policySchema>;
export type EntryDocument = PolicyDocument['entries'][number];
export type LimitsDocument = NonNullable<PolicyDocument['limits']>;
export type LimitDocument = z.output<z.ZodMiniObject<typeof limit>>;

/** The policy's JSON Schema, as published in `policy.schema.json` for editors. */
export const policyJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input', reused: 'ref' }),
  title: 'selfheal policy',
});
