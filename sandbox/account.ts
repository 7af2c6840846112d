/** The sandbox as selfheal's users meet it: accounts with resources in them, watched, and ready to be broken. */
import { accountRoutes } from './account-routes.ts';
import { stackRoutes } from './cloudformation/stack-routes.ts';
import { deployStackSetsTo } from './cloudformation/stacks.ts';
import { type IdentityProvider, startIdentityProvider } from './http-api/identity-provider.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';
import { createScenarioService, startScenario } from './world/scenarios/scenario.ts';
import { type Account, isSeeded, seedWorld } from './world/seed.ts';

export interface AccountsOptions extends Omit<SandboxOptions, 'adminRoutes' | 'alsoRun'> {
  readonly accounts?: readonly Account[];
  readonly regions?: readonly string[];
  /** Name of a scenario to begin, unless the world is in one already. */
  readonly scenario?: string;
}

export interface Accounts extends Sandbox {
  /** Where the people of these accounts sign in. */
  readonly identity: IdentityProvider;
}

/** Starts a sandbox whose world is seeded the first time and goes on where it was every other time. */
export const startAccounts = async ({
  accounts,
  regions,
  scenario,
  ...options
}: AccountsOptions): Promise<Accounts> => {
  let nowMs = Date.now;
  const identity = await startIdentityProvider({ nowMs: () => nowMs() });
  const sandbox = await startSandbox({
    ...options,
    alsoRun: (world) => [createScenarioService(world)],
    adminRoutes: (core) => {
      nowMs = core.clock.nowMs;
      if (!isSeeded(core.world))
        seedWorld(core.world, {
          nowMs: core.clock.nowMs(),
          ...(accounts ? { accounts } : {}),
          ...(regions ? { regions } : {}),
        });
      return [
        ...stackRoutes(core),
        ...accountRoutes(core, { onNewLane: (lane) => deployStackSetsTo(core, lane), identity }),
      ];
    },
  }).catch(async (error: unknown) => {
    await identity.close();
    throw error;
  });
  if (scenario !== undefined) {
    startScenario(sandbox.world, scenario, sandbox.clock.nowMs());
    sandbox.wake();
  }
  return {
    ...sandbox,
    identity,
    close: async () => {
      await identity.close();
      await sandbox.close();
    },
  };
};
