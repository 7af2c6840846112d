/**
 * The control item: the stop switches, the breakers, and which version of the policy is the newest. Read
 * consistently before every start.
 */
import { type Breaker, breakerId, breakerScopeOf, type KnownBreaker } from '../../domain/breaker.ts';
import type { ControlStore } from '../../domain/ports.ts';
import type { LiftedStop } from '../../domain/stop-scope.ts';
import { type StopSwitch, stopScopeId } from '../../domain/stop-switch.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';
import { sequenceOf } from './policy-item.ts';
import { CONTROL_KEY as KEY } from './table.ts';

const attribute = (scope: StopSwitch['scope']): string => `stop#${stopScopeId(scope)}`;

export const createControlStore = ({
  client,
  tableName,
}: {
  readonly client: Documents;
  readonly tableName: string;
}): ControlStore => ({
  read: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    const stops = Object.entries(Item ?? {})
      .filter(([name]) => name.startsWith('stop#'))
      .map(([, stop]) => stop as StopSwitch);
    const lifted = Item?.[LIFTED] as readonly LiftedStop[] | undefined;
    return {
      stops,
      ...(lifted && { lifted }),
      policySequence: sequenceOf(Item, 'policySequence'),
      exemptionSequence: sequenceOf(Item, 'exemptionSequence'),
      exemptionSeen: sequenceOf(Item, 'exemptionSeen'),
      breakers: breakersIn(Item),
    };
  },

  addStopSwitch: async (stop) => {
    await calling('dynamodb:UpdateItem', () =>
      client.update({
        TableName: tableName,
        Key: KEY,
        UpdateExpression: 'SET #stop = :stop',
        ExpressionAttributeNames: { '#stop': attribute(stop.scope) },
        ExpressionAttributeValues: { ':stop': stop },
      }),
    );
  },

  removeStopSwitch: async (scope, lifted) => {
    await calling('dynamodb:UpdateItem', () =>
      client.update({
        TableName: tableName,
        Key: KEY,
        UpdateExpression: lifted ? 'REMOVE #stop SET #lifted = :lifted' : 'REMOVE #stop',
        ExpressionAttributeNames: { '#stop': attribute(scope), ...(lifted && { '#lifted': LIFTED }) },
        ...(lifted && { ExpressionAttributeValues: { ':lifted': lifted } }),
      }),
    );
  },

  replaceBreaker: async (scope, was, becomes) => {
    const values = {
      ...(becomes !== 'absent' && { ':becomes': becomes }),
      ...(was && 'revision' in was && { ':since': was.since, ':revision': was.revision }),
    };
    try {
      await calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: KEY,
          UpdateExpression: becomes === 'absent' ? 'REMOVE #breaker' : 'SET #breaker = :becomes',
          ...asItWas(was),
          ExpressionAttributeNames: { '#breaker': BREAKER + breakerId(scope) },
          ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        }),
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  },
});

/** Numbers of two breakers that came one after the other may be the same; when they opened is not. */
const asItWas = (was: Parameters<ControlStore['replaceBreaker']>[1]) => {
  if (was === undefined) return { ConditionExpression: 'attribute_not_exists(#breaker)' };
  return 'revision' in was
    ? { ConditionExpression: '#breaker.since = :since AND #breaker.revision = :revision' }
    : {};
};

const LIFTED = 'lifted';
const BREAKER = 'breaker#';

const breakersIn = (item: Values | undefined): readonly KnownBreaker[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) => {
    const scope = name.startsWith(BREAKER) ? breakerScopeOf(name.slice(BREAKER.length)) : undefined;
    if (scope === undefined) return [];
    return [isBreaker(value) ? { ...value, scope } : { scope, state: 'unreadable', reason: shown(value) }];
  });

/** What starts go by: the rest is only told. */
const isBreaker = (value: unknown): value is Breaker => {
  if (typeof value !== 'object' || value === null) return false;
  const { state, since, revision, ...more } = value as Readonly<Record<string, unknown>>;
  const isText = (...names: readonly string[]) => names.every((name) => typeof more[name] === 'string');
  if (typeof since !== 'string' || !Number.isSafeInteger(revision)) return false;
  if (state === 'closed') return isText('at', 'who', 'reason');
  if (state === 'open') return isText('notBefore', 'reason');
  return state === 'probing' && isText('notBefore', 'reason', 'token', 'at', 'until');
};

const shown = (value: unknown): string =>
  `the control item holds ${JSON.stringify(value)?.slice(0, 100)}, which is no breaker`;
