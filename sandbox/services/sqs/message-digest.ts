/** The MD5 sums that SQS answers with; the SDK checks them and refuses a message that does not fit. */
import { createHash } from 'node:crypto';
import type { MessageAttribute } from './queue-store.ts';

export const md5OfBody = (body: string): string => createHash('md5').update(body).digest('hex');

const STRING_VALUE = 1;
const BINARY_VALUE = 2;

/** Undefined when there are no attributes. */
export const md5OfAttributes = (
  attributes: Readonly<Record<string, MessageAttribute>> | undefined,
): string | undefined => {
  const names = Object.keys(attributes ?? {}).sort();
  if (attributes === undefined || names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name] as MessageAttribute;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    const isBinary = attribute.BinaryValue !== undefined;
    hash.update(Buffer.from([isBinary ? BINARY_VALUE : STRING_VALUE]));
    add(
      isBinary
        ? Buffer.from(attribute.BinaryValue ?? '', 'base64')
        : Buffer.from(attribute.StringValue ?? ''),
    );
  }
  return hash.digest('hex');
};
