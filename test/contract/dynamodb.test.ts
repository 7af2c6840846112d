/** The contracts of the stores, kept by DynamoDB's adapters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { caseKey, parseCaseId } from '../../infra/dynamodb/case-item.ts';
import { createCaseRows } from '../../infra/dynamodb/case-rows.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlJournal } from '../../infra/dynamodb/control-journal.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../infra/dynamodb/health-store.ts';
import { createLinkKeyStore } from '../../infra/dynamodb/link-key-store.ts';
import { createRecorderStore, createSlowFigures } from '../../infra/dynamodb/measured-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { createPermitsInUse } from '../../infra/dynamodb/permits-in-use.ts';
import { createPolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { createReportStore } from '../../infra/dynamodb/report-store.ts';
import { CONTROL_KEY, LINK_KEYS_KEY } from '../../infra/dynamodb/table.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, versionOf } from '../support/published-policies.ts';
import { WEEKLY_REPORT } from '../support/weekly-report.ts';
import { batchStoreContract } from './batch-store.contract.ts';
import { caseRowsContract } from './case-rows.contract.ts';
import { caseStoreContract } from './case-store.contract.ts';
import { controlJournalContract } from './control-journal.contract.ts';
import { controlStoreContract } from './control-store.contract.ts';
import { exemptionStoreContract } from './exemption-store.contract.ts';
import { type ContractDynamodb, contractDynamodb, type FreshTable } from './fresh-table.ts';
import { healthStoreContract } from './health-store.contract.ts';
import { linkKeyStoreContract } from './link-key-store.contract.ts';
import { measuredStoreContract } from './measured-store.contract.ts';
import { permitStoreContract } from './permit-store.contract.ts';
import { policyStoreContract } from './policy-store.contract.ts';
import { reportStoreContract } from './report-store.contract.ts';

let dynamodb: ContractDynamodb;
beforeAll(async () => {
  dynamodb = await contractDynamodb();
});
afterAll(() => dynamodb.close());

describe('DynamoDB', () => {
  caseStoreContract(async (now) => {
    const table = await dynamodb.freshTable();
    return {
      cases: createCaseStore({ ...table, now: () => now }),
      keepsEmptyText: dynamodb.keepsEmptyText,
      noteWaiting: createPermitStore(table).noteWaiting,
      close: table.drop,
    };
  });

  caseRowsContract(async (now) => {
    const table = await dynamodb.freshTable();
    return {
      cases: createCaseStore({ ...table, now: () => now }),
      rows: createCaseRows({ ...table, now: () => now }),
      forgetRow: async (id) => {
        const { findingId = '', number = 0 } = parseCaseId(id) ?? {};
        await table.client.update({
          TableName: table.tableName,
          Key: { ...caseKey(findingId, number) },
          UpdateExpression: 'REMOVE #row',
          ExpressionAttributeNames: { '#row': 'row' },
        });
      },
      close: table.drop,
    };
  });

  permitStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { permits: createPermitStore(table), close: table.drop };
  });

  batchStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return {
      batches: createBatchStore(table),
      cases: createCaseStore({ ...table, now: () => NOW }),
      close: table.drop,
    };
  });

  controlJournalContract(async () => {
    const table = await dynamodb.freshTable();
    return { journal: createControlJournal(table), close: table.drop };
  });

  controlStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { controls: createControlStore(table), close: table.drop };
  });

  exemptionStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return {
      exemptions: createExemptionStore(table),
      controls: createControlStore(table),
      close: table.drop,
    };
  });

  healthStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { health: createHealthStore(table), close: table.drop };
  });

  measuredStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return {
      recorders: createRecorderStore(table),
      figures: createSlowFigures(table),
      permits: createPermitStore(table),
      permitsInUse: createPermitsInUse(table),
      spoil: (sk, told) =>
        table.client.put({
          TableName: table.tableName,
          Item: { pk: 'health', sk, [sk === 'recorders' ? 'seen' : 'share']: told },
        }),
      close: table.drop,
    };
  });

  policyStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { store: createPolicyStore(table), close: table.drop };
  });

  reportStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { reports: createReportStore(table), close: table.drop };
  });

  linkKeyStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { store: createLinkKeyStore(table), close: table.drop };
  });

  describe('a stored report', () => {
    const stored = {
      report: WEEKLY_REPORT,
      madeAt: WEEKLY_REPORT.madeAt,
      digests: new Map([['00aaaaaaaaaaaaaa-1', 'd']]),
    };
    const itemsOf = async (table: FreshTable, pk: string) =>
      (
        await table.client.query({
          TableName: table.tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        })
      ).Items;
    const headOf = async (table: FreshTable) => (await itemsOf(table, 'report'))[0] ?? {};
    const part = async (table: FreshTable, kind: 'report' | 'cases') => {
      const { digest } = (await headOf(table))[kind] as { digest: string };
      const [found] = await itemsOf(table, `report-part#2026-W47#${kind}#${digest}`);
      if (found === undefined) throw new Error(`no part of its ${kind} was stored`);
      return found;
    };
    const edited =
      (kind: 'report' | 'cases', edit: (text: string) => string) => async (table: FreshTable) => {
        const found = await part(table, kind);
        const text = edit(String(found.text));
        await table.client.put({ TableName: table.tableName, Item: { ...found, text } });
      };

    it.each<[string, (table: FreshTable) => Promise<void>, RegExp]>([
      ['a figure', edited('report', (text) => text.replace('214', '215')), /^its text was changed/],
      [
        'another time at which it was made',
        async (table) => {
          const head = { ...(await headOf(table)), madeAt: '2026-11-30T05:00:00.000Z' };
          await table.client.put({ TableName: table.tableName, Item: head });
        },
        /^it was made at 2026-11-23T05:00:12.000Z, and stored as of 2026-11-30/,
      ],
      ['a digest', edited('cases', (text) => text.replace('d', 'e')), /^the list of its cases was changed/],
      [
        'a part that is gone',
        async (table) => {
          const { pk, sk } = await part(table, 'cases');
          await table.client.delete({ TableName: table.tableName, Key: { pk, sk } });
        },
        /^of 1 parts of the list of its cases, 0 are there/,
      ],
      [
        'a part too many',
        async (table) => {
          const found = await part(table, 'cases');
          await table.client.put({ TableName: table.tableName, Item: { ...found, sk: '0002' } });
        },
        /^of 1 parts of the list of its cases, 2 are there/,
      ],
    ])('is doubted for %s', async (_, tamper, doubt) => {
      const table = await dynamodb.freshTable();
      const reports = createReportStore(table);
      await reports.put(stored);
      await tamper(table);
      expect((await reports.get('2026-W47'))?.doubt).toMatch(doubt);
      await table.drop();
    });

    it.each<[string, (table: FreshTable) => Promise<void>]>([
      ['is no JSON', edited('report', (text) => text.slice(1))],
      [
        'has a head that names nothing',
        async (table) => {
          await table.client.put({
            TableName: table.tableName,
            Item: { ...(await headOf(table)), report: 'nonsense' },
          });
        },
      ],
    ])('is none where it %s', async (_, tamper) => {
      const table = await dynamodb.freshTable();
      const reports = createReportStore(table);
      await reports.put(stored);
      await tamper(table);
      await expect(reports.get('2026-W47')).rejects.toMatchObject({
        code: 'MalformedItem',
        errorClass: 'terminal',
      });
      await table.drop();
    });
  });

  describe('the keys of links', () => {
    it.each([
      [{ keys: 'none' }],
      [{ revision: '1' }],
      [{ keys: [{ id: 'k1', secret: 'short', since: NOW }] }],
      [{ keys: [{ id: 'k1', secret: 'A'.repeat(43), since: 'never' }] }],
      [{ keys: [null] }],
    ])('are not believed when they are %j', async (spoilt) => {
      const table = await dynamodb.freshTable();
      await table.client.put({
        TableName: table.tableName,
        Item: { ...LINK_KEYS_KEY, revision: 1, keys: [], ...spoilt },
      });
      await expect(createLinkKeyStore(table).read()).rejects.toMatchObject({
        code: 'MalformedItem',
        errorClass: 'terminal',
      });
      await table.drop();
    });
  });

  describe('the control item', () => {
    it('tells of the newest policy beside the stop switches, and neither is in the way of the other', async () => {
      const table = await dynamodb.freshTable();
      const [controls, store] = [createControlStore(table), createPolicyStore(table)];
      const stop = { scope: { kind: 'everything' }, who: 'ada', reason: 'test', since: NOW } as const;
      expect(await controls.read()).toMatchObject({ stops: [], policySequence: 0, breakers: [] });
      await controls.addStopSwitch(stop);
      await store.raise('policySequence', 7);
      await store.raise('policyTold', 6);
      expect(await controls.read()).toMatchObject({ stops: [stop], policySequence: 7, breakers: [] });
      await controls.removeStopSwitch(stop.scope);
      expect(await controls.read()).toMatchObject({ stops: [], policySequence: 7, breakers: [] });
      await table.drop();
    });

    it.each([[-1], [1.5], ['7'], [{}]])('does not take %j for the number of a version', async (value) => {
      const table = await dynamodb.freshTable();
      await table.client.put({ TableName: table.tableName, Item: { ...CONTROL_KEY, policySequence: value } });
      const expected = expect.objectContaining({ code: 'MalformedItem', errorClass: 'terminal' });
      await expect(createControlStore(table).read()).rejects.toEqual(expected);
      await expect(createPolicyStore(table).progress()).rejects.toEqual(expected);
      await table.drop();
    });
  });

  describe('a version', () => {
    it('that is too large for an item is refused before it is sent, and one that just fits is kept', async () => {
      const table = await dynamodb.freshTable();
      const store = createPolicyStore(table);
      const large = versionOf(1, 'large', { sealed: 'x'.repeat(400 * 1024) });
      await expect(store.put(large)).rejects.toMatchObject({
        code: 'PolicyTooLarge',
        errorClass: 'terminal',
      });
      const fits = versionOf(1, 'fits', { sealed: 'x'.repeat(398 * 1024) });
      expect(await store.put(fits)).toBe(true);
      expect(await store.get(1)).toEqual(fits);
      await table.drop();
    });

    it('is nothing that lies in the partition under another key, and is text even where it was spoilt', async () => {
      const table = await dynamodb.freshTable();
      const store = createPolicyStore(table);
      const put = (sk: string, more: object) =>
        table.client.put({ TableName: table.tableName, Item: { pk: 'policy', sk, ...more } });
      await put('version#zzz', { sealed: 'x' });
      await put('zzz', { sealed: 'x' });
      await put('version#0000000004', { sealed: { not: 'text' }, sequence: 99, version: 7 });
      const found = [];
      for await (const one of store.newestFirst()) found.push(one);
      expect(found).toEqual([
        { sequence: 4, version: '', sealed: '', publishedAt: '', publishedBy: '', reason: '' },
      ]);
      await table.drop();
    });
  });
});

describe('the policies that tests publish', () => {
  policyStoreContract(async () => ({ store: new MemoryPolicyStore(), close: async () => undefined }));
});
