/**
 * Who refers to whom in a template: every Ref, Fn::GetAtt and ${…} must name something that is declared, and
 * resources are created after those that they refer to.
 */
import { type Json, type Template, TemplateProblem } from './template.ts';

/** The text with each `${name}` replaced; `${!name}` stays as `${name}`. */
export const subVariables = (text: string, textFor: (name: string) => string): string =>
  text.replace(/\$\{([^${}]*)\}/g, (_whole, name: string) =>
    name.startsWith('!') ? `\${${name.slice(1)}}` : textFor(name.trim()),
  );

/**
 * Logical ids in an order in which each comes after all that it needs.
 *
 * @throws TemplateProblem for a name that nothing declares, and for resources that need each other
 */
export const creationOrder = (template: Template): readonly string[] => {
  const known = orders.get(template);
  if (known !== undefined) return known;
  checkReferences(template);
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' -> ');
      throw new TemplateProblem('', `Circular dependency between resources: ${circle}`);
    }
    for (const needed of neededBy(template, id)) visit(needed, [...path, id]);
    done.add(id);
    order.push(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id, []);
  orders.set(template, order);
  return order;
};

/** A stack set's template goes to many lanes. */
const orders = new WeakMap<Template, readonly string[]>();

const neededBy = (template: Template, id: string): readonly string[] => {
  const declaration = template.Resources[id];
  const referred = referencesIn(declaration?.Properties ?? {}, '').map(({ name }) => name);
  return [...[declaration?.DependsOn ?? []].flat(), ...referred].filter((name) => name in template.Resources);
};

const checkReferences = (template: Template): void => {
  const check = (value: Json, path: string): void => {
    for (const reference of referencesIn(value, path)) {
      const isThere =
        reference.name in template.Resources ||
        (!reference.isAttribute && (reference.name in template.Parameters || PSEUDO.has(reference.name)));
      if (!isThere) throw new TemplateProblem(reference.path, `the template declares no ${reference.name}`);
    }
  };
  for (const [id, declaration] of Object.entries(template.Resources)) {
    check(declaration.Properties, `Resources.${id}.Properties`);
    for (const needed of [declaration.DependsOn ?? []].flat())
      if (!(needed in template.Resources))
        throw new TemplateProblem(`Resources.${id}.DependsOn`, `the template declares no resource ${needed}`);
  }
  for (const [name, { Value }] of Object.entries(template.Outputs)) check(Value, `Outputs.${name}.Value`);
};

const PSEUDO: ReadonlySet<string> = new Set(
  [
    'AccountId',
    'NoValue',
    'NotificationARNs',
    'Partition',
    'Region',
    'StackId',
    'StackName',
    'URLSuffix',
  ].map((name) => `AWS::${name}`),
);

interface Reference {
  readonly name: string;
  readonly isAttribute: boolean;
  readonly path: string;
}

const referencesIn = (value: Json, path: string): readonly Reference[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item: Json, n) => referencesIn(item, `${path}.${n}`));
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) => {
    const inside = `${path}.${key}`;
    if (key === 'Ref' && typeof inner === 'string')
      return [{ name: inner, isAttribute: false, path: inside }];
    if (key === 'Fn::GetAtt') return [{ name: resourceOf(inner), isAttribute: true, path: inside }];
    if (key === 'Fn::Sub') return [...substituted(inner, inside), ...referencesIn(inner, inside)];
    return referencesIn(inner, inside);
  });
};

const resourceOf = (argument: Json): string =>
  String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]);

const substituted = (argument: Json, path: string): readonly Reference[] => {
  const [text, own] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument, {}];
  const names: string[] = [];
  subVariables(String(text), (name) => {
    if (!(name in ((own ?? {}) as object))) names.push(name);
    return '';
  });
  return names.map((name) => ({
    name: name.split('.')[0] ?? '',
    isAttribute: name.includes('.'),
    path,
  }));
};
