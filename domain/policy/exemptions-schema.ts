/** The exemptions of a policy. */
import * as z from '../zod.ts';
import { matchSchema } from './match-schema.ts';
import { described, line, localDate, mapping, name } from './schema-parts.ts';

export const exemptions = described(
  z
    .array(
      mapping(
        {
          name: name('What cases and messages call it. Unique.'),
          match: matchSchema,
          owner: line('Who answers for it.', 100),
          reason: line('Why nothing is to be done.', 500),
          expires: z.optional(localDate('Until when; a date is included.')),
        },
        'An exemption: nothing is done about the findings that match, until it expires.',
      ),
      { error: 'a list of exemptions' },
    )
    .check(z.maxLength(1_000, { error: 'at most 1000 exemptions' })),
  'Findings about which nothing is to be done, with owner, reason and end.',
);
