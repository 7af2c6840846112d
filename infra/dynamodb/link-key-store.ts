/** The keys that links are signed with: one item, which nobody reads but who signs or opens links. */
import { PortError } from '../../domain/ports.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { LinkKey, LinkKeyStore, LinkKeys } from '../links/key-ring.ts';
import type { Documents, Values } from './documents.ts';
import { LINK_KEYS_KEY as KEY } from './table.ts';

export const createLinkKeyStore = ({
  client,
  tableName,
}: {
  readonly client: Documents;
  readonly tableName: string;
}): LinkKeyStore => ({
  read: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return Item && linkKeysIn(Item);
  },

  replace: async ({ revision, keys }) => {
    try {
      await calling('dynamodb:PutItem', () =>
        client.put({
          TableName: tableName,
          Item: { ...KEY, revision, keys },
          ...(revision === 1
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'revision = :was',
                ExpressionAttributeValues: { ':was': revision - 1 },
              }),
        }),
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  },
});

/** Keys that are not what they should be sign and open nothing: a short one could be guessed. */
const linkKeysIn = ({ revision, keys }: Values): LinkKeys => {
  if (Number.isSafeInteger(revision) && Array.isArray(keys) && keys.every(isLinkKey))
    return { revision: revision as number, keys };
  throw new PortError(
    'terminal',
    'MalformedItem',
    'dynamodb:GetItem',
    `the item ${KEY.pk}/${KEY.sk} does not hold keys of links: delete it, and the next message makes a new one; links that were sent before open nothing any more`,
  );
};

const isLinkKey = (value: unknown): value is LinkKey => {
  const { id, secret, since } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof id === 'string' &&
    typeof secret === 'string' &&
    SECRET.test(secret) &&
    typeof since === 'string' &&
    !Number.isNaN(Date.parse(since))
  );
};

/** 32 bytes in base64url. */
const SECRET = /^[\w-]{43}$/;
