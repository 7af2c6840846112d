/** Which attributes of an item a write names: `dynamodb:Attributes`, by which a role can be kept to some of them. */

export interface WriteRequest {
  readonly Key?: object;
  readonly Item?: object;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

/**
 * Top-level names, sorted: of the key, of the item, and of every expression.
 *
 * @example attributesOf({ Key: { pk, sk }, UpdateExpression: 'SET #n.until = :u', ExpressionAttributeNames: { '#n': 'lease' } })
 * // ['lease', 'pk', 'sk']
 */
export const attributesOf = ({
  Key = {},
  Item = {},
  UpdateExpression = '',
  ConditionExpression = '',
  ExpressionAttributeNames = {},
}: WriteRequest): readonly string[] => {
  const named = [...`${UpdateExpression} ${ConditionExpression}`.matchAll(PATH)]
    .map(([, name = '']) => name)
    .filter((name) => !WORDS.has(name.toUpperCase()))
    .map((name) => ExpressionAttributeNames[name] ?? name);
  return [...new Set([...Object.keys(Key), ...Object.keys(Item), ...named])].sort();
};

/** A path's first name: not a value (`:v`), not what follows a dot, not a function. */
const PATH = /(?<![:#\w.])(#?[A-Za-z_][\w-]*)(?!\w*\s*\()/g;
const WORDS: ReadonlySet<string> = new Set([
  'SET',
  'REMOVE',
  'ADD',
  'DELETE',
  'AND',
  'OR',
  'NOT',
  'BETWEEN',
  'IN',
]);
