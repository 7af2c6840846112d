/**
 * The shape of `policy.test.yml`: what is given about a finding, and what the policy must say about it. Every error
 * message here completes "expected …".
 */
import { matchSchema } from '../policy/match-schema.ts';
import { DAY_MS, described, duration, line, mapping, name, oneOf } from '../policy/schema-parts.ts';
import * as z from '../zod.ts';

export const CHECKS = [
  'stop-switch',
  'exemption',
  'policy',
  'approval',
  'attempts',
  'compliance',
  'grace',
  'window',
  'breaker',
  'backlog',
  'permit',
] as const;

/** What these say depends on counts that only the hub's table has. */
export const CHECKS_NOT_MADE: readonly string[] = ['backlog', 'permit'];

const text = (what: string) => line(what, 1_024);
const INSTANT = { error: 'an instant with its zone, such as 2026-11-21T22:30:00+01:00' };
const time = (what: string) =>
  described(
    z.string(INSTANT).check(
      // Text of another shape is no instant either, and is told once.
      z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/, {
        ...INSTANT,
        abort: true,
      }),
      z.refine((value) => !Number.isNaN(Date.parse(value)), INSTANT),
    ),
    what,
  );
const ago = (what: string) => duration(`${what}, as long before \`time\`.`, 0, 366 * DAY_MS);
const texts = (what: string, error: string) =>
  described(z.record(z.string(), z.string({ error: 'text' }), { error }), what);

const FLAG_EXPECTED = { error: 'true' };
const flag = (what: string) => described(z.literal(true, FLAG_EXPECTED), what);

const stop = mapping(
  {
    everything: z.optional(flag('Everything is stopped.')),
    account: z.optional(text('This account is stopped.')),
    rule: z.optional(text('This rule is stopped.')),
    runbook: z.optional(text('This runbook is stopped.')),
    reason: z.optional(text('Why.')),
  },
  'A stop switch: exactly one of everything, account, rule and runbook.',
);

const openBreaker = mapping(
  {
    rule: z.optional(text("The breaker of this rule's.")),
    runbook: z.optional(text("The breaker of this runbook's.")),
    opened: z.optional(ago('When it opened')),
    'probe-in': z.optional(duration('When a probe may go; without it at once.', 0, 7 * DAY_MS)),
  },
  'An open breaker: of a rule or of a runbook.',
);

const exemption = mapping(
  {
    name: name('What it is called.'),
    match: matchSchema,
    owner: z.optional(text('Who answers for it.')),
    reason: z.optional(text('Why.')),
    expires: z.optional(line('Until when; a date is included.', 32)),
  },
  'An exemption that somebody added by command, beside those of the policy.',
);

const earlierCase = mapping(
  {
    opened: ago('When it was opened'),
    closed: z.optional(ago('When it was closed; without it when it was opened')),
    ended: z.optional(
      oneOf(
        ['resolved', 'self-resolved', 'suppressed', 'denied', 'closed-by-human'],
        'How it ended; without it resolved.',
      ),
    ),
  },
  'An earlier case of the same finding.',
);

const approver = z.union(
  [
    text('A person.'),
    mapping(
      {
        name: text('A person.'),
        claims: z.optional(
          described(
            z.array(z.string(), { error: 'a list of texts' }),
            "Values of their token's groups claim.",
          ),
        ),
        role: z.optional(text('Name of the IAM role by which they came.')),
      },
      'A person, and by what they are in groups.',
    ),
  ],
  { error: 'a name, or a mapping with name, claims and role' },
);

