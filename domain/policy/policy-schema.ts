/**
 * The shape of `policy.yml`, key by key. From it come the parser's checks and the JSON Schema that editors
 * use, so that neither can drift from the other. Every error message here completes "expected …".
 */
import * as z from '../zod.ts';
import { durationMs, durationText } from './duration.ts';

/** A schema with what it is for, which editors show. */
const described = <T extends z.ZodMiniType>(schema: T, what: string): T => {
  const copy = schema.clone();
  z.globalRegistry.add(copy, { description: what });
  return copy;
};

/** Text that YAML may have read as a number or a boolean: account ids, tag values, parameters. */
const text = z.union([z.string(), z.number(), z.boolean()]);

const oneOrMore = (what: string) => described(z.union([text, z.array(text).check(z.minLength(1))]), what);

const affix = (what: string) =>
  z.union([text, z.strictObject({ 'equals-ignore-case': described(text, `${what}, in any case.`) })]);

const operator = z.union([
  described(text, 'Exactly this value.'),
  z.strictObject({
    prefix: described(affix('Values that begin with this'), 'Values that begin with this.'),
  }),
  z.strictObject({
    suffix: described(affix('Values that end with this'), 'Values that end with this.'),
  }),
  z.strictObject({
    wildcard: described(
      text,
      '`*` stands for any run of characters; `\\*` is a star, `\\\\` a backslash; `**` is refused.',
    ),
  }),
  z.strictObject({ 'equals-ignore-case': described(text, 'This value, in any case.') }),
  z.strictObject({
    'anything-but': described(
      z.union([
        oneOrMore('Values to exclude.'),
        z.strictObject({ prefix: oneOrMore('Beginnings to exclude.') }),
        z.strictObject({ suffix: oneOrMore('Ends to exclude.') }),
        z.strictObject({ wildcard: oneOrMore('Wildcard patterns to exclude.') }),
        z.strictObject({ 'equals-ignore-case': oneOrMore('Values to exclude, in any case.') }),
      ]),
      'Holds when the field is there and none of its values is excluded: of all the names of a rule, not one.',
    ),
  }),
  z.strictObject({
    numeric: described(
      z
        .array(z.union([z.enum(['=', '<', '<=', '>', '>=']), z.number()]))
        .check(z.minLength(2), z.maxLength(4)),
      "A comparison with a number, e.g. ['>', 5] or ['>=', 0, '<', 10]. The value must be a number in text.",
    ),
  }),
  z.strictObject({ exists: described(z.boolean(), 'Whether the field is there at all.') }),
  z.strictObject({
    cidr: described(z.string(), 'An address inside this block, e.g. 10.0.0.0/8 or 2001:db8::/32.'),
  }),
]);

const field = (what: string) =>
  z.optional(
    described(
      z.union([z.string(), z.array(operator).check(z.minLength(1))]),
      `${what} Any item of the list may hold.`,
    ),
  );

type Alternatives = z.ZodMiniOptional<z.ZodMiniArray<z.ZodMiniType>>;
const alternatives = (item: z.ZodMiniType): Alternatives =>
  z.optional(described(z.array(item).check(z.minLength(2)), 'At least one of these alternatives holds.'));

const tags = z.catchall(
  z.object({
    get $or(): Alternatives {
      return alternatives(tags);
    },
  }),
  z.union([z.string(), z.array(operator).check(z.minLength(1))]),
);

export const matchSchema = described(
  z.strictObject({
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
    tags: z.optional(described(tags, 'Tags of the resource by key, e.g. {env: [prod]}.')),
    get $or(): Alternatives {
      return alternatives(matchSchema);
    },
  }),
  'Which findings the entry speaks of, as an EventBridge event pattern. All fields must hold; {} matches all.',
);

/** A duration between two bounds, in ms. */
const duration = (what: string, msMin: number, msMax: number) => {
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

const count = (what: string, max: number) => {
  const error = `a whole number from 1 to ${max}`;
  return described(z.int({ error }).check(z.minimum(1, { error }), z.maximum(max, { error })), what);
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T, what: string) =>
  described(z.enum(values, { error: `one of ${values.join(', ')}` }), what);

const mapping = <T extends z.core.$ZodShape>(shape: T, what: string) =>
  described(
    z.strictObject(shape, { error: (issue) => (issue.code === 'invalid_type' ? 'a mapping' : undefined) }),
    what,
  );

const limit = {
  concurrency: z.optional(count('Executions at once in the scope.', 10_000)),
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

const DAY_MS = 86_400_000;

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

const approval = mapping(
  {
    quorum: z.optional(count('How many different people must approve.', 20)),
    expires: z.optional(
      duration(
        'How long an approval is waited for. Then a person must look; nothing runs.',
        60_000,
        30 * DAY_MS,
      ),
    ),
  },
  'Who must say yes before anything runs, in mode approve.',
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

const name = (what: string) => {
  const error =
    'a name of 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit';
  return described(z.string({ error }).check(z.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error })), what);
};

const notify = described(
  z.array(name('A topic, by its name under `topics`.'), {
    error: 'a list of topic names, such as [oncall]',
  }),
  'Topics that hear of these cases, by their names under `topics`. An empty list tells nobody.',
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
        },
        'What entries mean by what they leave out.',
      ),
    ),
    limits: z.optional(limits),
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
