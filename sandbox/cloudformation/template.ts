/** A CloudFormation template as the sandbox reads it: the sections it knows, and nothing it would have to skip. */
import * as z from 'zod';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
const json = z.unknown() as unknown as z.ZodType<Json>;
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const parameterSchema = z.strictObject({
  Type: z.string(),
  Default: scalar.optional(),
  Description: z.string().optional(),
  AllowedPattern: z.string().optional(),
  AllowedValues: z.array(scalar).optional(),
  ConstraintDescription: z.string().optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
  NoEcho: z.boolean().optional(),
});

const resourceSchema = z.strictObject({
  Type: z.string(),
  Properties: jsonObject.default({}),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  DeletionPolicy: z.enum(['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot']).optional(),
  UpdateReplacePolicy: z.enum(['Delete', 'Retain', 'Snapshot']).optional(),
  Metadata: z.unknown().optional(),
});

const outputSchema = z.strictObject({
  Value: json,
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.unknown().optional(),
});

/** What steers other tools (interfaces, linters) is let pass; macros would change what is read and are not. */
const templateSchema = z.strictObject({
  AWSTemplateFormatVersion: z.literal('2010-09-09').optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Parameters: z.record(z.string(), parameterSchema).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), jsonObject)).default({}),
  Conditions: z.record(z.string(), json).default({}),
  Rules: z.unknown().optional(),
  Resources: z.record(z.string(), resourceSchema).default({}),
  Outputs: z.record(z.string(), outputSchema).default({}),
});

export type ParameterDeclaration = z.infer<typeof parameterSchema>;
export type ResourceDeclaration = z.infer<typeof resourceSchema>;
export type Template = z.infer<typeof templateSchema>;

/** What is wrong in a template, and where: `Resources.Queue.Properties.RedrivePolicy: …`. */
export class TemplateProblem extends Error {
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(path === '' ? problem : `${path}: ${problem}`);
  }
}

/** Where in a template a value stands; written out only for an error. */
export interface Place {
  readonly key: string | number;
  readonly within?: Place;
}

export const pathOf = ({ key, within }: Place): string =>
  within === undefined ? String(key) : `${pathOf(within)}.${key}`;

/** @throws TemplateProblem that names every place which is not as CloudFormation has it */
export const toTemplate = (value: unknown): Template => {
  const parsed = templateSchema.safeParse(value, { jitless: true });
  if (parsed.success) return parsed.data;
  throw new TemplateProblem('', parsed.error.issues.map(tellIssue).join('; '));
};

export const tellIssue = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;

/**
 * Several fragments as the one template they are deployed as.
 *
 * @throws TemplateProblem when two of them declare the same name
 */
export const mergeTemplates = (templates: readonly Template[]): Template => {
  const merged = <Section extends 'Parameters' | 'Mappings' | 'Conditions' | 'Resources' | 'Outputs'>(
    section: Section,
  ): Template[Section] => {
    const all: Record<string, unknown> = {};
    for (const template of templates)
      for (const [name, declaration] of Object.entries(template[section])) {
        if (name in all) throw new TemplateProblem(`${section}.${name}`, 'two fragments declare it');
        all[name] = declaration;
      }
    return all as Template[Section];
  };
  return {
    Parameters: merged('Parameters'),
    Mappings: merged('Mappings'),
    Conditions: merged('Conditions'),
    Resources: merged('Resources'),
    Outputs: merged('Outputs'),
  };
};
