/** The demo's high-severity case: a payroll bucket that anybody can read. */
import { breakResource } from '../../sandbox/world/admin.ts';
import type { DrivenWorld } from './driven-world.ts';

export const openPayroll = ({ sandbox }: DrivenWorld): void => {
  breakResource(sandbox.world, 'shop-prod-payroll-us-east-1', {
    account: '222222222222',
    region: 'us-east-1',
    rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
    nowMs: sandbox.clock.nowMs(),
  });
  sandbox.wake();
};
