/** What is done on a schedule, put together beside the engine: only the function that does it carries it. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { tellLapsing } from '../domain/exemption/tell-lapsing.ts';
import { createSweep, type Sweep } from '../domain/sweep/sweep.ts';
import type { EngineApp } from './compose-engine.ts';
import { type Connection, clientSettingsOf } from './compose-ports.ts';
import { createSweepSource } from './config/sweep-source.ts';
import type { Settings } from './settings.ts';

export interface Scheduled {
  readonly sweep: Sweep;
  /** Once a week: those who look after selfheal hear which exemptions end soon. */
  readonly tellLapsing: () => Promise<unknown>;
}

export const composeScheduled = (
  { selfheal, ports, catalog, policy, sweeps, members }: EngineApp,
  settings: Settings,
  connection?: Connection,
): Scheduled => ({
  sweep: createSweep({
    source: createSweepSource({
      config: new ConfigServiceClient({
        ...clientSettingsOf(settings, connection),
        maxAttempts: 3,
        retryMode: 'adaptive',
      }),
      members,
    }),
    store: sweeps,
    ports,
    engine: selfheal,
    catalog,
    lanes: [{ account: settings.hubAccount, region: settings.region }, ...(settings.sweepLanes ?? [])],
  }),
  tellLapsing: () => tellLapsing({ ports, policy: policy().policy, topics: [settings.operationsTopicArn] }),
});
