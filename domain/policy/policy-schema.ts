/**
 * The shape of `policy.yml`, key by key. From it come the parser's checks and the JSON Schema that editors
 * use, so that neither can drift from the other. Every error message here completes "expected …".
 */
import * as z from 'zod';
import { durationMs, durationText } from './duration.ts';

/** Text that YAML may have read as a number or a boolean: account ids, tag values, parameters. */
const text = z.union([z.string(), z.number(), z.boolean()]);

const oneOrMore = (what: string) => z.union([text, z.array(text).min(1)]).describe(what);

const affix = (what: string) =>
  z.union([text, z.strictObject({ 'equals-ignore-case': text.describe(`${what}, in any case.`) })]);

const operator = z.union([
  text.describe('Exactly this value.'),
  z.strictObject({ prefix: affix('Values that begin with this').describe('Values that begin with this.') }),
  z.strictObject({ suffix: affix('Values that end with this').describe('Values that end with this.') }),
  z.strictObject({
    wildcard: text.describe(
      '`*` stands for any run of characters; `\\*` is a star, `\\\\` a backslash; `**` is refused.',
    ),
  }),
  z.strictObject({ 'equals-ignore-case': text.describe('This value, in any case.') }),
  z.strictObject({
    'anything-but': z
      .union([
        oneOrMore('Values to exclude.'),
        z.strictObject({ prefix: oneOrMore('Beginnings to exclude.') }),
        z.strictObject({ suffix: oneOrMore('Ends to exclude.') }),
        z.strictObject({ wildcard: oneOrMore('Wildcard patterns to exclude.') }),
        z.strictObject({ 'equals-ignore-case': oneOrMore('Values to exclude, in any case.') }),
      ])
      .describe(
        'Holds when the field is there and none of its values is excluded: of all the names of a rule, not one.',
      ),
  }),
  z.strictObject({
    numeric: z
      .array(z.union([z.enum(['=', '<', '<=', '>', '>=']), z.number()]))
      .min(2)
      .max(4)
      .describe(
        "A comparison with a number, e.g. ['>', 5] or ['>=', 0, '<', 10]. The value must be a number in text.",
      ),
  }),
  z.strictObject({ exists: z.boolean().describe('Whether the field is there at all.') }),
  z.strictObject({
    cidr: z.string().describe('An address inside this block, e.g. 10.0.0.0/8 or 2001:db8::/32.'),
  }),
]);

const field = (what: string) =>
  z
    .union([z.string(), z.array(operator).min(1)])
    .describe(`${what} Any item of the list may hold.`)
    .optional();

const tags = z
  .object({
    get $or(): z.ZodOptional<z.ZodArray<z.ZodType>> {
      return z.array(tags).min(2).describe('At least one of these alternatives holds.').optional();
    },
  })
  .catchall(z.union([z.string(), z.array(operator).min(1)]));

export const matchSchema = z
  .strictObject({
    rule: field(
      'The AWS Config rule: its source identifier (S3_BUCKET_VERSIONING_ENABLED), its name as deployed, or its plain name without what Security Hub, conformance packs and organization rules add.',
    ),
    resourceType: field('CloudFormation type name, e.g. AWS::S3::Bucket.'),
    resourceId: field('The id that AWS Config gives the resource.'),
    account: field('12-digit AWS account id.'),
    region: field('AWS Region code, or `global` for IAM users, groups, roles and policies.'),
    severity: field(
      'Severity in the catalog: low, medium, high, critical. Absent for a rule the catalog does not know.',
    ),
    framework: field('Frameworks that ask for the rule: cis, pci, hipaa, soc2.'),
    tags: tags.describe('Tags of the resource by key, e.g. {env: [prod]}.').optional(),
    get $or(): z.ZodOptional<z.ZodArray<z.ZodType>> {
      return z.array(matchSchema).min(2).describe('At least one of these alternatives holds.').optional();
    },
  })
  .describe(
    'Which findings the entry speaks of, as an EventBridge event pattern. All fields must hold; {} matches all.',
  );

/** A duration between two bounds, in ms. */
const duration = (what: string, msMin: number, msMax: number) => {
  const expected = `a duration from ${durationText(msMin)} to ${durationText(msMax)}, such as 30s, 15m, 4h or 7d`;
  return z
    .string({ error: expected })
    .regex(/^\d{1,6}[smhd]$/, { error: expected, abort: true })
    .refine((value) => {
      const ms = durationMs(value);
      return ms !== undefined && ms >= msMin && ms <= msMax;
    }, expected)
    .describe(`${what} From ${durationText(msMin)} to ${durationText(msMax)}.`);
};

const count = (what: string, max: number) => {
  const expected = `a whole number from 1 to ${max}`;
  return z.int({ error: expected }).min(1, { error: expected }).max(max, { error: expected }).describe(what);
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T, what: string) =>
  z.enum(values, { error: `one of ${values.join(', ')}` }).describe(what);

const mapping = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: (issue) => (issue.code === 'invalid_type' ? 'a mapping' : undefined) });

const limit = {
  concurrency: count('Executions at once in the scope.', 10_000).optional(),
  'starts-per-minute': count('Starts a minute in the scope, evenly spaced.', 60_000).optional(),
  'start-interval': duration('Shortest time between two starts in the scope.', 1_000, 86_400_000).optional(),
};

const limitsShape = {
  organization: mapping(limit).describe('Everything selfheal runs.').optional(),
  account: mapping(limit).describe('Each account by itself.').optional(),
  rule: mapping(limit).describe('Each AWS Config rule by itself.').optional(),
  runbook: mapping(limit).describe('Each runbook by itself.').optional(),
};

