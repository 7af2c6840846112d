/** Many cases by their keys: those that DynamoDB leaves out at first are asked for again. */
import type { Case } from '../../domain/case/case.ts';
import { calling } from '../aws-errors.ts';
import { type CaseKey, fromItem } from './case-item.ts';
import type { Documents, Values } from './documents.ts';

/** What DynamoDB takes at once. */
export const BATCH_GET_MAX = 100;

export const batchGet = async (
  client: Documents,
  tableName: string,
  keys: readonly CaseKey[],
): Promise<readonly Case[]> => {
  const found: Case[] = [];
  let wanted: Values[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  while (wanted.length > 0) {
    const request = wanted;
    const page = await calling('dynamodb:BatchGetItem', () => client.batchGet(tableName, request));
    found.push(...page.Items.map(fromItem));
    wanted = [...page.UnprocessedKeys];
  }
  return found;
};
