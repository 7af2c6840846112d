/** What would be done about an event, for a person who writes the policy. */
import type { Explanation } from '../../console/explain-event.ts';
import { accountText } from '../../domain/policy/account-name.ts';
import { type Style, safe } from '../io.ts';

export const explanation = (told: Explanation, style: Style): string => {
  const { finding } = told;
  return [
    `${style.bold(safe(finding.resourceId))} fails ${safe(finding.rule)}`,
    `  ${safe(finding.resourceType)} in account ${safe(accountText(finding.account, finding.accountName))}, ${safe(finding.region)}${finding.ruleIdentifier === null ? ', rule without a known identifier' : `, rule ${safe(finding.ruleIdentifier)}`}`,
    ...(told.openCase === null ? [] : [`  Case ${safe(told.openCase)} is open for it already.`]),
    '',
    style.bold(`Entry "${safe(told.entry)}" decides: ${safe(told.severity)}, ${safe(told.mode)}`),
    `  ${safe(told.because)}`,
    ...passedOver(told, style),
    '',
    style.bold(told.plan === null ? 'No plan' : 'The plan'),
    ...told.planText.map((line) => `  ${safe(line)}`),
    ...(told.planHash === null ? [] : [`  Plan hash ${safe(told.planHash)}`]),
    ...steps(told, style),
    ...approvers(told, style),
    ...doubtsOf(told, style),
    ...checks(told, style),
    '',
    verdict(told, style),
    '',
  ].join('\n');
};

/** Grouped by what is there, so that it stands once and not behind every entry. */
const passedOver = ({ passedOver: entries }: Explanation, style: Style): readonly string[] => {
  const groups = new Map<string, string[]>();
  for (const { name, field, reason } of entries) {
    const [wanted = reason, found] = splitReason(reason);
    const where = found === undefined ? safe(field) : `${safe(field)}: ${safe(found)}`;
    groups.set(where, [
      ...(groups.get(where) ?? []),
      `      ${safe(name)}: ${safe(wanted, WANTED_CHARS_MAX)}`,
    ]);
  }
  if (groups.size === 0) return [];
  const lines = [...groups].flatMap(([where, names]) => [`    ${where}`, ...names]);
  return ['  Not the entries before it:', ...lines.map((line) => style.dim(line))];
};

const WANTED_CHARS_MAX = 140;

/** `wanted "x", but it is "y"` in its two halves. */
const splitReason = (reason: string): readonly [string, string?] => {
  const at = reason.lastIndexOf(', but ');
  return at < 0 ? [reason] : [reason.slice(0, at), reason.slice(at + ', but '.length)];
};

const steps = ({ plan, manualSteps }: Explanation, style: Style): readonly string[] =>
  plan !== null || manualSteps.length === 0
    ? []
    : ['', style.bold('What a person does'), ...manualSteps.map((step, n) => `  ${n + 1}. ${safe(step)}`)];

const approvers = ({ approvalText }: Explanation, style: Style): readonly string[] =>
  approvalText.length === 0
    ? []
    : ['', style.bold('Who is asked'), ...approvalText.map((line) => `  ${safe(line)}`)];

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

const doubtsOf = ({ doubts }: Explanation, style: Style): readonly string[] =>
  doubts.length === 0
    ? []
    : ['', style.bold('What could not be read'), ...doubts.map((doubt) => `  ${safe(doubt)}`)];

const verdict = ({ plan, mode, checks: answers, wouldStart }: Explanation, style: Style): string => {
  if (wouldStart) return style.bold('It would be started at once.');
  if (plan === null) return style.bold('Nothing would be started.');
  const first = answers.find(({ answer }) => answer !== 'yes');
  if (mode === 'approve' && first?.check === 'approval') return style.bold('People would be asked first.');
  return style.bold(`Nothing would be started now: ${safe(first?.check ?? 'a check')} says no.`);
};
