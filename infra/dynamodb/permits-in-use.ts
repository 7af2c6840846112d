/** How many permits are in use in lanes: read of the lanes' items, many at once, and nothing is changed. */
import { laneId } from '../../domain/finding.ts';
import type { PermitsInUse } from '../../domain/health/permits-in-use.ts';
import { laneScopeId } from '../../domain/permit.ts';
import { calling } from '../aws-errors.ts';
import { BATCH_GET_MAX } from './batch-get.ts';
import type { Documents, Values } from './documents.ts';
import { fromScopeItem, laneOfScopeKey, scopeKey } from './scope-item.ts';

export interface PermitsInUseOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createPermitsInUse =
  ({ client, tableName }: PermitsInUseOptions): PermitsInUse =>
  async (lanes, now) => {
    const ids = [...new Set(lanes.map(laneId))];
    const inUse = new Map(ids.map((id) => [id, 0]));
    for (let from = 0; from < ids.length; from += BATCH_GET_MAX) {
      let wanted: readonly Values[] = ids
        .slice(from, from + BATCH_GET_MAX)
        .map((id) => scopeKey(laneScopeId(id)));
      while (wanted.length > 0) {
        const request = wanted;
        const page = await calling('dynamodb:BatchGetItem', () => client.batchGet(tableName, request));
        for (const item of page.Items) {
          const lane = laneOfScopeKey(String(item.pk));
          const leases = [...fromScopeItem(item).leases.values()];
          if (lane !== undefined)
            inUse.set(laneId(lane), leases.filter(({ expiresAt }) => expiresAt > now).length);
        }
        wanted = page.UnprocessedKeys;
      }
    }
    return inUse;
  };