const givenShape = {
  rule: z.optional(
    text('The rule: its source identifier, or its name as deployed. An identifier is that of a rule of AWS.'),
  ),
  custom: z.optional(described(z.boolean({ error: 'true or false' }), 'The rule is one of your own.')),
  'resource-type': z.optional(text("CloudFormation type name; without it the catalog's first for the rule.")),
  resource: z.optional(text('The id that AWS Config gives the resource.')),
  account: z.optional(text('12-digit account id.')),
  region: z.optional(text('Where the rule was evaluated.')),
  tags: z.optional(texts("The resource's tags.", 'a mapping from tag keys to values')),
  time: z.optional(time("When it happens; without it the file's `time`.")),
  compliance: z.optional(
    oneOf(
      ['NON_COMPLIANT', 'COMPLIANT', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA'],
      'What Config says right before the start; without it NON_COMPLIANT.',
    ),
  ),
  lookups: z.optional(
    texts(
      'What would be read about the resource, by its name in the catalog, such as iam-arn.',
      'a mapping from names of lookups to values',
    ),
  ),
  'document-version': z.optional(text("The default version of the runbook's document; without it 1.")),
  opened: z.optional(ago('When the case was opened; without it just now')),
  'owner-told': z.optional(ago('When the owner was told; without it not yet')),
  attempts: z.optional(
    described(z.int({ error: 'a whole number' }).check(z.minimum(0)), 'Attempts used up.'),
  ),
  'approved-by': z.optional(
    described(
      z.array(approver, { error: 'a list of people' }),
      'Who has approved exactly the plan that the policy makes now: a name, or with the claims or the role by which they are in groups.',
    ),
  ),
  'requested-by': z.optional(text('Who asked for the case.')),
  earlier: z.optional(
    described(
      z.array(earlierCase, { error: 'a list of earlier cases' }).check(z.maxLength(20)),
      "The finding's earlier cases, the newest last.",
    ),
  ),
  stops: z.optional(
    described(z.array(stop, { error: 'a list of stop switches' }), 'What somebody has stopped.'),
  ),
  breakers: z.optional(described(z.array(openBreaker, { error: 'a list of breakers' }), 'Open breakers.')),
  exemptions: z.optional(
    described(z.array(exemption, { error: 'a list of exemptions' }), 'Exemptions that people have added.'),
  ),
  'config-exception': z.optional(text("Config's own exception from remediation holds, for this reason.")),
};

const answer = z.union(
  [
    z.enum(['yes', 'no', 'failed']),
    z.strictObject({
      answer: described(z.enum(['yes', 'no', 'failed']), 'What the check says.'),
      reason: z.optional(described(z.string(), 'Text that its reason holds.')),
    }),
  ],
  { error: 'yes, no, failed, or a mapping with answer and reason' },
);

const VALUE_EXPECTED = { error: 'text, or a list of texts' };
const expectShape = {
  entry: z.optional(text('The entry that decides; unmatched for none.')),
  severity: z.optional(oneOf(['low', 'medium', 'high', 'critical'], 'The severity of the case.')),
  mode: z.optional(oneOf(['observe', 'approve', 'auto'], 'The mode that holds for it.')),
  runbook: z.optional(
    described(
      z.union([z.string(), z.literal(false)], { error: "an SSM document's name, or false for no plan" }),
      'The runbook of the plan; false: there is no plan.',
    ),
  ),
  parameters: z.optional(
    described(
      z.record(z.string(), z.union([z.string(), z.array(z.string())], VALUE_EXPECTED), {
        error: "a mapping from the runbook's parameters to values",
      }),
      'Parameters of the plan. Those not named here may be anything.',
    ),
  ),
  exempt: z.optional(
    described(
      z.union([z.string(), z.literal(false)], { error: "an exemption's name, or false" }),
      'The exemption that holds; false: none.',
    ),
  ),
  state: z.optional(
    oneOf(
      ['observing', 'held', 'awaiting-approval', 'queued', 'needs-human', 'suppressed'],
      'Where the case goes, before the checks.',
    ),
  ),
  why: z.optional(described(z.string({ error: 'text' }), 'Text that the reason for that state holds.')),
  notify: z.optional(
    described(
      z.array(z.string(), { error: 'a list of topics' }),
      'Topics that hear of the case, by their names in the policy, in any order.',
    ),
  ),
  starts: z.optional(
    described(
      z.boolean({ error: 'true or false' }),
      'Whether it would start: it is queued, and every check that can be made here says yes.',
    ),
  ),
  checks: z.optional(
    mapping(
      Object.fromEntries(CHECKS.map((check) => [check, z.optional(answer)])),
      'What the checks before a start say.',
    ),
  ),
};

const test = mapping(
  {
    name: line('What the test shows. Unique.', 200),
    given: z.optional(mapping(givenShape, 'What is known of the finding, and of its surroundings.')),
    expect: mapping(expectShape, 'What the policy must say. Only what is written is compared.'),
  },
  'One finding, and what the policy must say about it.',
);

export const policyTestSchema = mapping(
  {
    version: described(z.literal(1, { error: '1' }), 'Version of this file format.'),
    policy: z.optional(text('The policy, by its path from here; without it policy.yml.')),
    time: time('When all of it happens, for tests that do not say otherwise.'),
    given: z.optional(mapping(givenShape, 'What holds for every test that does not say otherwise.')),
    tests: described(
      z
        .array(test, { error: 'a list of tests' })
        .check(z.minLength(1, { error: 'at least one test' }), z.maxLength(5_000)),
      'The tests.',
    ),
  },
  'Tests of a policy: for findings like these, it must say this.',
);

export type PolicyTestDocument = z.output<typeof policyTestSchema>;
export type TestDocument = PolicyTestDocument['tests'][number];
export type Given = NonNullable<TestDocument['given']>;
export type Expected = TestDocument['expect'];
export type ExpectedAnswer = z.output<typeof answer>;

/** The JSON Schema of such a file, as published in `policy-test.schema.json` for editors. */
export const policyTestJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(policyTestSchema, { target: 'draft-7', io: 'input', reused: 'ref' }),
  title: 'selfheal policy tests',
});
