/** How functions are named in ARNs, and which of the world's functions an ARN means. */
import type { World } from '../service.ts';
import { type FunctionRecord, functionKey, functionTable } from './records.ts';

export interface FunctionPlace {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export const functionArn = ({ account, region, name }: FunctionPlace): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}`;

/** A version or an alias behind the name is left out: the sandbox runs what was deployed last. */
export const functionOfArn = (arn: string): FunctionPlace | undefined => {
  const [, region, account, name] =
    /^arn:[\w-]+:lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)(?::[\w$-]+)?$/.exec(arn) ?? [];
  return region && account && name ? { region, account, name } : undefined;
};

export const findFunction = (world: World, arn: string): FunctionRecord | undefined => {
  const place = functionOfArn(arn);
  return place && functionTable(world).get(functionKey(place.account, place.region, place.name));
};
