/** Circles in which the resources of a template wait for each other: CloudFormation would make none of them. */
import type { Template, TemplateResource, TemplateValue } from '../../infra/stack/template.ts';
import { referencesIn } from './template-values.ts';

/** The first circle found, as a path that ends where it begins; empty when there is none. */
export const circularReferences = ({ Resources }: Pick<Template, 'Resources'>): readonly string[] => {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): readonly string[] => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    const resource = Resources[id];
    if (resource === undefined || done.has(id)) return [];
    for (const next of neededBy(resource)) {
      const circle = visit(next, [...path, id]);
      if (circle.length > 0) return circle;
    }
    done.add(id);
    return [];
  };
  for (const id of Object.keys(Resources)) {
    const circle = visit(id, []);
    if (circle.length > 0) return circle;
  }
  return [];
};

/** Its condition is no resource, and waits for none. */
const neededBy = ({ Condition: _, ...resource }: TemplateResource): readonly string[] =>
  referencesIn(resource as unknown as TemplateValue);
