/** Looks things up in a template: resources by type, values by path, and what a reference names. */
import type { Template, TemplateResource, TemplateValue } from '../../infra/stack/template.ts';
import { textOf } from './template-values.ts';

export type Properties = TemplateResource['Properties'];

/** Logical ids and properties of all resources of a type. */
export const ofType = (
  { Resources }: Pick<Template, 'Resources'>,
  type: string,
): readonly (readonly [id: string, properties: Properties])[] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties]);

export interface NamedResource {
  readonly id: string;
  readonly properties: Properties;
}

/** All resources of a type by the property that names them. */
export const byName = (
  template: Pick<Template, 'Resources'>,
  type: string,
  nameProperty: string,
): ReadonlyMap<string, NamedResource> =>
  new Map(
    ofType(template, type).map(([id, properties]) => [textOf(properties[nameProperty]), { id, properties }]),
  );

/** The value under a path of keys; undefined where there is none. */
export const fieldOf = (
  value: TemplateValue | undefined,
  ...path: readonly string[]
): TemplateValue | undefined =>
  path.reduce<TemplateValue | undefined>(
    (inner, key) => (inner as Readonly<Record<string, TemplateValue>> | undefined)?.[key],
    value,
  );

/** @example idIn({ 'Fn::GetAtt': ['Queue', 'Arn'] }) // 'Queue' */
export const idIn = (value: TemplateValue | undefined): string =>
  textOf(value).replace(/^\{([^.}]*).*$/, '$1');
