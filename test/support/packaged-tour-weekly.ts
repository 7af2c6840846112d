/** The part of the tour in which a week is over: its schedule comes every hour, and here as soon as it can. */
import { HUB_REGION } from '../../sandbox/deployment.ts';
import { functionKey, functionTable } from '../../sandbox/lambda/records.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { whileTimePasses } from './packaged-tour-asking.ts';
import type { PackagedWorld } from './packaged-world.ts';

/** People are told although the bucket refuses; the next run puts the report there. */
export const tellsOfTheWeek = async (world: PackagedWorld): Promise<void> => {
  const { sandbox, running } = world;
  const key = functionKey(HUB_ACCOUNT, HUB_REGION, 'selfheal-report');
  const record = functionTable(sandbox.world).get(key);
  if (record === undefined) throw new Error('there is no function selfheal-report');
  const run = () => whileTimePasses(world, running.lambda.invoke(record, JSON.stringify({ kind: 'weekly' })));
  const refused = sandbox.faults.add({ kind: 'error', service: 's3', errorCode: 'AccessDenied' });
  await run();
  sandbox.faults.remove(refused);
  await run();
};
