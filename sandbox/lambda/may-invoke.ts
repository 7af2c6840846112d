/** A function's resource policy: whether a service of AWS may invoke it on behalf of something. */
import type { World } from '../service.ts';
import type { FunctionPlace } from './function-arn.ts';
import { permissionTable } from './records.ts';

/** A service that asks, e.g. EventBridge for one of its rules. */
export interface Invoker {
  /** `events.amazonaws.com` */
  readonly service: string;
  readonly sourceArn: string;
}

export const mayInvoke = (world: World, { account, region, name }: FunctionPlace, by: Invoker): boolean =>
  [...permissionTable(world).values()].some(
    (permission) =>
      permission.account === account &&
      permission.region === region &&
      permission.functionName === name &&
      permission.principal === by.service &&
      ACTIONS.has(permission.action) &&
      isLike(permission.sourceArn ?? '*', by.sourceArn) &&
      (permission.sourceAccount === undefined || permission.sourceAccount === by.sourceArn.split(':')[4]),
  );

const ACTIONS: ReadonlySet<string> = new Set(['lambda:InvokeFunction', 'lambda:*']);

/** `*` for anything, `?` for one character, as ArnLike has it. */
const isLike = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('')
      .map((char) => (char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[.+^${}()|[\]\\/]/g, '\\$&')))
      .join('')}$`,
  ).test(text);
