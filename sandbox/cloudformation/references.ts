/**
 * Who refers to whom in a template: every Ref, Fn::GetAtt and ${…} must name something that is declared, and
 * resources are created after those that they refer to.
 */
import {
  type Json,
  type JsonObject,
  type Place,
  pathOf,
  type Template,
  TemplateProblem,
} from './template.ts';

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
  const needs = needsOf(template);
  const order: string[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' -> ');
      throw new TemplateProblem('', `Circular dependency between resources: ${circle}`);
    }
    for (const needed of needs.get(id) ?? []) visit(needed, [...path, id]);
    done.add(id);
    order.push(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id, []);
  orders.set(template, order);
  return order;
};

/** A stack set's template goes to many lanes. */
const orders = new WeakMap<Template, readonly string[]>();

/** Of each resource those that it refers to or depends on; on the way every reference is checked. */
const needsOf = (template: Template): ReadonlyMap<string, ReadonlySet<string>> => {
  const needs = new Map<string, ReadonlySet<string>>();
  for (const [id, { Properties, DependsOn }] of Object.entries(template.Resources)) {
    const needed = new Set([DependsOn ?? []].flat());
    for (const name of needed)
      if (!(name in template.Resources))
        throw new TemplateProblem(`Resources.${id}.DependsOn`, `the template declares no resource ${name}`);
    eachReference(Properties, { key: `Resources.${id}.Properties` }, (reference) => {
      if (refersToResource(template, reference)) needed.add(reference.name);
    });
    needs.set(id, needed);
  }
  for (const [name, { Value }] of Object.entries(template.Outputs))
    eachReference(Value, { key: `Outputs.${name}.Value` }, (reference) =>
      refersToResource(template, reference),
    );
  return needs;
};

const refersToResource = (template: Template, { name, isAttribute, at }: Reference): boolean => {
  if (name in template.Resources) return true;
  if (!isAttribute && (name in template.Parameters || PSEUDO.has(name))) return false;
  throw new TemplateProblem(pathOf(at), `the template declares no ${name}`);
};

const PSEUDO: ReadonlySet<string> = new Set(
  ['AccountId', 'NoValue', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'].map(
    (name) => `AWS::${name}`,
  ),
);

interface Reference {
  readonly name: string;
  readonly isAttribute: boolean;
  readonly at: Place;
}

const eachReference = (value: Json, at: Place, see: (reference: Reference) => void): void => {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let n = 0; n < value.length; n += 1) eachReference(value[n], { key: n, within: at }, see);
    return;
  }
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const inside = { key, within: at };
    if (key === 'Ref' && typeof inner === 'string') see({ name: inner, isAttribute: false, at: inside });
    else if (key === 'Fn::GetAtt') see({ name: resourceOf(inner), isAttribute: true, at: inside });
    else {
      if (key === 'Fn::Sub') eachSubstituted(inner, inside, see);
      eachReference(inner, inside, see);
    }
  }
};

const resourceOf = (argument: Json): string =>
  String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]);

const eachSubstituted = (argument: Json, at: Place, see: (reference: Reference) => void): void => {
  const [text, own] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument, {}];
  subVariables(String(text), (variable) => {
    const [name = '', attribute] = variable.split('.');
    if (!(variable in ((own ?? {}) as object))) see({ name, isAttribute: attribute !== undefined, at });
    return '';
  });
};
