/** What a page about one case is made of, read for whoever looks: nothing is changed. */
import { type Objection, objectionTo } from '../domain/case/approves.ts';
import type { Case } from '../domain/case/case.ts';
import type { Catalog, Runbook } from '../domain/catalog/catalog.ts';
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import { type ExemptionBook, exemptionBook } from '../domain/exemption/exemption-book.ts';
import { groupsOf } from '../domain/identity.ts';
import { type TrackRecord, trackRecord } from '../domain/message/track-record.ts';
import type { Controls } from '../domain/ports.ts';
import { type Instant, instant } from '../domain/time.ts';
import type { HttpDeps } from './http-deps.ts';
import type { Session } from './identity/session.ts';

export interface ShownCase {
  readonly about: Case;
  readonly controls: Controls;
  /** Absent when they could not be read. */
  readonly exemptions?: ExemptionBook;
  readonly book: PolicyBook;
  readonly catalog: Catalog;
  /** Of the case's plan, or of what was planned last, where the catalog knows it. */
  readonly runbook?: Runbook;
  /** How often the runbook has worked; absent where nothing is asked, or the cases could not be read. */
  readonly record?: TrackRecord;
  readonly now: Instant;
  readonly viewer: Viewer;
}

/** Who looks, and what they may do about it. */
export type Viewer =
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'person';
      readonly session: Session;
      readonly groups: readonly string[];
      /** Why their word would not count; absent when it would. */
      readonly objection?: Pick<Objection, 'reason'>;
    };

/** Undefined when there is no such case. */
export const showCase = async (
  { app, nowMs }: Pick<HttpDeps, 'app' | 'nowMs'>,
  caseId: string,
  session: Session | undefined,
): Promise<ShownCase | undefined> => {
  const { ports, catalog } = app;
  const about = await ports.cases.get(caseId);
  if (about === undefined) return undefined;
  const unread = (what: string) => (error: unknown) => {
    ports.log.warn(`${what} not shown`, { caseId, reason: String(error) });
    return undefined;
  };
  const { state } = about;
  const [controls, exemptions, record] = await Promise.all([
    ports.controls.read(),
    ports.exemptions.all().then(exemptionBook).catch(unread('exemptions')),
    state.name === 'awaiting-approval'
      ? trackRecord(ports.cases, state.plan.document, caseId).catch(unread('track record'))
      : undefined,
  ]);
  const book = app.policy();
  const runbook = catalog.runbook(documentOf(about) ?? '');
  return {
    about,
    controls,
    ...(exemptions && { exemptions }),
    book,
    catalog,
    ...(runbook && { runbook }),
    ...(record && { record }),
    now: instant(nowMs()),
    viewer: viewerOf(session, about, book),
  };
};

const documentOf = ({ state, lastPlanned }: Case): string | undefined =>
  'plan' in state ? state.plan.document : lastPlanned?.document;

/** The same question is asked again when they decide, by the policy of that moment. */
const viewerOf = (session: Session | undefined, about: Case, book: PolicyBook): Viewer => {
  if (session === undefined) return { kind: 'nobody' };
  const groups = groupsOf(session.identity, book.policy.groups);
  const objection =
    book.doubt === undefined
      ? objectionTo({ who: session.identity.name, groups }, about)
      : { reason: `nobody can say who may decide, as no policy can be trusted just now: ${book.doubt}` };
  return { kind: 'person', session, groups, ...(objection && { objection }) };
};
