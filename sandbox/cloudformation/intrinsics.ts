/**
 * CloudFormation's functions over what a stack knows: parameters, pseudo parameters, mappings, conditions, and
 * the resources created so far. A function that the sandbox does not know is an error, never a guess.
 */
import type { ParameterValue } from './parameters.ts';
import { subVariables } from './references.ts';
import {
  type Json,
  type JsonObject,
  type Place,
  pathOf,
  type Template,
  TemplateProblem,
} from './template.ts';

/** What Ref and Fn::GetAtt tell of a resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Scope {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  /** By name: `AWS::Region`. */
  readonly pseudo: Readonly<Record<string, string>>;
  /** Of those created so far. */
  readonly resources: ReadonlyMap<string, Identity>;
}

export interface Resolver {
  /** Undefined when it comes to AWS::NoValue. @throws TemplateProblem */
  resolve(value: Json, path: string): Json | undefined;
  /** @throws TemplateProblem */
  holds(condition: string, path: string): boolean;
}

type Intrinsic = (argument: Json, at: Place) => Json | undefined;

export const createResolver = ({ template, parameters, pseudo, resources }: Scope): Resolver => {
  const known = new Map<string, boolean>();
  const underWay = new Set<string>();

  const holds = (name: string, at: Place): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const expression = template.Conditions[name];
    if (expression === undefined) throw problem(at, `the template declares no condition ${name}`);
    if (underWay.has(name)) throw problem(at, `the condition ${name} depends on itself`);
    underWay.add(name);
    const result = truth(expression, { key: `Conditions.${name}` });
    underWay.delete(name);
    known.set(name, result);
    return result;
  };

  /** Inside of Conditions, And, Or and Not: a function that comes to true or false. */
  const truth = (expression: Json, at: Place): boolean => {
    const [name, argument] = isObject(expression) ? only(expression) : [];
    if (name === 'Condition' && typeof argument === 'string') return holds(argument, at);
    const result = resolve(expression, at);
    if (typeof result === 'boolean') return result;
    throw problem(at, 'expected a condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not, or Condition');
  };

  const resolve = (value: Json, at: Place): Json | undefined => {
    if (Array.isArray(value)) {
      return value
        .map((item: Json, n) => resolve(item, { key: n, within: at }))
        .filter((item): item is Json => item !== undefined);
    }
    if (!isObject(value)) return value;
    const [name, argument] = only(value);
    if (name !== undefined && argument !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) {
      const inside = { key: name, within: at };
      const intrinsic = intrinsics[name];
      if (intrinsic === undefined) throw problem(inside, 'the sandbox does not know this function');
      return intrinsic(argument, inside);
    }
    const resolved: Record<string, Json> = {};
    for (const [key, each] of Object.entries(value)) {
      const result = resolve(each, { key, within: at });
      if (result !== undefined) resolved[key] = result;
    }
    return resolved;
  };

  const list = (argument: Json, at: Place, length?: number): readonly Json[] => {
    const items = resolve(argument, at);
    if (!Array.isArray(items) || (length !== undefined && items.length !== length))
      throw problem(at, length === undefined ? 'expected a list' : `expected a list of ${length}`);
    return items;
  };

  const text = (argument: Json | undefined, at: Place): string => {
    const value = argument === undefined ? undefined : resolve(argument, at);
    if (value === undefined || value === null || typeof value === 'object')
      throw problem(at, 'expected a text');
    return String(value);
  };

  const reference = (name: string, at: Place): Json | undefined => {
    if (name === 'AWS::NoValue') return undefined;
    const value = pseudo[name] ?? parameters.get(name) ?? resources.get(name)?.ref;
    if (value === undefined) throw problem(at, notThere(name));
    return value;
  };

  const attribute = (name: string, attributeName: string, at: Place): string => {
    const resource = resources.get(name);
    if (resource === undefined) throw problem(at, notThere(name));
    const value = resource.attributes[attributeName];
    if (value === undefined)
      throw problem(
        at,
        `the sandbox's ${template.Resources[name]?.Type} has no attribute ${attributeName}, only: ${Object.keys(resource.attributes).join(', ') || 'none'}`,
      );
    return value;
  };

  const notThere = (name: string): string =>
    name in template.Resources
      ? `the resource ${name} is not created: its condition does not hold`
      : `the template declares no ${name}`;

  const several = (argument: Json, at: Place): readonly boolean[] => {
    if (!Array.isArray(argument) || argument.length < 2 || argument.length > 10)
      throw problem(at, 'expected a list of 2 to 10 conditions');
    return argument.map((each: Json, n) => truth(each, { key: n, within: at }));
  };

  const intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (argument, at) => reference(text(argument, at), at),
    'Fn::GetAtt': (argument, at) => {
      const [name = '', ...rest] =
        typeof argument === 'string' ? argument.split('.') : list(argument, at).map(String);
      return attribute(name, rest.join('.'), at);
    },
    'Fn::Sub': (argument, at) => {
      const [template_, own] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument, {}];
      if (typeof template_ !== 'string' || !isObject(own ?? null))
        throw problem(at, 'expected a text, or a list of a text and its variables');
      const variables = own as JsonObject;
      return subVariables(template_, (name) => {
        const given = variables[name];
        if (given !== undefined) return text(given, { key: name, within: at });
        const dot = name.indexOf('.');
        if (dot !== -1) return attribute(name.slice(0, dot), name.slice(dot + 1), at);
        return text({ Ref: name }, at);
      });
    },
    'Fn::Join': (argument, at) => {
      const [separator, items] = Array.isArray(argument) ? (argument as readonly Json[]) : [];
      if (typeof separator !== 'string' || items === undefined)
        throw problem(at, 'expected a list of a separator and a list');
      return list(items, at)
        .map((item) => text(item, at))
        .join(separator);
    },
    'Fn::Split': (argument, at) => {
      const [separator, whole] = list(argument, at, 2);
      return text(whole, at).split(text(separator, at));
    },
    'Fn::Select': (argument, at) => {
      const [index, items] = list(argument, at, 2);
      const found = list(items ?? null, at)[Number(index)];
      if (found === undefined) throw problem(at, `there is no item ${text(index, at)} in the list`);
      return found;
    },
    'Fn::FindInMap': (argument, at) => {
      const [map, first, second] = list(argument, at, 3).map((each) => text(each, at));
      const found = template.Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
      if (found === undefined) throw problem(at, `there is no Mappings.${map}.${first}.${second}`);
      return found;
    },
    'Fn::Base64': (argument, at) => Buffer.from(text(argument, at)).toString('base64'),
    'Fn::If': (argument, at) => {
      const [condition, then, otherwise] = Array.isArray(argument) ? (argument as readonly Json[]) : [];
      if (typeof condition !== 'string' || then === undefined || otherwise === undefined)
        throw problem(at, 'expected a list of a condition and two values');
      // The other value is not looked at: what it refers to may not be there.
      return resolve(holds(condition, at) ? then : otherwise, at);
    },
    'Fn::Equals': (argument, at) => {
      const [left, right] = list(argument, at, 2);
      return JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));
    },
    'Fn::Not': (argument, at) => {
      const [only_] = Array.isArray(argument) && argument.length === 1 ? (argument as readonly Json[]) : [];
      if (only_ === undefined) throw problem(at, 'expected a list of one condition');
      return !truth(only_, at);
    },
    'Fn::And': (argument, at) => several(argument, at).every(Boolean),
    'Fn::Or': (argument, at) => several(argument, at).some(Boolean),
  };

  return {
    resolve: (value, path) => resolve(value, { key: path }),
    holds: (condition, path) => holds(condition, { key: path }),
  };
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one entry of an object that has no other. */
const only = (value: JsonObject): readonly [string, Json] | readonly [] => {
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0] !== undefined ? entries[0] : [];
};

/** CloudFormation compares texts: a parameter of 5 equals the number 5. */
const comparable = (value: Json | undefined): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

const problem = (at: Place, message: string): TemplateProblem => new TemplateProblem(pathOf(at), message);
