/** What SQS refuses about a message: size, characters, attributes. The API model does not say these. */
import { AwsError } from '../../service.ts';
import type { MessageAttribute } from './queue-store.ts';

export interface MessageInput {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
  readonly MessageSystemAttributes?: Readonly<Record<string, MessageAttribute>>;
}

const ATTRIBUTES_MAX = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: SQS takes no others than these.
const REFUSED_CHARACTER = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export const invalidValue = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

export const checkRange = (name: string, value: number | undefined, min: number, max: number): void => {
  if (value === undefined || (value >= min && value <= max)) return;
  throw invalidValue(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
  );
};

/** @returns the size that counts against the limit, in bytes. */
export const checkMessage = (input: MessageInput, sizeMaxBytes: number): number => {
  if (input.MessageBody.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (REFUSED_CHARACTER.test(input.MessageBody)) {
    throw new AwsError('InvalidMessageContents', 'Invalid characters found in the message body.');
  }
  checkRange('DelaySeconds', input.DelaySeconds, 0, 900);
  const sizeBytes = Buffer.byteLength(input.MessageBody) + attributesBytes(input.MessageAttributes);
  if (sizeBytes > sizeMaxBytes) {
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${sizeMaxBytes} bytes.`,
    );
  }
  return sizeBytes;
};

const attributesBytes = (attributes: Readonly<Record<string, MessageAttribute>> = {}): number => {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) {
    throw invalidValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    );
  }
  let bytes = 0;
  for (const [name, attribute] of entries) {
    checkAttribute(name, attribute);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType);
    bytes += Buffer.byteLength(attribute.StringValue ?? attribute.BinaryValue ?? '');
  }
  return bytes;
};

const checkAttribute = (name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void => {
  if (!/^[\w.-]{1,256}$/.test(name) || /^(?:aws|amazon)\./i.test(name)) {
    throw invalidValue(`The message attribute name '${name}' is invalid.`);
  }
  if (!/^(?:String|Number|Binary)(?:\..+)?$/.test(DataType)) {
    throw invalidValue(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (value === undefined || value === '') {
    throw invalidValue(
      `The message (user) attribute '${name}' must contain a non-empty value of type '${DataType}'.`,
    );
  }
  if (DataType.startsWith('Number') && Number.isNaN(Number(value))) {
    throw invalidValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
};
