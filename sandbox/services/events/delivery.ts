/**
 * From a bus to the targets of the rules that match: at least once, in no order that could be relied on,
 * retried with growing pauses, at last to the target's dead-letter queue. Faults of events happen here.
 */
import type { Faults } from '../../core/faults.ts';
import { randomUuid } from '../../core/random.ts';
import { createTimeline } from '../../core/timeline.ts';
import type { AsyncInvocations } from '../../lambda/async-invocations.ts';
import { functionOfArn } from '../../lambda/function-arn.ts';
import type { World } from '../../service.ts';
import type { SqsService } from '../sqs/sqs.ts';
import type { BusEvent } from './bus-event.ts';
import {
  type BusPlace,
  type BusStore,
  busOfArn,
  type RuleRecord,
  ruleArn,
  type Target,
} from './bus-store.ts';
import { EVENTS_SERVICE, refusedDelivery } from './delivery-access.ts';

export interface DeliveryDeps {
  readonly world: World;
  readonly buses: BusStore;
  readonly sqs: SqsService;
  readonly functions: Pick<AsyncInvocations, 'invoke'>;
  readonly faults: Faults;
  readonly random: () => number;
}

/** What is still to be delivered; kept in the world so that a kill loses no event that was accepted. */
interface PendingDelivery {
  readonly id: string;
  readonly rule: string;
  readonly target: Target;
  readonly body: string;
  readonly acceptedMs: number;
  readonly dueMs: number;
  readonly retries: number;
}

export interface Delivery {
  publish(place: BusPlace, event: BusEvent, nowMs: number): void;
  /** To the targets of one rule, whatever its pattern. */
  fire(rule: RuleRecord, event: BusEvent, nowMs: number): void;
  dueAt(): number | undefined;
  runDue(nowMs: number): void;
}

