/** Who decides and who is told, as a policy writes it. */
import * as z from '../zod.ts';
import { count, DAY_MS, described, duration, line, mapping, name, named, oneOf } from './schema-parts.ts';

const TOPICS_EXPECTED = { error: 'a list of topic names, such as [oncall]' };
const topicNames = described(
  z.array(name('A topic, by its name under `topics`.'), TOPICS_EXPECTED),
  'Topics, by their names under `topics`.',
);

export const notify = described(
  z.union(
    [
      topicNames,
      mapping(
        {
          low: z.optional(topicNames),
          medium: z.optional(topicNames),
          high: z.optional(topicNames),
          critical: z.optional(topicNames),
        },
        'By severity.',
      ),
    ],
    { error: 'a list of topic names, such as [oncall], or such lists by severity' },
  ),
  "Topics that hear of these cases, by their names under `topics`, or such lists by severity. `owner` stands for the topic of the resource's owner. An empty list tells nobody.",
);

const groupNames = (what: string) => {
  const expected = { error: 'a list of names of groups, such as [oncall]' };
  return described(
    z
      .array(name('A group, by its name under `groups`.'), expected)
      .check(z.minLength(1, { error: 'at least one group; without the key it is whoever is signed in' })),
    what,
  );
};

/** Names of people; what is none is told when they are resolved, by name. */
const people = (what: string) =>
  described(z.array(line('A person.', 100), { error: 'a list of names of people' }), what);

export const authors = people('Who wrote the entry: with `not: [author]` in `approval` they do not decide.');

const ROLE_EXPECTED = {
  error: "an IAM role's name, not its ARN, in which * stands for any characters, such as Oncall-*",
};

export const groups = named(
  mapping(
    {
      people: z.optional(
        people('Names as selfheal knows people: ada@example.com, or the name of an IAM user.'),
      ),
      claims: z.optional(
        described(
          z.array(line('A value.', 200), { error: 'a list of texts' }),
          "Values of the token's groups claim, as the identity provider spells them.",
        ),
      ),
      roles: z.optional(
        described(
          z.array(z.string(ROLE_EXPECTED).check(z.regex(/^(?!.*\*\*)[\w+=,.@*-]{1,64}$/, ROLE_EXPECTED)), {
            error: "a list of IAM roles' names",
          }),
          'Names of IAM roles; `*` stands for any characters.',
        ),
      ),
    },
    'Whoever one of the lists names is in it.',
  ),
  'a mapping from names to groups',
  'People by kind, for `from` and `operators` to name.',
);

export const operators = groupNames(
  'Groups whose members may stop, resume, close, exempt, reset a breaker, redrive, sweep and apply. Without it: whoever is signed in.',
);

export const changedBy = line('Key of the tag that says who changed a resource last.', 128);

export const approval = mapping(
  {
    quorum: z.optional(count('How many different people must approve.', 20)),
    expires: z.optional(
      duration(
        'How long an approval is waited for. Then a person must look; nothing runs.',
        60_000,
        30 * DAY_MS,
      ),
    ),
    from: z.optional(groupNames('Groups whose members decide. Without it: whoever is signed in.')),
    not: z.optional(
      described(
        z.array(oneOf(['requester', 'author', 'changer'], 'Who.'), {
          error: 'a list of requester, author, changer',
        }),
        'Whose word does not count: who asked for it, wrote the entry, or changed the resource last.',
      ),
    ),
    escalate: z.optional(
      described(
        z
          .array(
            mapping(
              {
                after: duration('Since people were asked.', 60_000, 30 * DAY_MS),
                notify: described(
                  topicNames.check(z.minLength(1, { error: 'at least one topic' })),
                  'Topics, by their names under `topics`.',
                ),
              },
              'Who is told next.',
            ),
            { error: 'a list such as [{after: 15m, notify: [second]}]' },
          )
          .check(z.maxLength(10, { error: 'at most 10 rungs' })),
        'Who else is told while nobody has decided.',
      ),
    ),
  },
  'Who must say yes before anything runs, in mode approve.',
);
