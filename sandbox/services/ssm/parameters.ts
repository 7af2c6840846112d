/** Whether the parameters of a start are those its document declares, as SSM checks them. */
import { AwsError } from '../../service.ts';
import type { RunbookParameter, SandboxRunbook } from '../../world/runbooks/runbook.ts';

type Given = Readonly<Record<string, readonly string[]>>;

/** The parameters with the document's defaults filled in. @throws AwsError */
export const checkParameters = (runbook: SandboxRunbook, given: Given): Given => {
  const declared = new Map(runbook.parameters.map((parameter) => [parameter.name, parameter]));
  for (const name of Object.keys(given)) {
    if (!declared.has(name)) throw invalid(runbook, `parameter ${name} is not defined in the document`);
  }
  const checked: Record<string, readonly string[]> = {};
  for (const parameter of runbook.parameters) {
    const values = given[parameter.name];
    if (values !== undefined) {
      checkValues(runbook, parameter, values);
      checked[parameter.name] = values;
    } else if (parameter.default === undefined) {
      throw invalid(runbook, `the required parameter ${parameter.name} is missing`);
    } else if (parameter.default !== '') checked[parameter.name] = [parameter.default];
  }
  return checked;
};

const checkValues = (
  runbook: SandboxRunbook,
  parameter: RunbookParameter,
  values: readonly string[],
): void => {
  if (values.length === 0) throw invalid(runbook, `parameter ${parameter.name} has no value`);
  if (parameter.type !== 'StringList' && values.length > 1)
    throw invalid(runbook, `parameter ${parameter.name} takes one value and was given ${values.length}`);
  for (const value of values) {
    if (value.length < 1 || value.length > 512)
      throw invalid(runbook, `parameter ${parameter.name} must have 1 to 512 characters`);
    if (parameter.type === 'Boolean' && !/^(true|false)$/i.test(value))
      throw invalid(runbook, `parameter ${parameter.name} must be true or false`);
    if (parameter.type === 'Integer' && !/^-?\d{1,10}$/.test(value))
      throw invalid(runbook, `parameter ${parameter.name} must be a whole number`);
    if (parameter.allowedValues !== undefined && !parameter.allowedValues.includes(value))
      throw invalid(
        runbook,
        `parameter ${parameter.name} must be one of ${parameter.allowedValues.join(', ')}`,
      );
    if (parameter.pattern !== undefined && !new RegExp(parameter.pattern).test(value))
      throw invalid(runbook, `parameter ${parameter.name} does not match ${parameter.pattern}`);
  }
};

export const invalid = (runbook: SandboxRunbook, why: string): AwsError =>
  new AwsError(
    'InvalidAutomationExecutionParametersException',
    `The supplied parameters for invoking ${runbook.document} are incorrect: ${why}.`,
  );
