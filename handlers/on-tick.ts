/** A minute has passed: what is due is woken. */
import middy from '@middy/core';
import type { App } from '../infra/compose.ts';

export const onTick = (app: App) =>
  middy(async () => {
    const woken = await app.selfheal.tick();
    app.ports.log.info('tick', { woken });
    return { woken };
  });
