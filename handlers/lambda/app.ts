/** The engine at a function's cold start. */
import { type App, compose } from '../../infra/compose.ts';
import { createPolicyKeeper, type KeepPolicy } from '../../infra/policy-keeper.ts';
import { policyStore, publishedPolicy, settings, surroundings } from '../cold-start.ts';

export { followPolicy, publishMetrics } from '../cold-start.ts';

export const app: App = compose(settings, surroundings);

/** What the tick does for all. */
export const keepPolicy: KeepPolicy = createPolicyKeeper({
  store: policyStore,
  published: publishedPolicy,
  announce: (message) => app.ports.announcer.announce([settings.operationsTopicArn], message),
  policyReplaced: app.selfheal.policyReplaced,
  clock: surroundings.clock,
  log: surroundings.log,
});
