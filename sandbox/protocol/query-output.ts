/** Writes answers and errors of the query protocol: XML by the output's shape. */
import type { AwsError } from '../service.ts';
import { type ServiceConstraints, type Shape, shapeOf } from './constraints.ts';

const NAMESPACES: Readonly<Record<string, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sqs: 'http://queue.amazonaws.com/doc/2012-11-05/',
};

export const namespaceOf = (service: string): string => NAMESPACES[service] ?? '';

/** The whole answer around an already written result. */
export const responseXml = (service: string, operation: string, result: string, requestId: string): string =>
  `<?xml version="1.0"?><${operation}Response xmlns="${namespaceOf(service)}">` +
  `<${operation}Result>${result}</${operation}Result>` +
  `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;

export const errorXml = (service: string, error: AwsError, requestId: string): string =>
  `<?xml version="1.0"?><ErrorResponse xmlns="${namespaceOf(service)}"><Error>` +
  `<Type>${error.httpStatus >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${escapeXml(error.code)}</Code>` +
  `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;

/** The result's members, without the element around them. */
export const resultXml = (constraints: ServiceConstraints, operation: string, output: unknown): string => {
  const shape = constraints.operations[operation]?.output;
  return shape === undefined ? '' : write(constraints, shapeOf(constraints, shape), output ?? {});
};

const write = (constraints: ServiceConstraints, shape: Shape, value: unknown): string => {
  switch (shape.is) {
    case 'structure': {
      const output = value as Readonly<Record<string, unknown>>;
      return Object.entries(shape.members)
        .filter(([name]) => output[name] !== undefined)
        .map(([name, member]) =>
          element(name, write(constraints, shapeOf(constraints, member), output[name])),
        )
        .join('');
    }
    case 'list':
      return (value as readonly unknown[])
        .map((item) => element('member', write(constraints, shapeOf(constraints, shape.item), item)))
        .join('');
    case 'map': {
      const [keyName, valueName] = shape.names ?? ['key', 'value'];
      const valueShape = shapeOf(constraints, shape.value);
      return Object.entries(value as object)
        .map(
          ([key, item]) =>
            element(keyName, escapeXml(key)) + element(valueName, write(constraints, valueShape, item)),
        )
        .map((entry) => element('entry', entry))
        .join('');
    }
    case 'timestamp':
      return value instanceof Date ? value.toISOString() : new Date(Number(value) * 1_000).toISOString();
    default:
      return escapeXml(String(value));
  }
};

export const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Characters that XML 1.0 cannot carry at all are replaced, as AWS does. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into XML.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