const RETRIES_MAX_DEFAULT = 185;
const AGE_MAX_DEFAULT_SECONDS = 86_400;
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 600_000;
const NO_QUEUE = { code: 'NO_RESOURCE', message: 'The specified queue does not exist.' };
/** A bus that forwards to a bus that forwards back must end somewhere. */
const HOPS_MAX = 3;

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { world, buses, sqs, functions, faults, random } = deps;
  const pending = world.table<PendingDelivery>('events-deliveries');
  const timeline = createTimeline<string>();
  for (const { dueMs, id } of pending.values()) timeline.add(dueMs, id);

  const publish = (place: BusPlace, event: BusEvent, nowMs: number, hops = 0): void => {
    let body: string | undefined;
    for (const { record, matches } of buses.rulesOn(place)) {
      if (record.targets.length === 0 || record.state !== 'ENABLED' || !matches(event)) continue;
      body ??= JSON.stringify(event);
      for (const target of record.targets) send(record, target, event, target.Input ?? body, nowMs, hops);
    }
  };

  const send = (
    rule: RuleRecord,
    target: Target,
    event: BusEvent,
    body: string,
    nowMs: number,
    hops: number,
  ): void => {
    const bus = busOfArn(target.Arn);
    if (bus !== undefined) {
      forward(newDelivery(rule, target, body, nowMs), bus, event, nowMs, hops);
      return;
    }
    for (const delayMs of faults.forEvent(event['detail-type'])) {
      const delivery = newDelivery(rule, target, body, nowMs, delayMs);
      if (delayMs === 0) attempt(delivery, nowMs);
      else keep(delivery);
    }
  };

  const newDelivery = (
    rule: RuleRecord,
    target: Target,
    body: string,
    nowMs: number,
    delayMs = 0,
  ): PendingDelivery => ({
    id: randomUuid(random),
    rule: ruleArn(rule),
    target,
    body,
    acceptedMs: nowMs,
    dueMs: nowMs + delayMs,
    retries: 0,
  });

  /** Nothing is tried again that waits for somebody to give a permission or make a bus. */
  const forward = (
    delivery: PendingDelivery,
    bus: BusPlace,
    event: BusEvent,
    nowMs: number,
    hops: number,
  ): void => {
    const refusal = refusedDelivery(world, delivery.rule, delivery.target, event);
    if (refusal !== undefined) bury(delivery, refusal.code, refusal.message, nowMs);
    else if (buses.findBus(bus) === undefined)
      bury(delivery, 'NO_RESOURCE', `The event bus ${delivery.target.Arn} does not exist.`, nowMs);
    else if (hops < HOPS_MAX) publish(bus, event, nowMs, hops + 1);
  };

  const keep = (delivery: PendingDelivery): void => {
    pending.put(delivery.id, delivery);
    timeline.add(delivery.dueMs, delivery.id);
  };

  const attempt = (delivery: PendingDelivery, nowMs: number): void => {
    const { target, body } = delivery;
    if (functionOfArn(target.Arn) !== undefined) {
      const by = { service: EVENTS_SERVICE, sourceArn: delivery.rule };
      const answer = functions.invoke(target.Arn, body, by, nowMs);
      if (answer === 'no-such-function') bury(delivery, 'NO_RESOURCE', 'The function does not exist.', nowMs);
      if (answer === 'not-permitted')
        bury(delivery, 'NO_PERMISSIONS', 'The function does not permit the rule to invoke it.', nowMs);
      return;
    }
    const [, , , region = '', account = ''] = target.Arn.split(':');
    const fault = faults.forCall({ service: 'sqs', operation: 'SendMessage', account, region });
    if (fault === undefined || fault.kind === 'drop-response') {
      const refusal = sqs.hasQueue(target.Arn) ? refusedDelivery(world, delivery.rule, target) : NO_QUEUE;
      if (refusal === undefined) sqs.deliver(target.Arn, { body, senderId: EVENTS_SERVICE }, nowMs);
      // A target that is gone or does not let the rule in is not tried again.
      else bury(delivery, refusal.code, refusal.message, nowMs);
      if (refusal !== undefined || fault === undefined) return;
    }
    retryLater(delivery, nowMs);
  };

  const retryLater = (delivery: PendingDelivery, nowMs: number): void => {
    const { RetryPolicy: policy = {} } = delivery.target;
    const pauseMs = Math.min(BACKOFF_FIRST_MS * 2 ** delivery.retries, BACKOFF_MAX_MS) * (0.5 + random() / 2);
    const dueMs = nowMs + Math.ceil(pauseMs);
    const lastMs = delivery.acceptedMs + (policy.MaximumEventAgeInSeconds ?? AGE_MAX_DEFAULT_SECONDS) * 1_000;
    if (delivery.retries >= (policy.MaximumRetryAttempts ?? RETRIES_MAX_DEFAULT)) {
      bury(delivery, 'SDK_CLIENT_ERROR', 'The target refused every attempt.', nowMs, 'MaximumRetryAttempts');
    } else if (dueMs > lastMs) {
      bury(delivery, 'SDK_CLIENT_ERROR', 'The event grew too old.', nowMs, 'MaximumEventAgeInSeconds');
    } else {
      keep({ ...delivery, dueMs, retries: delivery.retries + 1 });
    }
  };

  const bury = (
    delivery: PendingDelivery,
    code: string,
    message: string,
    nowMs: number,
    exhausted?: string,
  ): void => {
    const deadLetterArn = delivery.target.DeadLetterConfig?.Arn;
    const letsIn =
      deadLetterArn !== undefined &&
      refusedDelivery(world, delivery.rule, { Id: 'dead-letters', Arn: deadLetterArn }) === undefined;
    if (!letsIn) return;
    const facts = {
      RULE_ARN: delivery.rule,
      TARGET_ARN: delivery.target.Arn,
      ERROR_CODE: code,
      ERROR_MESSAGE: message,
      ...(exhausted === undefined
        ? {}
        : { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(delivery.retries) }),
    };
    const attributes = Object.fromEntries(
      Object.entries(facts).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]),
    );
    sqs.deliver(deadLetterArn, { body: delivery.body, attributes, senderId: EVENTS_SERVICE }, nowMs);
  };

  return {
    publish: (place, event, nowMs) => publish(place, event, nowMs),
    fire: (rule, event, nowMs) => {
      const body = JSON.stringify(event);
      for (const target of rule.targets) send(rule, target, event, target.Input ?? body, nowMs, 0);
    },
    dueAt: () => timeline.first()?.dueMs,
    runDue: (nowMs) => {
      for (let due = timeline.takeDue(nowMs); due !== undefined; due = timeline.takeDue(nowMs)) {
        const delivery = pending.get(due.value);
        if (delivery === undefined || delivery.dueMs !== due.dueMs) continue;
        // Delivered before it is forgotten: a kill in between doubles the event rather than losing it.
        attempt(delivery, nowMs);
        if (pending.get(delivery.id)?.dueMs === delivery.dueMs) pending.delete(delivery.id);
      }
    },
  };
};
