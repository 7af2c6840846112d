/** What holds back starts beyond the limits, as a policy writes it. */
import * as z from '../zod.ts';
import { matchSchema } from './match-schema.ts';
import {
  count,
  DAY_MS,
  described,
  duration,
  line,
  localDate,
  mapping,
  name,
  named,
  oneOf,
  percent,
} from './schema-parts.ts';

export const timezone = line('IANA time zone, such as Europe/Berlin or UTC.', 64);
const cron = line(
  'When it opens: minute, hour, day of month, month, day of week, read in the time zone.',
  120,
);

export const safeguards = {
  grace: z.optional(
    duration(
      "From the opening of a case until selfheal may act. The resource's owner is told first.",
      0,
      30 * DAY_MS,
    ),
  ),
  windows: z.optional(
    described(
      z.array(name('A window, by its name under `windows`.'), {
        error: 'a list of names of windows, such as [nights]',
      }),
      'Starts only while one of these windows is open. An empty list: at any time.',
    ),
  ),
  'blast-radius': z.optional(
    mapping(
      {
        'max-concurrent-percent': z.optional(
          percent("Of the rule's resources, at work at once. One may always be."),
        ),
        'max-resources': z.optional(count('Different resources of the rule in the window.', 500)),
        window: z.optional(duration('The window in which max-resources counts.', 60_000, 7 * DAY_MS)),
      },
      "How much of a rule's resources may be touched. What is more waits.",
    ),
  ),
  backlog: z.optional(
    mapping(
      {
        resources: z.optional(count('Different resources of one rule that are started unasked.', 500)),
        window: z.optional(duration('In which they count.', 60_000, DAY_MS)),
      },
      'Guards against a rule that finds very much at once: the surplus is asked for, in one batch.',
    ),
  ),
  breaker: z.optional(
    mapping(
      {
        'error-percentage': z.optional(
          percent('Of the attempts in the window: with so many failed, it opens.'),
        ),
        // Starts are counted by five minutes: of a shorter window too little would be whole.
        window: z.optional(duration('In which attempts count.', 900_000, DAY_MS)),
        attempts: z.optional(count('With fewer attempts in the window it stays closed.', 1_000)),
        'when-open': z.optional(
          oneOf(
            ['wait', 'approve'],
            'wait: cases wait for a probe that succeeds. approve: a person is asked for each, in one batch.',
          ),
        ),
        'probe-after': z.optional(duration('After it opened, and between two probes.', 60_000, DAY_MS)),
      },
      'Stops a runbook, or the healing of a rule, that keeps failing.',
    ),
  ),
  flapping: z.optional(
    mapping(
      {
        cases: z.optional(count('Cases of one finding, the newest included.', 10)),
        within: z.optional(duration('In which they count.', 60_000, 30 * DAY_MS)),
      },
      'A finding that keeps coming back goes to a person: automation must not fight somebody.',
    ),
  ),
};

const recurring = { cron, duration: duration('How long it stays open.', 60_000, 7 * DAY_MS) };

export const windows = named(
  mapping({ ...recurring, timezone: z.optional(timezone) }, 'A maintenance window.'),
  'a mapping from names to windows',
  'Maintenance windows, for entries to name.',
);

export const blackouts = named(
  mapping(
    {
      cron: z.optional(cron),
      duration: z.optional(recurring.duration),
      from: z.optional(localDate('Its beginning.')),
      until: z.optional(localDate('Its end; a date is included.')),
      timezone: z.optional(timezone),
      match: z.optional(matchSchema),
      reason: z.optional(line('Why.', 200)),
    },
    'Either cron and duration, or from and until.',
  ),
  'a mapping from names to blackouts',
  'Times in which nothing starts, whatever window is open. Each holds for everything, or for what it matches.',
);

export const owners = mapping(
  {
    tag: line('Key of the tag that names the owner of a resource.', 128),
    contacts: z.optional(
      described(
        z.record(z.string(), name('A topic, by its name under `topics`.'), {
          error: 'a mapping from owners to topic names',
        }),
        'Value of the tag -> topic.',
      ),
    ),
    fallback: name('The topic, by its name under `topics`, for resources without a known owner.'),
  },
  'Who is told while a grace runs.',
);
