/** The contracts of the stores, kept by DynamoDB's adapters. */
import { afterAll, beforeAll, describe } from 'vitest';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { caseStoreContract } from './case-store.contract.ts';
import { controlStoreContract } from './control-store.contract.ts';
import { type ContractDynamodb, contractDynamodb } from './fresh-table.ts';
import { permitStoreContract } from './permit-store.contract.ts';

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

  controlStoreContract(async () => {
    const table = await dynamodb.freshTable();
    return { controls: createControlStore(table), close: table.drop };
  });
});
