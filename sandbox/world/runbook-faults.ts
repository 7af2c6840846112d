/** Orders for runbooks to fail: how tests and scenarios make automation go wrong in a chosen way. */
import type { Table, World } from '../service.ts';
import { nextNumber } from './settings.ts';

export type RunbookFault =
  /** A step (the changing one, when not named) fails with this message. */
  | { readonly kind: 'step-fails'; readonly step?: string; readonly message?: string }
  /** The changing step is refused by IAM. */
  | { readonly kind: 'access-denied' }
  /** All steps succeed and nothing has changed. */
  | { readonly kind: 'changes-nothing' }
  /** It never ends by itself. */
  | { readonly kind: 'hangs' }
  /** It ends in, or sticks at, any status; the resource is changed only when `changesResource`. */
  | { readonly kind: 'status'; readonly status: string; readonly changesResource?: boolean };

export interface FaultOrder {
  readonly id: string;
  readonly fault: RunbookFault;
  /** Document name; absent: any. */
  readonly document?: string;
  readonly account?: string;
  readonly region?: string;
  /** Id of the resource worked on; absent: any. */
  readonly resourceId?: string;
  /** Executions yet to suffer. */
  readonly times: number;
}

const orders = (world: World): Table<FaultOrder> => world.table('runbook-faults');

/** Makes the next executions that match suffer; `times` defaults to 1. Returns the order's id. */
export const makeRunbookFail = (
  world: World,
  order: Omit<FaultOrder, 'id' | 'times'> & { readonly id?: string; readonly times?: number },
): string => {
  const id = order.id ?? `fault-${String(nextNumber(world, 'runbook-fault')).padStart(6, '0')}`;
  orders(world).put(id, { ...order, id, times: order.times ?? 1 });
  return id;
};

export const runbookFaults = (world: World): readonly FaultOrder[] => [...orders(world).values()];

/** Takes an order back. False when it had been used up or never given. */
export const withdrawRunbookFault = (world: World, id: string): boolean => {
  const known = orders(world).get(id) !== undefined;
  orders(world).delete(id);
  return known;
};

export interface FaultSubject {
  readonly document: string;
  readonly account: string;
  readonly region: string;
  readonly resourceId: string;
}

/** The oldest order that matches, used up by one. */
export const takeFault = (world: World, subject: FaultSubject): RunbookFault | undefined => {
  const order = runbookFaults(world).find(
    (candidate) =>
      (candidate.document ?? subject.document) === subject.document &&
      (candidate.account ?? subject.account) === subject.account &&
      (candidate.region ?? subject.region) === subject.region &&
      (candidate.resourceId ?? subject.resourceId) === subject.resourceId,
  );
  if (order === undefined) return undefined;
  if (order.times <= 1) orders(world).delete(order.id);
  else orders(world).put(order.id, { ...order, times: order.times - 1 });
  return order.fault;
};
