/** A stack's parameters: what was given or the default, checked as CloudFormation checks them, in its words. */
import { type ParameterDeclaration, type Template, TemplateProblem } from './template.ts';

export type ParameterValue = string | readonly string[];

/** @throws TemplateProblem */
export const resolveParameters = (
  { Parameters: declared }: Template,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, ParameterValue> => {
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0)
    throw new TemplateProblem('', `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = Object.entries(declared).filter(
    ([name, { Default }]) => given[name] === undefined && Default === undefined,
  );
  if (missing.length > 0)
    throw new TemplateProblem(
      '',
      `Parameters: [${missing.map(([name]) => name).join(', ')}] must have values`,
    );
  return new Map(
    Object.entries(declared).map(([name, declaration]) => [
      name,
      readValue(name, declaration, given[name] ?? String(declaration.Default)),
    ]),
  );
};

const readValue = (name: string, declaration: ParameterDeclaration, text: string): ParameterValue => {
  switch (declaration.Type) {
    case 'String':
      checkText(name, declaration, text);
      return text;
    case 'Number':
      checkNumber(name, declaration, text);
      return text;
    case 'CommaDelimitedList': {
      // An empty text is a list of one empty text, for CloudFormation too.
      const items = text.split(',').map((item) => item.trim());
      for (const item of items) checkText(name, declaration, item);
      return items;
    }
    case 'List<Number>': {
      const items = text.split(',').map((item) => item.trim());
      for (const item of items) checkNumber(name, declaration, item);
      return items;
    }
    default:
      throw new TemplateProblem(
        `Parameters.${name}`,
        `the sandbox knows no parameters of type ${declaration.Type}`,
      );
  }
};

const checkText = (name: string, declaration: ParameterDeclaration, text: string): void => {
  const { AllowedPattern, MinLength = 0, MaxLength = Number.POSITIVE_INFINITY } = declaration;
  checkAllowed(name, declaration, text);
  if (text.length < MinLength)
    throw refused(name, declaration, `must contain at least ${MinLength} characters`);
  if (text.length > MaxLength)
    throw refused(name, declaration, `must contain at most ${MaxLength} characters`);
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(text))
    throw refused(name, declaration, `must match pattern ${AllowedPattern}`);
};

const checkNumber = (name: string, declaration: ParameterDeclaration, text: string): void => {
  const { MinValue = Number.NEGATIVE_INFINITY, MaxValue = Number.POSITIVE_INFINITY } = declaration;
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new TemplateProblem('', `Parameter '${name}' must be a number.`);
  checkAllowed(name, declaration, text);
  if (Number(text) < MinValue) throw refused(name, declaration, `must be a number not less than ${MinValue}`);
  if (Number(text) > MaxValue)
    throw refused(name, declaration, `must be a number not greater than ${MaxValue}`);
};

const checkAllowed = (name: string, declaration: ParameterDeclaration, text: string): void => {
  const allowed = declaration.AllowedValues?.map(String);
  if (allowed !== undefined && !allowed.includes(text))
    throw refused(name, declaration, `must be one of AllowedValues [${allowed.join(', ')}]`);
};

const refused = (
  name: string,
  { ConstraintDescription }: ParameterDeclaration,
  constraint: string,
): TemplateProblem =>
  ConstraintDescription === undefined
    ? new TemplateProblem('', `Parameter '${name}' ${constraint}.`)
    : new TemplateProblem('', `Parameter '${name}' failed to satisfy constraint: ${ConstraintDescription}`);
