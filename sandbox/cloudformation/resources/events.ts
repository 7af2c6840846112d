/** EventBridge buses, who may put events on them, and rules with their targets. */
import * as z from 'zod';
import type { PolicyStatement } from '../../iam/policy-document.ts';
import type { World } from '../../service.ts';
import {
  type BusPlace,
  type BusRecord,
  busArn,
  busKey,
  DEFAULT_BUS,
  placeOf,
  ruleArn,
} from '../../services/events/bus-store.ts';
import {
  aNumber,
  anything,
  aText,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const busSchema = z.strictObject({ Name: z.string(), Description: z.string().optional(), Tags: anything });

const busPolicySchema = z.strictObject({
  EventBusName: z.string().default(DEFAULT_BUS),
  StatementId: z.string(),
  Statement: z.record(z.string(), z.unknown()),
});

const targetSchema = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  Input: z.string().optional(),
  RoleArn: z.string().optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: aNumber.optional(),
      MaximumEventAgeInSeconds: aNumber.optional(),
    })
    .optional(),
});

const ruleSchema = z.strictObject({
  Name: z.string().max(64).optional(),
  Description: z.string().optional(),
  EventBusName: z.string().default(DEFAULT_BUS),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: aText.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  RoleArn: z.string().optional(),
  Targets: z.array(targetSchema).default([]),
});

type Rule = z.infer<typeof ruleSchema>;

export const eventsTypes: ResourceTypes = {
  'AWS::Events::EventBus': resourceType({
    schema: busSchema,
    put: async ({ Name, Description }, place) => {
      const known = busTable(place.world).get(busKey(placeOf(Name, place)));
      if (known === undefined) await place.call('events', 'CreateEventBus', { Name, Description });
      else
        busTable(place.world).put(busKey(known), {
          ...known,
          ...(Description ? { description: Description } : {}),
        });
    },
    identify: ({ Name }, place) => ({
      ref: Name,
      attributes: { Arn: busArn(placeOf(Name, place)), Name },
    }),
    remove: async ({ ref }, place) => {
      await place.call('events', 'DeleteEventBus', { Name: ref });
    },
  }),
  'AWS::Events::EventBusPolicy': resourceType({
    schema: busPolicySchema,
    put: ({ EventBusName, StatementId, Statement }, place) =>
      changePolicy(place.world, placeOf(EventBusName, place), StatementId, {
        Sid: StatementId,
        ...(Statement as unknown as PolicyStatement),
      }),
    identify: ({ EventBusName, StatementId }, place) => ({
      ref: unnamed(place).ref,
      attributes: { EventBusName, StatementId },
    }),
    remove: ({ attributes: { EventBusName, StatementId = '' } }, place) =>
      changePolicy(place.world, placeOf(EventBusName, place), StatementId, undefined),
  }),
  'AWS::Events::Rule': resourceType({
    schema: ruleSchema,
    put: async ({ Targets, EventPattern, ...rule }, place) => {
      const named = { ...rule, Name: nameOf(rule, place) };
      await place.call('events', 'PutRule', {
        ...named,
        ...(EventPattern === undefined ? {} : { EventPattern: JSON.stringify(EventPattern) }),
      });
      const onRule = { Rule: named.Name, EventBusName: rule.EventBusName };
      const stale = (await targetIds(onRule, place)).filter((id) => !Targets.some(({ Id }) => Id === id));
      if (stale.length > 0) await place.call('events', 'RemoveTargets', { ...onRule, Ids: stale });
      if (Targets.length > 0) await place.call('events', 'PutTargets', { ...onRule, Targets });
    },
    identify: (rule, place) => {
      const name = nameOf(rule, place);
      const bus = placeOf(rule.EventBusName, place).name;
      return {
        ref: bus === DEFAULT_BUS ? name : `${bus}|${name}`,
        attributes: { Arn: ruleArn({ account: place.account, region: place.region, bus, name }) },
      };
    },
    remove: async ({ ref }, place) => {
      const [bus, name] = ref.includes('|') ? ref.split('|') : [DEFAULT_BUS, ref];
      const onRule = { Rule: name, EventBusName: bus };
      const ids = await targetIds(onRule, place);
      if (ids.length > 0) await place.call('events', 'RemoveTargets', { ...onRule, Ids: ids });
      await place.call('events', 'DeleteRule', { Name: name, EventBusName: bus });
    },
  }),
};

const nameOf = ({ Name }: Pick<Rule, 'Name'>, place: ResourcePlace): string => Name ?? generatedName(place);

const targetIds = async (onRule: object, { call }: ResourcePlace): Promise<readonly string[]> => {
  const { Targets } = (await call('events', 'ListTargetsByRule', onRule)) as {
    Targets: readonly { readonly Id: string }[];
  };
  return Targets.map(({ Id }) => Id);
};

const busTable = (world: World) => world.table<BusRecord>('events-buses');

/** A bus has one policy; each resource of the template is one statement of it. */
const changePolicy = (
  world: World,
  place: BusPlace,
  sid: string,
  statement: PolicyStatement | undefined,
): void => {
  const bus = busTable(world).get(busKey(place)) ?? { ...place, createdMs: 0 };
  const { Statement } = JSON.parse(bus.policy ?? '{"Statement":[]}') as { Statement: PolicyStatement[] };
  const statements = [...Statement.filter(({ Sid }) => Sid !== sid), ...(statement ? [statement] : [])];
  const { policy: _, ...rest } = bus;
  busTable(world).put(busKey(place), {
    ...rest,
    ...(statements.length === 0
      ? {}
      : { policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
  });
};
