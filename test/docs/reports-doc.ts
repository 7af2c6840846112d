/** What each figure of a weekly report counts, as the report itself defines it. */
import { FIGURE_NAMES, FIGURES, SUCCESS_DEFINITION } from '../../domain/report/figures.ts';
import { TIMES } from '../../infra/report/sections-figures.ts';

export const reportParts = (): Readonly<Record<string, string>> => ({
  figures: [
    SUCCESS_DEFINITION,
    '',
    '| figure | `--cases` | counts |',
    '| --- | --- | --- |',
    ...FIGURE_NAMES.map((name) => `| ${FIGURES[name].title} | \`${name}\` | ${FIGURES[name].definition} |`),
    '',
    'Times are told as the time that half, 90 and 99 of 100 took at most:',
    '',
    '| time | measures |',
    '| --- | --- |',
    ...Object.values(TIMES).map(({ term, means }) => `| ${term} | ${means} |`),
  ].join('\n'),
});
