/**
 * Takes events in as though EventBridge had them: what is good goes onto the sandbox's bus, where rules and
 * queues do with it what they do on AWS. Every event is answered for by itself.
 */
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { ComplianceReport } from '../../domain/engine/intake.ts';
import type { Decoded } from '../../infra/eventbridge/decode.ts';
import {
  COMPLIANCE_CHANGE,
  decodeComplianceChange,
} from '../../infra/eventbridge/decode-compliance-change.ts';
import {
  decodeExecutionStatus,
  EXECUTION_STATUS_CHANGE,
} from '../../infra/eventbridge/decode-execution-status.ts';
import { contentType } from '../guard.ts';
import type { LocalDeps } from '../http-deps.ts';
import { HttpError } from '../http-error.ts';
import { type EventText, readEvents, readLines } from '../read-events.ts';

export interface EventAnswer {
  /** Counted from 0. */
  readonly index: number;
  /** Where in the body it begins, counted from 1. */
  readonly line: number;
  readonly answer: 'accepted' | 'ignored' | 'refused';
  /** Null when accepted. */
  readonly reason: string | null;
  /** With a resource wanted: why none was made. */
  readonly note: string | null;
}

export interface EventsAnswer {
  readonly accepted: number;
  readonly ignored: number;
  readonly refused: number;
  readonly events: readonly EventAnswer[];
}

/** What EventBridge lets an event weigh. */
const EVENT_BYTES_MAX = 256 * 1024;
/** More at once would keep the others waiting. */
const EVENTS_MAX = 1_000;

export const eventRoutes = (deps: LocalDeps): Hono => {
  const covered = new Set<string>();
  return new Hono().post('/', async (context) => {
    const withResource = wantsResource(context);
    const body = await context.req.text();
    const found = contentType(context) === 'application/x-ndjson' ? readLines(body) : readEvents(body);
    if (found.length === 0) throw new HttpError(400, 'no-events', 'the body holds no event');
    if (found.length > EVENTS_MAX)
      throw new HttpError(413, 'too-many', `${found.length} events at once: send ${EVENTS_MAX} at most`);
    const read: ReadEvent[] = found.map((event) => ({ event, decoded: decode(event, deps.nowMs()) }));
    await coverLanes(deps, read, covered);
    if (withResource) for (const each of read) each.note = await makeResource(deps, each.decoded);
    await deliver(
      deps,
      read.filter(({ decoded }) => decoded.kind === 'decoded').map(({ event }) => event),
    );
    return context.json(answerOf(read));
  });
};

/**
 * An account that selfheal covers forwards its events and has selfheal's roles. Whoever sends an event of an
 * account means it to be covered; what Config there knows is another matter.
 */
const coverLanes = async (
  { sandbox }: LocalDeps,
  read: readonly ReadEvent[],
  covered: Set<string>,
): Promise<void> => {
  for (const { decoded } of read) {
    if (decoded.kind !== 'decoded' || decoded.value === undefined) continue;
    const { account, origin } = decoded.value;
    const key = `${account}/${origin.region}`;
    if (covered.has(key)) continue;
    await sandbox.call('POST', 'lanes', { account, region: origin.region });
    covered.add(key);
  }
};

const wantsResource = (context: Context): boolean => {
  const value = context.req.query('withResource');
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new HttpError(400, 'bad-request', 'expected true or false', 'withResource');
};

/** The report is there when the event says that something is compliant or not. */
type Read = Decoded<ComplianceReport | undefined>;

interface ReadEvent {
  readonly event: EventText;
  readonly decoded: Read;
  note?: string | undefined;
}

const decode = ({ text }: EventText, nowMs: number): Read => {
  if (Buffer.byteLength(text) > EVENT_BYTES_MAX)
    return {
      kind: 'refused',
      reason: `larger than the ${EVENT_BYTES_MAX} bytes that EventBridge lets an event have`,
    };
  const compliance = decodeComplianceChange(text, { nowMs, redelivered: false });
  if (compliance.kind !== 'ignored') return compliance;
  const execution = decodeExecutionStatus(text);
  if (execution.kind === 'refused') return execution;
  if (execution.kind === 'decoded') return { kind: 'decoded', value: undefined };
  const isNeither = compliance.why.startsWith('not a');
  return isNeither
    ? { kind: 'ignored', why: `neither ${COMPLIANCE_CHANGE} nor ${EXECUTION_STATUS_CHANGE}` }
    : compliance;
};

/**
 * What cannot be made stays unknown to Config: the event is taken all the same, and nothing will run on it.
 *
 * @returns why there is no resource, if there is none
 */
const makeResource = async ({ sandbox }: LocalDeps, decoded: Read): Promise<string | undefined> => {
  if (decoded.kind !== 'decoded' || decoded.value?.evaluation.compliance !== 'NON_COMPLIANT')
    return undefined;
  const { account, origin, resourceType, resourceId } = decoded.value;
  const captured = {
    account,
    region: origin.region,
    resourceType,
    resourceId,
    configRuleName: origin.configRuleName,
  };
  try {
    await sandbox.call('POST', 'resources/from-event', captured);
    return undefined;
  } catch (error) {
    if (error instanceof HttpError && error.status < 500) return `no resource was made: ${error.message}`;
    throw error;
  }
};

const deliver = async ({ sandbox }: LocalDeps, events: readonly EventText[]): Promise<void> => {
  if (events.length > 0)
    await sandbox.call(
      'POST',
      'events',
      events.map(({ text }) => JSON.parse(text)),
    );
};

const answerOf = (read: readonly ReadEvent[]): EventsAnswer => {
  const events = read.map(({ event, decoded, note }, index): EventAnswer => {
    const at = { index, line: event.line, note: note ?? null };
    if (decoded.kind === 'decoded') return { ...at, answer: 'accepted', reason: null };
    if (decoded.kind === 'ignored') return { ...at, answer: 'ignored', reason: decoded.why };
    return { ...at, answer: 'refused', reason: decoded.reason };
  });
  const count = (answer: EventAnswer['answer']) => events.filter((event) => event.answer === answer).length;
  return { accepted: count('accepted'), ignored: count('ignored'), refused: count('refused'), events };
};
