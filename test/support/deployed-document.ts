/** A policy document of a template as it is once deployed in an account, all its conditions holding. */
import type { Template, TemplateResource, TemplateValue } from '../../infra/stack/template.ts';
import type { PolicyDocument } from '../../sandbox/iam/policy-document.ts';
import { isObject } from './template-values.ts';

/** What a template refers to: parameters by name, and what resources are once they are made. */
export type Names = Readonly<Record<string, TemplateValue>>;

export const deployedDocument = (
  document: TemplateValue | undefined,
  account: string,
  names: Names = {},
): PolicyDocument =>
  resolved(document ?? null, {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    ...names,
  }) as unknown as PolicyDocument;

/** The ARNs of what the template makes and its policies speak of, as Ref and GetAtt tell them. */
export const arnsOf = ({ Resources }: Pick<Template, 'Resources'>, account: string, region: string): Names =>
  Object.fromEntries(
    Object.entries(Resources).flatMap(([id, resource]) => {
      const arn = arnOf(resource, account, region);
      return arn === undefined ? [] : [[`${id}.Arn`, arn] as const, [id, arn] as const];
    }),
  );

const arnOf = ({ Type, Properties }: TemplateResource, account: string, region: string) => {
  const lane = `${region}:${account}`;
  switch (Type) {
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:${lane}:${Properties.QueueName}`;
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:${lane}:${Properties.TopicName}`;
    case 'AWS::Events::EventBus':
      return `arn:aws:events:${lane}:event-bus/${Properties.Name}`;
    case 'AWS::Events::Rule':
      return `arn:aws:events:${lane}:rule/${isObject(Properties.EventBusName) ? 'selfheal-intake/' : ''}${Properties.Name}`;
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:${lane}:table/${Properties.TableName}`;
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${lane}:key/11111111-2222-3333-4444-555555555555`;
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${namedIn(Properties.BucketName, account, region)}`;
    default:
      return undefined;
  }
};

/** Names of buckets are made of where they are. */
const namedIn = (name: TemplateValue | undefined, account: string, region: string): string =>
  String(resolved(name ?? '', { 'AWS::AccountId': account, 'AWS::Region': region }));

const resolved = (value: TemplateValue, names: Names): TemplateValue => {
  if (Array.isArray(value)) return value.map((each) => resolved(each, names));
  if (!isObject(value)) return value;
  const { Ref: name, 'Fn::Sub': text, 'Fn::If': choice, 'Fn::GetAtt': made, 'Fn::Split': split } = value;
  if (typeof name === 'string') return names[name] ?? name;
  if (typeof text === 'string')
    return text.replaceAll(/\$\{([^}]+)\}/g, (_, of: string) => String(names[of] ?? of));
  if (Array.isArray(choice)) return resolved(choice[1] as TemplateValue, names);
  if (Array.isArray(made)) return names[made.join('.')] ?? made.join('.');
  if (Array.isArray(split)) return String(resolved(split[1] as TemplateValue, names)).split(String(split[0]));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, names)]));
};