const limits = mapping({
  ...limitsShape,
  lane: mapping({
    ...limit,
    'adaptive-concurrency': z
      .boolean({ error: 'true or false' })
      .describe(
        'Adaptive concurrency is switched on in SSM in every lane: up to 500 executions at once, not 100.',
      )
      .optional(),
  })
    .describe(
      'Each account and Region by itself. Without a word: 80 at once, 1 start a second. SSM allows 100 and 1.',
    )
    .optional(),
}).describe('How much may run, by scope. What is limited waits.');

const entryLimits = mapping({
  ...limitsShape,
  lane: mapping(limit).describe('Each account and Region by itself.').optional(),
}).describe(
  'Limits for this entry: `rule` and `runbook` replace the policy-wide ones, the others may only tighten them.',
);

const DAY_MS = 86_400_000;

const retry = mapping({
  attempts: count('Starts in all, the first included.', 25).optional(),
  backoff: duration(
    'Longest wait before the second attempt; it doubles from then on.',
    1_000,
    DAY_MS,
  ).optional(),
  'max-backoff': duration('Longest wait between two attempts.', 1_000, 7 * DAY_MS).optional(),
}).describe('What happens when an attempt failed, or changed nothing.');

const approval = mapping({
  quorum: count('How many different people must approve.', 20).optional(),
  expires: duration(
    'How long an approval is waited for. Then a person must look; nothing runs.',
    60_000,
    30 * DAY_MS,
  ).optional(),
}).describe('Who must say yes before anything runs, in mode approve.');

const verify = mapping({
  settle: duration(
    'How long after a run AWS Config is not yet believed to say NON_COMPLIANT.',
    0,
    DAY_MS,
  ).optional(),
  timeout: duration(
    'How long a verdict is waited for. Then the case is unverified and a person is told.',
    1_000,
    7 * DAY_MS,
  ).optional(),
}).describe('How it is checked that the fix took.');

const topicName = '[A-Za-z0-9_-]{1,256}';
const topic = z
  .string({ error: 'an SNS topic name or ARN' })
  .regex(new RegExp(`^(?:arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:)?${topicName}$`), {
    error: 'an SNS topic name or ARN',
  })
  .describe('An SNS topic: its name (in the account and Region of selfheal), or its ARN.');

const name = (what: string) => {
  const expected =
    'a name of 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit';
  return z
    .string({ error: expected })
    .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error: expected })
    .describe(what);
};

const notify = z
  .array(name('A topic, by its name under `topics`.'), { error: 'a list of topic names, such as [oncall]' })
  .describe('Topics that hear of these cases, by their names under `topics`. An empty list tells nobody.');

const VALUE_EXPECTED = 'text of 1 to 512 characters, or a list of such texts';
const parameterText = z
  .string({ error: VALUE_EXPECTED })
  .min(1, { error: VALUE_EXPECTED })
  .max(512, { error: VALUE_EXPECTED });
const parameterValue = z.union(
  [
    parameterText,
    z.number({ error: VALUE_EXPECTED }).transform(String),
    z.boolean({ error: VALUE_EXPECTED }).transform(String),
    z
      .array(
        z.union([parameterText, z.number().transform(String), z.boolean().transform(String)], {
          error: VALUE_EXPECTED,
        }),
      )
      .min(1, { error: VALUE_EXPECTED })
      .max(50, { error: VALUE_EXPECTED }),
  ],
  { error: VALUE_EXPECTED },
);

const entry = mapping({
  name: name('What messages and reports call the entry. Unique.'),
  match: matchSchema,
  severity: oneOf(
    ['low', 'medium', 'high', 'critical'],
    "How bad it is. Without it: the catalog's severity for the rule, or high when the catalog does not know the rule.",
  ).optional(),
  mode: oneOf(
    ['observe', 'approve', 'auto'],
    'observe: record and tell. approve: ask a person first. auto: act. Without it: approve for high and critical, observe for low and medium.',
  ).optional(),
  runbook: z
    .string({ error: "an SSM document's name" })
    .regex(/^[A-Za-z0-9_.-]{3,128}$/, { error: "an SSM document's name" })
    .describe('SSM Automation document. Without it: what the catalog prefers for the rule.')
    .optional(),
  parameters: z
    .record(z.string(), parameterValue, { error: 'a mapping from parameter names to values' })
    .describe("Values for the runbook's parameters that only the policy can know, such as a log bucket.")
    .optional(),
  limits: entryLimits.optional(),
  retry: retry.optional(),
  approval: approval.optional(),
  verify: verify.optional(),
  notify: notify.optional(),
}).describe('What is done about the findings that match. The first entry that matches decides.');

export const policySchema = mapping({
  version: z.literal(1, { error: '1' }).describe('Version of this file format.'),
  defaults: mapping({
    retry: retry.optional(),
    approval: approval.optional(),
    verify: verify.optional(),
    notify: notify.optional(),
  })
    .describe('What entries mean by what they leave out.')
    .optional(),
  limits: limits.optional(),
  topics: z
    .record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/), topic, {
      error: 'a mapping from names to SNS topics',
    })
    .describe('Where messages go: a name of your own for each SNS topic.')
    .optional(),
  entries: z
    .array(entry, { error: 'a list of entries' })
    .max(5_000, { error: 'at most 5000 entries' })
    .describe(
      'In order: the first entry whose match holds decides. A finding that none matches is only observed.',
    ),
}).describe('Policy of selfheal: which findings are healed, how, and who is asked first.');

export type PolicyDocument = z.output<typeof policySchema>;
export type EntryDocument = PolicyDocument['entries'][number];
export type LimitsDocument = NonNullable<PolicyDocument['limits']>;
export type LimitDocument = z.output<z.ZodObject<typeof limit>>;

/** The policy's JSON Schema, as published in `policy.schema.json` for editors. */
export const policyJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input', reused: 'ref' }),
  title: 'selfheal policy',
});
