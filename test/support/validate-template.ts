/** CloudFormation's own checks of a template, offline. Making the engine takes seconds, so one serves all tests. */
import { RegoEngine, type StandardDiagnostic, TemplateFile } from '@aws/cloudformation-validate';

let engine: InstanceType<typeof RegoEngine> | undefined;

/** What is wrong with a template file: every error, and what the validator only warns of but never helps. */
export const templateErrors = (file: string): readonly string[] => {
  engine ??= new RegoEngine();
  return engine.validateStandard(new TemplateFile(file)).diagnostics.filter(isError).map(told);
};

/** W3030: a value that is none of those allowed. */
const isError = ({ severity, ruleId }: StandardDiagnostic): boolean =>
  severity === 'ERROR' || severity === 'FATAL' || ruleId === 'W3030';

const told = (diagnostic: StandardDiagnostic): string => `${diagnostic.ruleId} ${diagnostic.message}`;
