/**
 * The cold start of every Lambda function: settings from the environment, policy and catalog from the bundle's
 * folder, and what holds for each invocation.
 */
import { fileURLToPath } from 'node:url';
import type { MiddlewareObj } from '@middy/core';
import type { Clock } from '../domain/ports.ts';
import { instant } from '../domain/time.ts';
import { documentsOf, type Surroundings } from '../infra/compose-ports.ts';
import { createPolicyStore } from '../infra/dynamodb/policy-store.ts';
import { createLog } from '../infra/observability/log.ts';
import { createMetrics } from '../infra/observability/metrics.ts';
import { loadPackagedCatalog, loadPackagedPolicy } from '../infra/packaged/load-packaged.ts';
import { createPublishedPolicy } from '../infra/published-policy.ts';
import { readSettings } from '../infra/settings.ts';
import { followingPolicy } from './follow-policy.ts';

/** The path of a file in the folder that this code was packaged into. */
const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export const settings = readSettings(process.env);
const metrics = createMetrics();
const log = createLog();
const clock: Clock = {
  now: () => instant(Date.now()),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const documents = documentsOf(settings);
export const policyStore = createPolicyStore({ client: documents, tableName: settings.tableName });
export const publishedPolicy = createPublishedPolicy({
  store: policyStore,
  packaged: loadPackagedPolicy(beside('policy.json')),
  log,
  metrics,
  now: clock.now,
});

export const surroundings: Surroundings = {
  documents,
  catalog: loadPackagedCatalog(beside('catalog.json')),
  policy: publishedPolicy.current,
  policyUpTo: publishedPolicy.upTo,
  clock,
  random: Math.random,
  log,
  metrics,
};

/** Before whatever goes by the policy. */
export const followPolicy: MiddlewareObj = followingPolicy(publishedPolicy, log);

/** Before what can say something even so. */
export const followPolicyIfPossible: MiddlewareObj = followingPolicy(publishedPolicy, log, {
  mustKnow: false,
});

/** What a middleware returns would be the function's answer, and hide an error: so this one returns nothing. */
const publish = (): void => {
  metrics.publish();
};

/** Metrics are written when the invocation ends, however it ends. */
export const publishMetrics: MiddlewareObj = { after: publish, onError: publish };
