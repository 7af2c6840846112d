/** Values of a template told as text, for tests and for pages: what is only known at deployment keeps its name. */
import type { Template, TemplateValue } from '../../infra/stack/template.ts';

/** A value as text: `{AWS::AccountId}` where something is put in, `A or B` where a condition chooses. */
export const textOf = (value: TemplateValue | undefined): string => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  const [name = '', argument] = Object.entries(value)[0] ?? [];
  switch (name) {
    case 'Ref':
      return `{${textOf(argument)}}`;
    case 'Fn::GetAtt':
      return `{${Array.isArray(argument) ? argument.join('.') : textOf(argument)}}`;
    case 'Fn::Sub':
      return textOf(Array.isArray(argument) ? argument[0] : argument).replaceAll('${', '{');
    case 'Fn::If':
      return choicesOf(value).map(textOf).join(' or ');
    case 'Fn::Join': {
      const [separator = '', items = []] = argument as readonly TemplateValue[];
      return Array.isArray(items) ? items.map(textOf).join(textOf(separator)) : textOf(items);
    }
    case 'Fn::Split':
      return textOf((argument as readonly TemplateValue[])[1]);
    default:
      return JSON.stringify(value);
  }
};

/** A list's items, whichever of them a condition may choose; what may be nothing is left out. */
export const itemsOf = (value: TemplateValue | undefined): readonly TemplateValue[] =>
  (Array.isArray(value) ? (value as readonly TemplateValue[]) : [value ?? NOTHING])
    .flatMap(choicesOf)
    .filter((item) => JSON.stringify(item) !== JSON.stringify(NOTHING));

/** Both sides of an `Fn::If`, at any depth; else the value itself. */
const choicesOf = (value: TemplateValue): readonly TemplateValue[] => {
  const condition = isObject(value) ? value['Fn::If'] : undefined;
  if (!Array.isArray(condition)) return [value];
  const [, then, otherwise] = condition as readonly TemplateValue[];
  return [then, otherwise]
    .flatMap((side) => (side === undefined ? [] : Array.isArray(side) ? side : [side]))
    .flatMap(choicesOf)
    .filter((item) => JSON.stringify(item) !== JSON.stringify(NOTHING));
};

/** Names that a template refers to and does not have, with the place: `Resources.Queue: Missing`. */
export const danglingReferences = (template: Omit<Template, 'Description'>): readonly string[] => {
  const known = new Set([
    ...Object.keys(template.Parameters ?? {}),
    ...Object.keys(template.Resources),
    ...Object.keys(template.Conditions ?? {}),
  ]);
  return Object.entries(template).flatMap(([section, entries]) =>
    typeof entries !== 'object'
      ? []
      : Object.entries(entries).flatMap(([name, entry]) =>
          referencesIn(entry as TemplateValue)
            .filter((reference) => !reference.startsWith('AWS::') && !known.has(reference))
            .map((reference) => `${section}.${name}: ${reference}`),
        ),
  );
};

export const referencesIn = (value: TemplateValue): readonly string[] => {
  if (!isObject(value)) return Array.isArray(value) ? value.flatMap(referencesIn) : [];
  return Object.entries(value).flatMap(([key, argument]) => {
    const own = REFERENCE[key]?.(argument) ?? [];
    return [...own, ...referencesIn(argument)];
  });
};

const REFERENCE: Readonly<Record<string, (argument: TemplateValue) => readonly string[]>> = {
  Ref: (name) => [String(name)],
  Condition: (name) => (typeof name === 'string' ? [name] : []),
  DependsOn: (names) => [names].flat().map(String),
  'Fn::If': (argument) => [String((argument as readonly TemplateValue[])[0])],
  'Fn::GetAtt': (argument) => [String(Array.isArray(argument) ? argument[0] : argument).split('.')[0] ?? ''],
  'Fn::Sub': (argument) => {
    const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
    const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name);
    return names
      .filter((name) => !(name in (own as object)))
      .map((name) => (name.startsWith('AWS::') ? name : (name.split('.')[0] ?? '')));
  },
};

export const isObject = (
  value: TemplateValue | undefined,
): value is Readonly<Record<string, TemplateValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NOTHING: TemplateValue = { Ref: 'AWS::NoValue' };
