/**
 * Stacks and stack sets of a running sandbox. A stack set goes to every lane it is told of and, as AWS does it for
 * an organization, by itself to lanes that come later.
 */
import type { SandboxCore } from '../sandbox.ts';
import type { Table, World } from '../service.ts';
import { provisionStack } from './provision-stack.ts';
import type { StackRecord } from './stack-store.ts';
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

const stackSetTable = (world: World): Table<StackSet> => world.table('cloudformation-stack-sets');

export const deployStackSet = async (core: Core, set: StackSet, lanes: readonly Lane[]): Promise<void> => {
  const table = stackSetTable(core.world);
  if (JSON.stringify(table.get(set.name)) !== JSON.stringify(set)) table.put(set.name, set);
  for (const lane of withHomes(lanes, set.homeRegion)) await deployStack(core, set, lane);
};

/** Deploys every stack set to a lane that may be new. */
export const deployStackSetsTo = async (core: Core, lane: Lane): Promise<void> => {
  for (const set of [...stackSetTable(core.world).values()])
    for (const each of withHomes([lane], set.homeRegion)) await deployStack(core, set, each);
};

const withHomes = (lanes: readonly Lane[], homeRegion: string): readonly Lane[] => {
  const homes = [...new Set(lanes.map(({ account }) => account))].map((account) => ({
    account,
    region: homeRegion,
  }));
  return [...homes, ...lanes.filter(({ region }) => region !== homeRegion)];
};
