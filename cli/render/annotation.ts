/** A problem as GitHub Actions reads it from a job's output: it stands beside the line of the pull request. */
import type { PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { safe } from '../io.ts';

type Problem = Pick<PolicyProblem, 'file' | 'line' | 'column' | 'warning'> & { readonly text: string };

/**
 * @example
 * annotation({ file: 'policy.yml', line: 6, column: 11, text: 'expected one of …' })
 * // ::error file=policy.yml,line=6,col=11::expected one of …
 */
export const annotation = ({ file, line, column, warning, text }: Problem): string =>
  `::${warning ? 'warning' : 'error'} file=${property(file)},line=${line},col=${column}::${data(safe(text, 1_500))}`;

/**
 * One that is about no file.
 *
 * @example
 * titled('error', 'gate: not passed', '3 of 10')
 * // ::error title=gate%3A not passed::3 of 10
 */
export const titled = (level: 'error' | 'warning' | 'notice', title: string, text: string): string =>
  `::${level} title=${property(safe(title, 200))}::${data(safe(text, 1_500))}`;

/** What would end the message or begin another command. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
