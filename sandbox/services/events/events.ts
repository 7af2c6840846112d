/** EventBridge: buses, rules matched for real, targets; and the way AWS's own services emit events. */
import type { Faults } from '../../core/faults.ts';
import { randomUuid } from '../../core/random.ts';
import type { AsyncInvocations } from '../../lambda/async-invocations.ts';
import type { AwsService, EmitEvent, World } from '../../service.ts';
import type { SqsService } from '../sqs/sqs.ts';
import { type BusEvent, eventTime } from './bus-event.ts';
import { createPermissionOperations } from './bus-permissions.ts';
import { BusStore, DEFAULT_BUS } from './bus-store.ts';
import { createDelivery } from './delivery.ts';
import { createPutEvents } from './put-events.ts';
import { createRuleOperations } from './rule-operations.ts';
import { createScheduledRules } from './scheduled-rules.ts';

export interface EventsDeps {
  readonly world: World;
  readonly sqs: SqsService;
  readonly functions: Pick<AsyncInvocations, 'invoke'>;
  readonly faults: Faults;
  readonly random: () => number;
  readonly nowMs: () => number;
}

export interface EventsService extends AwsService {
  readonly emit: EmitEvent;
  /** Puts a whole event on the default bus of its account and Region, whatever its source. */
  accept(event: Omit<BusEvent, 'version' | 'id' | 'time' | 'resources'> & Partial<BusEvent>): void;
}

export const createEventsService = (deps: EventsDeps): EventsService => {
  const { world, random, nowMs } = deps;
  const buses = new BusStore(world);
  const delivery = createDelivery({ ...deps, buses });
  const scheduled = createScheduledRules({ world, buses, random, fire: delivery.fire, nowMs });
  const accept: EventsService['accept'] = (event) => {
    const complete = {
      version: '0',
      id: randomUuid(random),
      time: eventTime(nowMs()),
      resources: [],
      ...event,
    };
    delivery.publish({ account: event.account, region: event.region, name: DEFAULT_BUS }, complete, nowMs());
  };
  return {
    name: 'events',
    operations: {
      PutEvents: createPutEvents(buses, delivery, random),
      ...createRuleOperations(buses),
      ...createPermissionOperations(buses),
    },
    dueAt: () => earlier(delivery.dueAt(), scheduled.dueAt()),
    runDue: (dueMs) => {
      delivery.runDue(dueMs);
      scheduled.runDue(dueMs);
    },
    accept,
    emit: ({ source, detailType, account, region, resources = [], detail }) =>
      accept({ 'detail-type': detailType, source, account, region, resources, detail }),
  };
};

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
