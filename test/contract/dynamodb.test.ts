/** The contracts of the stores, kept by DynamoDB's adapters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchStore } from '../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlJournal } from '../../infra/dynamodb/control-journal.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../infra/dynamodb/health-store.ts';
import { createLinkKeyStore } from '../../infra/dynamodb/link-key-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { createPolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { CONTROL_KEY, LINK_KEYS_KEY } from '../../infra/dynamodb/table.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, versionOf } from '../support/published-policies.ts';
import { batchStoreContract } from './batch-store.contract.ts';
import { caseStoreContract } from './case-store.contract.ts';
import { controlJournalContract } from './control-journal.contract.ts';
import { controlStoreContract } from './control-store.contract.ts';
import { exemptionStoreContract } from './exemption-store.contract.ts';
import { type ContractDynamodb, contractDynamodb } from './fresh-table.ts';
import { healthStoreContract } from './health-store.contract.ts';
import { linkKeyStoreContract } from './link-key-store.contract.ts';
import { permitStoreContract } from './permit-store.contract.ts';
import { policyStoreContract } from './policy-store.contract.ts';

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

  policyStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { store: createPolicyStore(table), close: table.drop };
  });

  linkKeyStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { store: createLinkKeyStore(table), close: table.drop };
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
