/**
 * The shape of a catalog file, checked strictly: a misspelt key is an error, never a setting that is
 * silently missing. It turns the file's words into the catalog's types.
 */
import * as z from '../zod.ts';
import {
  MANUAL_MINUTES_DEFAULT,
  type ManualGuide,
  type ParameterSource,
  type Runbook,
  type RunbookParameter,
  type ServedRule,
} from './catalog.ts';
import { changeProblems } from './changes.ts';
import { iamProblems } from './runbook-iam.ts';
import { safePattern } from './safe-pattern.ts';

const sentence = z
  .string('expected text')
  .check(z.trim(), z.minLength(1, 'expected text, found nothing'), z.maxLength(1000));

/** Text of one shape. */
const shaped = (shape: RegExp, expected: string) => z.string().check(z.regex(shape, expected));

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `expected one of ${values.join(', ')}`);

const quoted = z
  .string('expected a string: put numbers, true and false in quotes')
  .check(z.minLength(1), z.maxLength(512));

const quotedOrList = z.union(
  [quoted, z.array(quoted).check(z.minLength(1), z.maxLength(50))],
  'expected a quoted string or a list of them',
);

const LOOKUPS = [
  'rds-instance-identifier',
  'iam-arn',
  'resource-arn',
  'resource-name',
  'ssm-instance-id',
] as const;

const SOURCE_EXPECTED =
  'expected resource-id, account-id, automation-role, policy, { lookup: NAME }, { constant: VALUE } or { policy: { fallback: VALUE } }';

const source = z.pipe(
  z.union(
    [
      z.enum(['resource-id', 'account-id', 'automation-role', 'policy']),
      z.strictObject({ lookup: z.enum(LOOKUPS) }),
      z.strictObject({ constant: quotedOrList }),
      z.strictObject({ policy: z.strictObject({ fallback: quotedOrList }) }),
    ],
    SOURCE_EXPECTED,
  ),
  z.transform((given): ParameterSource => {
    if (typeof given === 'string') return { from: given };
    if ('lookup' in given) return { from: 'lookup', lookup: given.lookup };
    if ('constant' in given) return { from: 'constant', value: given.constant };
    return { from: 'policy', fallback: given.policy.fallback };
  }),
);

