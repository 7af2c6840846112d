/** The shape of a `match`: which findings are spoken of. */
import * as z from '../zod.ts';
import { described } from './schema-parts.ts';

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
    framework: field('Frameworks that ask for the rule: cis, pci, hipaa, soc2, nist.'),
    tags: z.optional(described(tags, 'Tags of the resource by key, e.g. {env: [prod]}.')),
    get $or(): Alternatives {
      return alternatives(matchSchema);
    },
  }),
  'Which findings the entry speaks of, as an EventBridge event pattern. All fields must hold; {} matches all.',
);
