/** Cases as they lie in the table: each is found once, and whatever somebody changed about its item is named. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { digestOf } from '../../../domain/digest.ts';
import { dayMs, plusMs } from '../../../domain/time.ts';
import { caseKey, toItem } from '../../../infra/dynamodb/case-item.ts';
import { createCaseRecords } from '../../../infra/dynamodb/case-records.ts';
import type { Documents, Values } from '../../../infra/dynamodb/documents.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { NOW } from '../../support/cases.ts';
import { walkedCases } from '../../support/walked-cases.ts';

const LATER = plusMs(NOW, 60 * dayMs);
const CASES = walkedCases({
  seed: 3,
  cases: 950,
  from: plusMs(NOW, -20 * dayMs),
  to: plusMs(NOW, 20 * dayMs),
});
const closed = CASES.find(({ state }) => state.name === 'resolved') as Case;
const open = walkedCases({ seed: 4, cases: 9, from: NOW, to: NOW, stepsMax: 2 }).find(
  ({ state }) => state.name === 'queued',
) as Case;

let client: Documents;
beforeEach(async () => {
  const table = new MemoryTable();
  client = tableClient(async (command) => table.execute(command));
});
const put = (Item: Values) => client.put({ TableName: 'cases', Item });
const records = () => createCaseRecords({ client, tableName: 'cases', now: () => LATER });
const found = async (since = plusMs(NOW, -60 * dayMs)) => {
  const all = [];
  for await (const record of records().since(since)) all.push(record);
  return all;
};

it('are found, each once and whole, also those that stand in two indexes', async () => {
  for (const about of CASES) await put(toItem(about));
  const all = await found();
  expect(all.map(({ id }) => id).sort()).toEqual(CASES.map(({ id }) => id).sort());
  expect(all.filter(({ doubts }) => doubts.length > 0)).toEqual([]);
  expect(CASES.filter(({ state }) => 'reviewAt' in state).length).toBeGreaterThan(10);
  expect(all.find(({ id }) => id === closed.id)?.about).toEqual(closed);
});

it('are those that are open, or closed since then', async () => {
  await put(toItem(closed));
  await put(toItem(open));
  expect((await found(LATER)).map(({ id }) => id)).toEqual([open.id]);
});

it('are read by their ids, where they are', async () => {
  await put(toItem(closed));
  expect((await records().get([closed.id, open.id, 'nonsense'])).map(({ id }) => id)).toEqual([closed.id]);
});

describe('an item that somebody changed', () => {
  const edited = (edit: (about: Case) => object): Values => {
    const item: Values = toItem(closed);
    return { ...item, case: { ...closed, ...edit(closed) } };
  };
  const row = (edit: (row: Record<string, unknown>) => object): Values => {
    const item: Values = toItem(closed);
    return { ...item, row: JSON.stringify(edit(JSON.parse(String(item.row)))) };
  };

  it.each<[string, () => Values, RegExp]>([
    [
      'a word of its story',
      () => edited(({ timeline }) => ({ timeline: timeline.map((each) => ({ ...each, why: 'so' })) })),
      /its digest is not that of what it says/,
    ],
    ['its terms', () => edited(({ terms }) => ({ terms: { ...terms, runMsMax: 1 } })), /its digest is not/],
    ['its digest', () => ({ ...toItem(closed), digest: digestOf('another') }), /its digest is not/],
    ['its digest taken away', () => ({ ...toItem(closed), digest: undefined }), /it carries no digest/],
    [
      'when it was closed, beside the case',
      () => ({ ...toItem(closed), closedAt: plusMs(NOW, dayMs) }),
      /its attribute closedAt is .*, and the case says/,
    ],
    [
      'its state, beside the case',
      () => ({ ...toItem(closed), state: 'denied' }),
      /its attribute state is "denied", and the case says "resolved"/,
    ],
    [
      'something that belongs to no case',
      () => ({ ...toItem(closed), extra: 1 }),
      /its attribute extra is 1, and the case says absent/,
    ],
    [
      'the row of its index',
      () => row((was) => ({ ...was, account: '999999999999' })),
      /its row in the index says account is "999999999999", and the case says/,
    ],
    [
      'attempts of the row',
      () => row((was) => ({ ...was, attempts: [] })),
      /its row in the index says attempts\[AWS-\w+\] is absent/,
    ],
    ['a row that is none', () => ({ ...toItem(closed), row: '{' }), /its row in the index says something is/],
    [
      'no row',
      () => ({ ...toItem(closed), row: undefined }),
      /its row in the index says something is absent/,
    ],
    ['no case', () => ({ ...toItem(closed), case: 'gone' }), /its item holds no case/],
    ['a case that nobody can read', () => edited(() => ({ timeline: null })), /it cannot be read/],
  ])('is named: %s', async (_, item, told) => {
    await put(item());
    const [one] = await found();
    expect(one?.id).toBe(closed.id);
    expect(one?.doubts.join('\n')).toMatch(told);
  });

  it('under the key of another case is named', async () => {
    await put({ ...toItem(closed), ...caseKey(open.findingId, 1) });
    const [one] = await found();
    expect(one?.id).toBe(open.id);
    expect(one?.doubts.join('\n')).toMatch(/its attribute pk is .*, and the case says/);
  });
});

it('are not vouched for when DynamoDB refuses to give them', async () => {
  await put(toItem(closed));
  const refusing = {
    ...client,
    batchGet: async () =>
      Promise.reject(Object.assign(new Error('slow down'), { name: 'ThrottlingException' })),
  };
  const { since } = createCaseRecords({ client: refusing, tableName: 'cases', now: () => LATER });
  const reading = async () => {
    for await (const _ of since(plusMs(NOW, -60 * dayMs)));
  };
  await expect(reading()).rejects.toMatchObject({ code: 'ThrottlingException' });
});
