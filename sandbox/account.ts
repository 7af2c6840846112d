/** The sandbox as selfheal's users meet it: accounts with resources in them, watched, and ready to be broken. */
import { accountRoutes } from './account-routes.ts';
import { stackRoutes } from './cloudformation/stack-routes.ts';
import { deployStackSetsTo } from './cloudformation/stacks.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';
import { createScenarioService, startScenario } from './world/scenarios/scenario.ts';
import { type Account, isSeeded, seedWorld } from './world/seed.ts';

export interface AccountsOptions extends Omit<SandboxOptions, 'adminRoutes' | 'alsoRun'> {
  readonly accounts?: readonly Account[];
  readonly regions?: readonly string[];
  /** Name of a scenario to begin, unless the world is in one already. */
  readonly scenario?: string;
}

/** Starts a sandbox whose world is seeded the first time and goes on where it was every other time. */
export const startAccounts = async ({
  accounts,
  regions,
  scenario,
  ...options
}: AccountsOptions): Promise<Sandbox> => {
  const sandbox = await startSandbox({
    ...options,
    alsoRun: (world) => [createScenarioService(world)],
    adminRoutes: (core) => {
      if (!isSeeded(core.world))
        seedWorld(core.world, {
          nowMs: core.clock.nowMs(),
          ...(accounts ? { accounts } : {}),
          ...(regions ? { regions } : {}),
        });
      return [
        ...stackRoutes(core),
        ...accountRoutes(core, { onNewLane: (lane) => deployStackSetsTo(core, lane) }),
      ];
    },
  });
  if (scenario !== undefined) {
    startScenario(sandbox.world, scenario, sandbox.clock.nowMs());
    sandbox.wake();
  }
  return sandbox;
};
