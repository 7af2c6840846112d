/** `selfheal case ID`: one case, told as a story. */
import type { Command } from 'commander';
import type { CaseJson } from '../../console/case-json.ts';
import type { Io } from '../io.ts';
import { story } from '../render/story.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

export const addCase = (program: Command, io: Io): void => {
  const command = program
    .command('case')
    .summary('tell one case: what, why, who, when')
    .description(
      'Tells one case: what is wrong, where it stands, what can be done, and what happened so far.',
    )
    .argument('<id>', 'the case, as "selfheal cases" lists it');
  example(withJson(withUrl(command)), 'selfheal case 0k3v9x1q7m2p5t8a-1').action(
    async (id: string, options: ServiceOptions & { readonly json: boolean }) => {
      const about = await client(options).get<CaseJson>(`/api/cases/${encodeURIComponent(id)}`);
      if (options.json) printJson(io, about);
      else io.out(story(about, io.style));
    },
  );
};
