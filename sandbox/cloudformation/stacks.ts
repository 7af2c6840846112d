/**
 * Stacks and stack sets of a running sandbox. A stack set goes to every lane it is told of and, as AWS does it for
 * an organization, by itself to lanes that come later.
 */
import { createHash } from 'node:crypto';
import type { SandboxCore } from '../sandbox.ts';
import type { Table, World } from '../service.ts';
import { provisionStack } from './provision-stack.ts';
import { type StackRecord, stackKey } from './stack-store.ts';
import type { Template } from './template.ts';

export interface Lane {
  readonly account: string;
  readonly region: string;
}

export interface StackOrder {
  readonly name: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  /** Zip or unpacked folder of each function in the template, by its name. */
  readonly code?: Readonly<Record<string, string>>;
}

type Core = Pick<SandboxCore, 'world' | 'clock' | 'call' | 'dynamodbEndpoint' | 'wake'>;

export const deployStack = async (core: Core, order: StackOrder, lane: Lane): Promise<StackRecord> => {
  const record = await provisionStack({
    ...lane,
    stackName: order.name,
    template: order.template,
    parameters: order.parameters,
    world: core.world,
    nowMs: core.clock.nowMs(),
    call: (service, operation, input) => core.call(lane, service, operation, input),
    dynamodbEndpoint: core.dynamodbEndpoint,
    codePath: (functionName) => codeOf(order, functionName),
  });
  core.wake();
  return record;
};

const codeOf = ({ name, code = {} }: StackOrder, functionName: string): string => {
  const path = code[functionName];
  if (path === undefined) throw new Error(`the order of the stack ${name} gives no code for ${functionName}`);
  return path;
};

interface StackSet extends StackOrder {
  /** Deployed first in every account: a stack may make there what holds in all Regions. */
  readonly homeRegion: string;
}

interface StackSetRecord extends StackSet {
  /** SHA-256 of it. */
  readonly digest: string;
}

const stackSetTable = (world: World): Table<StackSetRecord> => world.table('cloudformation-stack-sets');

export const deployStackSet = async (core: Core, set: StackSet, lanes: readonly Lane[]): Promise<void> => {
  const digest = createHash('sha256').update(JSON.stringify(set)).digest('base64url');
  const table = stackSetTable(core.world);
  if (table.get(set.name)?.digest !== digest) table.put(set.name, { ...set, digest });
  await deployToLanes(core, { ...set, digest }, lanes);
};

/** Deploys every stack set to a lane that may be new. */
export const deployStackSetsTo = async (core: Core, lane: Lane): Promise<void> => {
  for (const set of [...stackSetTable(core.world).values()]) await deployToLanes(core, set, [lane]);
};

/** Lanes that have it as it is ordered now are left as they are. */
const deployToLanes = async (core: Core, set: StackSetRecord, lanes: readonly Lane[]): Promise<void> => {
  const instances = instanceTable(core.world);
  for (const lane of withHomes(lanes, set.homeRegion)) {
    const key = stackKey(lane.account, lane.region, set.name);
    if (instances.get(key) === set.digest) continue;
    await deployStack(core, set, lane);
    instances.put(key, set.digest);
  }
};

/** By stack: which order it was deployed by. */
const instanceTable = (world: World): Table<string> => world.table('cloudformation-stack-instances');

const withHomes = (lanes: readonly Lane[], homeRegion: string): readonly Lane[] => {
  const homes = [...new Set(lanes.map(({ account }) => account))].map((account) => ({
    account,
    region: homeRegion,
  }));
  return [...homes, ...lanes.filter(({ region }) => region !== homeRegion)];
};
