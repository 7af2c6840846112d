/** The templates of both stacks as their fragments and the catalog make them, without packaging anything. */
import { readdirSync, readFileSync } from 'node:fs';
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
