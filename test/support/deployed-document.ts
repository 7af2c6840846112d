/** A policy document of a template as it is once deployed in an account, all its conditions holding. */
import type { TemplateValue } from '../../infra/stack/template.ts';
import type { PolicyDocument } from '../../sandbox/iam/policy-document.ts';
import { isObject } from './template-values.ts';

export const deployedDocument = (
  document: TemplateValue | undefined,
  account: string,
  parameters: Readonly<Record<string, string>> = {},
): PolicyDocument =>
  resolved(document ?? null, {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    ...parameters,
  }) as unknown as PolicyDocument;

const resolved = (value: TemplateValue, names: Readonly<Record<string, string>>): TemplateValue => {
  if (Array.isArray(value)) return value.map((each) => resolved(each, names));
  if (!isObject(value)) return value;
  const { Ref: name, 'Fn::Sub': text, 'Fn::If': choice } = value;
  if (typeof name === 'string') return names[name] ?? name;
  if (typeof text === 'string') return text.replaceAll(/\$\{([^}]+)\}/g, (_, of: string) => names[of] ?? of);
  if (Array.isArray(choice)) return resolved(choice[1] as TemplateValue, names);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, names)]));
};
