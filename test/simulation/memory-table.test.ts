/** The simulated table keeps the same contracts as DynamoDB, so what the simulator finds is not the table's. */
import { describe } from 'vitest';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { caseStoreContract } from '../contract/case-store.contract.ts';
import { controlStoreContract } from '../contract/control-store.contract.ts';
import { permitStoreContract } from '../contract/permit-store.contract.ts';
import { MemoryTable, tableClient } from './memory-table.ts';

const close = async () => undefined;
const freshTable = () => {
  const table = new MemoryTable();
  return { client: tableClient(async (command) => table.execute(command)), tableName: 'simulated' };
};

describe('The simulated table', () => {
  caseStoreContract(async (now) => {
    const table = freshTable();
    return {
      cases: createCaseStore({ ...table, now: () => now }),
      keepsEmptyText: true,
      noteWaiting: createPermitStore(table).noteWaiting,
      close,
    };
  });
  permitStoreContract(async () => ({ permits: createPermitStore(freshTable()), close }));
  controlStoreContract(async () => ({ controls: createControlStore(freshTable()), close }));
});
