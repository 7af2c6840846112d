/** selfheal put together as the functions are at their cold start: by the published version in force. */
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import { type App, compose } from '../../infra/compose.ts';
import { documentsOf, type Surroundings } from '../../infra/compose-ports.ts';
import { createPolicyStore, type PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { createPolicyKeeper, type KeepPolicy } from '../../infra/policy-keeper.ts';
import { createPublishedPolicy, type PublishedPolicy } from '../../infra/published-policy.ts';
import type { Settings } from '../../infra/settings.ts';

export interface PublishedSurroundings extends Omit<Surroundings, 'documents' | 'policy' | 'policyUpTo'> {
  /** In force until a version is published. */
  readonly packaged: PolicyBook;
  /** As `decorate`, for the versions. */
  readonly decorateVersions?: (store: PolicyStore) => PolicyStore;
}

export interface PublishedApp {
  readonly app: App;
  readonly published: PublishedPolicy;
  readonly keepPolicy: KeepPolicy;
}

export const composePublished = (
  settings: Settings,
  { packaged, decorateVersions = (store) => store, ...surroundings }: PublishedSurroundings,
): PublishedApp => {
  const { clock, log, metrics, connection } = surroundings;
  const documents = documentsOf(settings, connection);
  const store = decorateVersions(createPolicyStore({ client: documents, tableName: settings.tableName }));
  const published = createPublishedPolicy({ store, packaged, log, metrics, now: clock.now });
  const app = compose(settings, {
    ...surroundings,
    documents,
    policy: published.current,
    policyUpTo: published.upTo,
  });
  const keepPolicy = createPolicyKeeper({
    store,
    published,
    announce: (message) => app.ports.announcer.announce([settings.operationsTopicArn], message),
    policyReplaced: app.selfheal.policyReplaced,
    clock,
    log,
  });
  return { app, published, keepPolicy };
};