const pattern = z.pipe(
  z.string('expected a regular expression in quotes'),
  z.transform((text, context): RegExp => {
    const result = safePattern(text);
    if (result.ok) return result.pattern;
    const message = `expected a safe, anchored pattern: ${result.why}`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);

const parameter = z.strictObject({
  type: oneOf('String', 'StringList', 'Boolean', 'Integer'),
  required: z._default(z.boolean('expected true or false'), true),
  pattern,
  source,
});

const parameters = z.pipe(
  z.record(
    shaped(/^[A-Za-z][A-Za-z0-9]{0,49}$/, 'expected a parameter name of 1-50 letters and digits'),
    parameter,
  ),
  z.transform((byName): readonly RunbookParameter[] =>
    Object.entries(byName).map(([name, rest]) => ({ name, ...rest })),
  ),
);

const rule = z.pipe(
  z.strictObject({
    identifier: shaped(
      /^[A-Z][A-Z0-9_]{2,127}$/,
      'expected a source identifier such as S3_BUCKET_VERSIONING_ENABLED',
    ),
    name: shaped(
      /^[a-z][a-z0-9-]{2,127}$/,
      'expected the name AWS gives the rule, such as s3-bucket-versioning-enabled',
    ),
    headline: shaped(
      /^[a-z][\x20-\x7e]{2,39}$/,
      'expected what is wrong in at most 40 characters, to stand behind the resource, such as: is public',
    ),
    'resource-types': z
      .array(shaped(/^AWS::[A-Za-z0-9]*::[A-Za-z0-9]+$/, 'expected a type such as AWS::S3::Bucket'))
      .check(z.minLength(1, 'expected at least one resource type')),
    trigger: oneOf('change', 'periodic', 'both'),
    severity: oneOf('low', 'medium', 'high', 'critical'),
    'manual-minutes': z._default(
      z
        .int('expected a whole number of minutes, such as 20')
        .check(z.minimum(1, 'expected at least 1 minute'), z.maximum(480, 'expected at most 480 minutes')),
      MANUAL_MINUTES_DEFAULT,
    ),
    frameworks: z.array(
      oneOf('cis', 'pci', 'hipaa', 'soc2', 'nist'),
      'expected a list of frameworks; [] for none',
    ),
    preference: z._default(
      z.int('expected a whole number, 1 for the runbook to prefer').check(z.minimum(1), z.maximum(9)),
      1,
    ),
  }),
  z.transform(
    ({ 'resource-types': resourceTypes, 'manual-minutes': manualMinutes, ...rest }): ServedRule => ({
      ...rest,
      resourceTypes,
      manualMinutes,
    }),
  ),
);

const rules = z.array(rule, 'expected a list of rules').check(z.minLength(1, 'expected at least one rule'));
const manualSteps = z
  .array(sentence, 'expected a list of steps')
  .check(z.minLength(1, 'expected at least one step for a person to take'));
const docsUrl = shaped(
  /^https:\/\/docs\.aws\.amazon\.com\/\S+$/,
  'expected a page of https://docs.aws.amazon.com/',
);

const DURATION_UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

const durationMs = z.pipe(
  shaped(/^[1-9]\d{0,3}[smh]$/, 'expected a duration such as 30m or 2h'),
  z.transform((text) => Number(text.slice(0, -1)) * DURATION_UNIT_MS[text.slice(-1) as 's' | 'm' | 'h']),
);

const roleName = shaped(/^[A-Za-z0-9_+=,.@-]{1,64}$/, 'expected the name of an IAM role');
const servicePrincipal = shaped(
  /^[a-z0-9.-]+\.amazonaws\.com$/,
  'expected a service such as ec2.amazonaws.com',
);

const passedRole = z.union(
  [
    z.strictObject({ service: servicePrincipal, parameter: z.string() }),
    z.strictObject({ service: servicePrincipal, role: roleName }),
  ],
  'expected { service: NAME.amazonaws.com, parameter: NAME } or { service: NAME.amazonaws.com, role: NAME }',
);

const atLeastOne = <T extends z.ZodMiniType>(item: T, what: string) =>
  z.array(item).check(z.minLength(1, `expected at least one ${what}`));

const changeText = z.string('expected text').check(z.minLength(1), z.maxLength(200));
const change = z.strictObject({ what: changeText, before: changeText, after: changeText });

const runbookFile = z
  .strictObject({
    document: z
      .string('expected the name of the SSM document')
      .check(z.regex(/^[A-Za-z][A-Za-z0-9_.-]{2,127}$/, 'expected the name of an SSM document')),
    'document-version': z.optional(
      shaped(/^[1-9]\d{0,9}$/, "expected an exact version in quotes, such as '3'"),
    ),
    summary: sentence,
    source: docsUrl,
    rules,
    parameters,
    changes: atLeastOne(change, 'thing that it changes'),
    disruption: oneOf('none', 'low', 'high', 'destructive'),
    'disruption-note': sentence,
    'run-timeout': durationMs,
    'iam-actions': atLeastOne(
      shaped(/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/, 'expected an exact IAM action such as s3:PutBucketVersioning'),
      'IAM action',
    ),
    'pass-roles': z.optional(atLeastOne(passedRole, 'role')),
    'service-linked-roles': z.optional(atLeastOne(servicePrincipal, 'service')),
    'creates-roles': z.optional(atLeastOne(roleName, 'role')),
    'manual-steps': manualSteps,
  })
  .check(
    z.superRefine((file, context) => {
      for (const { path, message } of [...iamProblems(file), ...changeProblems(file)])
        context.addIssue({ code: 'custom', path, message });
    }),
  );

export const runbookSchema = z.pipe(
  runbookFile,
  z.transform(
    (file): Runbook => ({
      kind: 'runbook',
      document: file.document,
      ...(file['document-version'] === undefined ? {} : { documentVersion: file['document-version'] }),
      summary: file.summary,
      rules: file.rules,
      parameters: file.parameters,
      changes: file.changes,
      disruption: file.disruption,
      disruptionNote: file['disruption-note'],
      iamActions: file['iam-actions'],
      ...(file['pass-roles'] === undefined ? {} : { passRoles: file['pass-roles'] }),
      ...(file['service-linked-roles'] === undefined
        ? {}
        : { serviceLinkedRoles: file['service-linked-roles'] }),
      ...(file['creates-roles'] === undefined ? {} : { createsRoles: file['creates-roles'] }),
      runMsMax: file['run-timeout'],
      manualSteps: file['manual-steps'],
      source: file.source,
    }),
  ),
);

/** The guide's name is its file's: see `parse-catalog.ts`. */
export const guideSchema = z.pipe(
  z.strictObject({
    summary: sentence,
    reason: sentence,
    source: docsUrl,
    rules,
    'manual-steps': manualSteps,
  }),
  z.transform(
    (file): Omit<ManualGuide, 'name'> => ({
      kind: 'manual',
      summary: file.summary,
      reason: file.reason,
      rules: file.rules,
      manualSteps: file['manual-steps'],
      source: file.source,
    }),
  ),
);
