import { describe, expect, it } from 'vitest';
import { attributesOf } from '../../../sandbox/iam/required-access/dynamodb-attributes.ts';

const Key = { pk: { S: 'control' }, sk: { S: 'stop' } };

describe('the attributes that a write names', () => {
  it.each([
    [{}, []],
    [{ UpdateExpression: 'SET drainer = :drainer, drainUntil = :until' }, ['drainUntil', 'drainer']],
    [
      {
        UpdateExpression: 'REMOVE #lease ADD held :minusOne',
        ConditionExpression: '#lease.holder = :holder',
      },
      ['held', 'stop#everything'],
    ],
    [{ UpdateExpression: 'SET #lease = if_not_exists(waitedFor, :true)' }, ['stop#everything', 'waitedFor']],
    [
      { ConditionExpression: 'attribute_not_exists(dueAt) OR (held < :max AND nextSlotAt <= :now)' },
      ['dueAt', 'held', 'nextSlotAt'],
    ],
    [{ UpdateExpression: 'set list[0] = :x' }, ['list']],
  ])('%o', (request, expected) => {
    const ExpressionAttributeNames = { '#lease': 'stop#everything' };
    expect(attributesOf({ Key, ...request, ExpressionAttributeNames })).toEqual(
      [...expected, 'pk', 'sk'].sort(),
    );
  });

  it('has those of a whole item', () => {
    expect(attributesOf({ Item: { ...Key, version: { N: '1' } } })).toEqual(['pk', 'sk', 'version']);
  });
});
