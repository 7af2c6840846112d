/** From the text of a template, JSON or YAML with CloudFormation's short tags, to its sections. */
import { type CollectionTag, Pair, parse, Scalar, type ScalarTag, YAMLMap } from 'yaml';
import { type JsonObject, type Template, TemplateProblem, toTemplate } from './template.ts';

/**
 * @throws TemplateProblem
 * @example readTemplate('Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref AWS::StackName } } }')
 */
export const readTemplate = (text: string): Template => toTemplate(parseText(text));

const parseText = (text: string): unknown => {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text, { customTags: SHORT_TAGS });
  } catch (error) {
    throw new TemplateProblem('', `it is neither JSON nor YAML: ${(error as Error).message}`);
  }
};

/** `!Sub x` is `{ "Fn::Sub": x }`; two have no `Fn::` in their long form, and `!GetAtt a.b` is a list there. */
const longNameOf = (tag: string): string => (tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`);

const ofText = (tag: string, text: string): JsonObject => {
  if (tag !== 'GetAtt') return { [longNameOf(tag)]: text };
  const dot = text.indexOf('.');
  return { 'Fn::GetAtt': dot === -1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)] };
};

/** A node, so that what is inside of it is read in its turn. */
const ofCollection = (tag: string, argument: unknown): YAMLMap => {
  const map = new YAMLMap();
  map.items.push(new Pair(new Scalar(longNameOf(tag)), argument));
  return map;
};

const tagsFor = (tag: string): (ScalarTag | CollectionTag)[] => [
  { tag: `!${tag}`, resolve: (text: string) => ofText(tag, text) },
  { tag: `!${tag}`, collection: 'seq', resolve: (list) => ofCollection(tag, list) },
  { tag: `!${tag}`, collection: 'map', resolve: (map) => ofCollection(tag, map) },
];

const SHORT_TAGS = [
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'Transform',
].flatMap(tagsFor);
