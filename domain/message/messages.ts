/** The door to what is told about cases: composition loads this module when somebody is told, and not before. */
import type { Case } from '../case/case.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Messages, Ports } from '../ports.ts';
import { caseMessage, kindOf } from './case-message.ts';
import type { Around } from './parts.ts';
import { type TrackRecord, trackRecord } from './track-record.ts';

/** What messages are made of beside what they are about. */
export interface MessageNeeds {
  readonly catalog: Catalog;
  readonly ports: Pick<Ports, 'cases' | 'links' | 'clock' | 'log'>;
  /** What people call an account; undefined where they have no name for it. */
  readonly accountName?: (account: string) => string | undefined;
}

export const createCaseMessages = (needs: MessageNeeds): Pick<Messages, 'aboutCase'> => ({
  aboutCase: async (about) => {
    const kind = kindOf(about);
    return kind && caseMessage(kind, about, await aroundOf(needs, about));
  },
});

const aroundOf = async (needs: MessageNeeds, about: Case): Promise<Around> => {
  const { catalog, ports, accountName } = needs;
  const [link, record] = await Promise.all([linkTo(needs, about), recordOf(needs, about)]);
  const name = accountName?.(about.finding.account);
  return {
    catalog,
    now: ports.clock.now(),
    ...(name !== undefined && { accountName: name }),
    ...(link !== undefined && { link }),
    ...(record && { record }),
  };
};

/** Whoever is asked can decide without it: by command. */
const linkTo = async (needs: MessageNeeds, { id, state }: Case): Promise<string | undefined> =>
  state.name === 'awaiting-approval'
    ? orWithout(needs, id, 'no link', () =>
        needs.ports.links?.toDecision(id, state.planHash, state.expiresAt),
      )
    : undefined;

const recordOf = async (needs: MessageNeeds, { id, state }: Case): Promise<TrackRecord | undefined> =>
  state.name === 'awaiting-approval'
    ? orWithout(needs, id, 'no record of earlier cases', () =>
        trackRecord(needs.ports.cases, state.plan.document, id),
      )
    : undefined;

/** What only helps must not keep a message back, whatever goes wrong with it. */
const orWithout = async <T>(
  { ports }: MessageNeeds,
  caseId: string,
  what: string,
  make: () => Promise<T> | undefined,
): Promise<T | undefined> => {
  try {
    return await make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ports.log.warn('the message goes out without a part', { caseId, without: what, reason });
    return undefined;
  }
};
