/** The templates of both stacks as their fragments and the catalog make them, without packaging anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { memberStack } from '../../infra/stack/build-member-stack.ts';
import { joinFragments, readFragment, type Template } from '../../infra/stack/template.ts';

/** What the hub has beside its functions, which stand in serverless.yml. */
export const hubTemplate = (): Omit<Template, 'Description'> =>
  joinFragments(
    readdirSync(HUB_DIR)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .map((name) => readFragment(readFileSync(new URL(name, HUB_DIR), 'utf8'))),
  );

const HUB_DIR = new URL('../../infra/stack/hub/', import.meta.url);

let member: Promise<Template> | undefined;

/** Made once: AWS's service reference is asked for every action of the catalog. */
export const memberTemplate = (): Promise<Template> => {
  member ??= memberStack(loadCatalog());
  return member;
};
