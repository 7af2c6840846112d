import { createPolicyKeeper } from '../../infra/policy-keeper.ts';
import { policyStore, publishedPolicy, settings, surroundings } from '../cold-start.ts';
import { onTick } from '../on-tick.ts';
import { app, publishMetrics } from './app.ts';

/** What the tick does for all. */
const keepPolicy = createPolicyKeeper({
  store: policyStore,
  published: publishedPolicy,
  announce: (message) => app.ports.announcer.announce([settings.operationsTopicArn], message),
  policyReplaced: app.selfheal.policyReplaced,
  clock: surroundings.clock,
  log: surroundings.log,
});

export const handler = onTick(app, keepPolicy).use(publishMetrics);
