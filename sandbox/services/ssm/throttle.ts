/** SSM's rates: so many calls a second of an operation in an account and Region, not one more. */
import { AwsError, type CallContext, type World } from '../../service.ts';

const SECOND_MS = 1_000;

/** @throws AwsError ThrottlingException when the second is used up. A refused call costs nothing. */
export const throttle = (world: World, operation: string, perSecond: number, context: CallContext): void => {
  const table = world.table<readonly number[]>('ssm:calls');
  const key = `${context.account}/${context.region}/${operation}`;
  const recent = (table.get(key) ?? []).filter((ms) => context.nowMs - ms < SECOND_MS);
  if (recent.length >= perSecond) throw new AwsError('ThrottlingException', 'Rate exceeded');
  table.put(key, [...recent, context.nowMs]);
};
