/** CloudFormation templates as plain data, and how fragments written by people become one of them. */
import { parse, type ScalarTag, stringify, type TagId, type YAMLMap, type YAMLSeq } from 'yaml';

/** What stands in a template wherever CloudFormation takes a value: JSON, with intrinsics in their long form. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, TemplateValue>>;
}

type Section<T> = Readonly<Record<string, T>>;

export interface TemplateParameter {
  readonly Type: string;
  readonly Description?: string;
  readonly Default?: string | number;
  readonly [key: string]: TemplateValue | undefined;
}

export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Parameters?: Section<TemplateParameter>;
  readonly Conditions?: Section<TemplateValue>;
  readonly Resources: Section<TemplateResource>;
  readonly Outputs?: Section<TemplateValue>;
}

/** A part of a template: any of its sections. */
export type Fragment = Partial<Omit<Template, 'AWSTemplateFormatVersion' | 'Description'>>;

/** A template or a fragment as people write it, short forms such as `!Sub` made long. */
export const readFragment = (text: string): Fragment => parse(text, { customTags: SHORT_FORMS }) as Fragment;

/** Puts fragments together, in their order. @throws an Error when two of them use one name. */
export const joinFragments = (fragments: readonly Fragment[]): Omit<Template, 'Description'> => ({
  Parameters: joined('Parameters', fragments),
  Conditions: joined('Conditions', fragments),
  Resources: joined('Resources', fragments),
  Outputs: joined('Outputs', fragments),
});

export const writeTemplate = (template: Template): string =>
  stringify(template, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });

const joined = <K extends 'Parameters' | 'Conditions' | 'Resources' | 'Outputs'>(
  section: K,
  fragments: readonly Fragment[],
): NonNullable<Template[K]> => {
  const all: Record<string, unknown> = {};
  for (const fragment of fragments)
    for (const [name, value] of Object.entries(fragment[section] ?? {})) {
      if (name in all)
        throw new Error(`Two fragments of the stack have ${section}.${name}: give one another name.`);
      all[name] = value;
    }
  return all as NonNullable<Template[K]>;
};

/** `!GetAtt Role.Arn` is the one short form whose text means a list. */
const longForm = (name: string, value: unknown): Record<string, unknown> => {
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name !== 'GetAtt' || typeof value !== 'string') return { [`Fn::${name}`]: value };
  const dot = value.indexOf('.');
  return { 'Fn::GetAtt': [value.slice(0, dot), value.slice(dot + 1)] };
};

const NAMES = [
  'Ref',
  'Condition',
  'Sub',
  'GetAtt',
  'Join',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'Select',
  'Split',
];

const SHORT_FORMS = NAMES.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => longForm(name, text) } as unknown as ScalarTag,
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (seq: YAMLSeq) => longForm(name, seq.toJSON()),
  },
  {
    tag: `!${name}`,
    collection: 'map' as const,
    resolve: (map: YAMLMap) => longForm(name, map.toJSON()),
  },
]) as unknown as TagId[];
