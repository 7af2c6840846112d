/** A minute has passed: what is due is woken, and the published policy is looked after. */
import middy from '@middy/core';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import type { KeepPolicy } from '../infra/policy-keeper.ts';

/** @param keepPolicy absent where nobody publishes policies */
export const onTick = (app: App, keepPolicy?: KeepPolicy) =>
  middy(async () => {
    const woken = await app.selfheal.tick();
    app.ports.log.info('tick', { woken });
    await keepPolicy?.();
    return { woken };
  });
