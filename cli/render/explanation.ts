/** What would be done about an event, for a person who writes the policy. */
import type { Explanation } from '../../console/explain-event.ts';
import { type Style, safe } from '../io.ts';

export const explanation = (told: Explanation, style: Style): string => {
  const { finding } = told;
  return [
    `${style.bold(safe(finding.resourceId))} fails ${safe(finding.rule)}`,
    `  ${safe(finding.resourceType)} in account ${safe(finding.account)}, ${safe(finding.region)}${finding.ruleIdentifier === undefined ? ', rule without a known identifier' : `, rule ${safe(finding.ruleIdentifier)}`}`,
    ...(told.openCase === null ? [] : [`  Case ${safe(told.openCase)} is open for it already.`]),
    '',
    style.bold(`Entry "${safe(told.entry)}" decides: ${safe(told.severity)}, ${safe(told.mode)}`),
    `  ${safe(told.because)}`,
    ...told.passedOver.map(
      ({ name, field, reason }) => `  ${style.dim(`not "${safe(name)}": ${safe(field)}: ${safe(reason)}`)}`,
    ),
    '',
    style.bold(told.plan === null ? 'No plan' : 'The plan'),
    ...told.planText.map((line) => `  ${safe(line)}`),
    ...(told.planHash === null ? [] : [`  Plan hash ${safe(told.planHash)}`]),
    ...steps(told, style),
    ...checks(told, style),
    '',
    verdict(told, style),
    '',
  ].join('\n');
};

const steps = ({ plan, manualSteps }: Explanation, style: Style): readonly string[] =>
  plan !== null || manualSteps.length === 0
    ? []
    : ['', style.bold('What a person does'), ...manualSteps.map((step, n) => `  ${n + 1}. ${safe(step)}`)];

const checks = ({ checks: answers }: Explanation, style: Style): readonly string[] =>
  answers.length === 0
    ? []
    : [
        '',
        style.bold('Checks before a start, made now'),
        ...answers.map(({ check, answer, reason }) => {
          const said = answer === 'yes' ? style.green('yes   ') : style.yellow(answer.padEnd(6));
          return `  ${said} ${check.padEnd(12)} ${safe(reason)}`;
        }),
      ];

const verdict = ({ plan, mode, checks: answers, wouldStart }: Explanation, style: Style): string => {
  if (wouldStart) return style.bold('It would be started at once.');
  if (plan === null) return style.bold('Nothing would be started.');
  const first = answers.find(({ answer }) => answer !== 'yes');
  if (mode === 'approve' && first?.check === 'approval') return style.bold('People would be asked first.');
  return style.bold(`Nothing would be started now: ${safe(first?.check ?? 'a check')} says no.`);
};
