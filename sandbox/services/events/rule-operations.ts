/** EventBridge operations on buses, rules and targets. */
import { functionOfArn } from '../../lambda/function-arn.ts';
import { AwsError, type Operation } from '../../service.ts';
import {
  type BusPlace,
  type BusRecord,
  type BusStore,
  busArn,
  busOfArn,
  DEFAULT_BUS,
  placeOf,
  type RuleRecord,
  ruleArn,
  type Target,
} from './bus-store.ts';
import { compileEventPattern, InvalidPattern } from './event-pattern.ts';
import { page } from './page.ts';
import { InvalidSchedule, parseSchedule } from './schedule.ts';

interface OnBus {
  readonly EventBusName?: string;
}

interface PutRuleInput extends OnBus {
  readonly Name: string;
  readonly EventPattern?: string;
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly Description?: string;
  readonly RoleArn?: string;
}

interface Paged {
  readonly NamePrefix?: string;
  readonly NextToken?: string;
  readonly Limit?: number;
}

const TARGETS_MAX = 5;
const UNSUPPORTED_TARGET_MEMBERS = ['InputPath', 'InputTransformer'];

export const createRuleOperations = (buses: BusStore): Readonly<Record<string, Operation>> => {
  const setState =
    (state: string): Operation =>
    (input: OnBus & { Name: string }, context) =>
      buses.putRule({ ...buses.rule(placeOf(input.EventBusName, context), input.Name), state });

  return {
    CreateEventBus: (input: { Name: string; Description?: string }, { account, region, nowMs }) => {
      const place = { account, region, name: input.Name };
      if (buses.findBus(place) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${input.Name} already exists.`);
      }
      buses.putBus({
        ...place,
        createdMs: nowMs,
        ...(input.Description === undefined ? {} : { description: input.Description }),
      });
      return { EventBusArn: busArn(place) };
    },
    DeleteEventBus: (input: { Name: string }, context) => {
      if (input.Name === 'default')
        throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      const place = placeOf(input.Name, context);
      if (buses.rulesOn(place).length > 0)
        throw new AwsError('ValidationException', "Event bus can't be deleted since it has rules.");
      buses.deleteBus(place);
    },
    DescribeEventBus: (input: { Name?: string }, context) => tellBus(buses.bus(placeOf(input.Name, context))),
    ListEventBuses: (input: Paged, { account, region }) => {
      const found = buses
        .busesOf(account, region)
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      const { items, next } = page(found, input);
      return { EventBuses: items.map(tellBus), ...next };
    },

    PutRule: (input: PutRuleInput, context) => {
      const place = placeOf(input.EventBusName, context);
      buses.bus(place);
      if (input.EventPattern === undefined && input.ScheduleExpression === undefined) {
        throw new AwsError(
          'ValidationException',
          'Parameter(s) EventPattern or ScheduleExpression must be specified.',
        );
      }
      if (input.EventPattern !== undefined) checkPattern(input.EventPattern);
      if (input.ScheduleExpression !== undefined) checkSchedule(input.ScheduleExpression, place);
      const record: RuleRecord = {
        account: place.account,
        region: place.region,
        bus: place.name,
        name: input.Name,
        ...(input.EventPattern === undefined ? {} : { pattern: input.EventPattern }),
        ...(input.ScheduleExpression === undefined ? {} : { schedule: input.ScheduleExpression }),
        state: input.State ?? 'ENABLED',
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.RoleArn === undefined ? {} : { roleArn: input.RoleArn }),
        targets: buses.findRule(place, input.Name)?.targets ?? [],
      };
      buses.putRule(record);
      return { RuleArn: ruleArn(record) };
    },
    DescribeRule: (input: OnBus & { Name: string }, context) => {
      const record = buses.rule(placeOf(input.EventBusName, context), input.Name);
      return { ...tellRule(record), CreatedBy: record.account };
    },
    ListRules: (input: OnBus & Paged, context) => {
      const place = placeOf(input.EventBusName, context);
      buses.bus(place);
      const { items, next } = page(rulesOf(buses, place, input.NamePrefix), input);
      return { Rules: items.map(tellRule), ...next };
    },
    DeleteRule: (input: OnBus & { Name: string }, context) => {
      // Deleting what is not there is no error.
      const record = buses.findRule(placeOf(input.EventBusName, context), input.Name);
      if (record === undefined) return;
      if (record.targets.length > 0)
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      buses.deleteRule(record);
    },
    EnableRule: setState('ENABLED'),
    DisableRule: setState('DISABLED'),

    PutTargets: (input: OnBus & { Rule: string; Targets: readonly Target[] }, context) => {
      const record = buses.rule(placeOf(input.EventBusName, context), input.Rule);
      for (const target of input.Targets) checkTarget(target);
      const ids = new Set(input.Targets.map(({ Id }) => Id));
      const targets = [...record.targets.filter(({ Id }) => !ids.has(Id)), ...input.Targets];
      if (targets.length > TARGETS_MAX) {
        throw new AwsError(
          'LimitExceededException',
          'The requested resource exceeds the maximum number allowed.',
        );
      }
      buses.putRule({ ...record, targets });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: (input: OnBus & Paged & { Rule: string }, context) => {
      const { items, next } = page(
        buses.rule(placeOf(input.EventBusName, context), input.Rule).targets,
        input,
      );
      return { Targets: items, ...next };
    },
    RemoveTargets: (input: OnBus & { Rule: string; Ids: readonly string[] }, context) => {
      const record = buses.rule(placeOf(input.EventBusName, context), input.Rule);
      const known = new Set(record.targets.map(({ Id }) => Id));
      buses.putRule({ ...record, targets: record.targets.filter(({ Id }) => !input.Ids.includes(Id)) });
      const missing = input.Ids.filter((id) => !known.has(id));
      return {
        FailedEntryCount: missing.length,
        FailedEntries: missing.map((TargetId) => ({
          TargetId,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Rule ${record.name} does not have a target with the Id ${TargetId}.`,
        })),
      };
    },
    ListRuleNamesByTarget: (input: OnBus & Paged & { TargetArn: string }, context) => {
      const rules = rulesOf(buses, placeOf(input.EventBusName, context));
      const { items, next } = page(
        rules.filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn)),
        input,
      );
      return { RuleNames: items.map(({ name }) => name), ...next };
    },
    TestEventPattern: (input: { EventPattern: string; Event: string }) => ({
      Result: checkPattern(input.EventPattern)(parseEvent(input.Event)),
    }),
  };
};

const rulesOf = (buses: BusStore, place: BusPlace, prefix = ''): RuleRecord[] =>
  buses
    .rulesOn(place)
    .map(({ record }) => record)
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const tellBus = (bus: BusRecord): unknown => ({
  Name: bus.name,
  Arn: busArn(bus),
  ...(bus.description === undefined ? {} : { Description: bus.description }),
  ...(bus.policy === undefined ? {} : { Policy: bus.policy }),
});

const tellRule = (record: RuleRecord) => ({
  Name: record.name,
  Arn: ruleArn(record),
  EventPattern: record.pattern,
  ScheduleExpression: record.schedule,
  State: record.state,
  Description: record.description,
  RoleArn: record.roleArn,
  EventBusName: record.bus,
});

const checkPattern = (pattern: string) => {
  try {
    return compileEventPattern(pattern);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
    );
  }
};

const checkSchedule = (schedule: string, { name }: BusPlace): void => {
  if (name !== DEFAULT_BUS)
    throw new AwsError(
      'ValidationException',
      'ScheduleExpression is supported only on the default event bus.',
    );
  try {
    parseSchedule(schedule);
  } catch (error) {
    if (!(error instanceof InvalidSchedule)) throw error;
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
  }
};

const parseEvent = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  }
};

const checkTarget = (target: Target): void => {
  const unsupported = UNSUPPORTED_TARGET_MEMBERS.find((name) => name in target);
  if (unsupported !== undefined)
    throw new AwsError('ValidationException', `The sandbox's targets have no ${unsupported}.`);
  const isQueue = /^arn:[\w-]+:sqs:[^:]+:\d{12}:[\w-]+$/.test(target.Arn);
  if (!isQueue && busOfArn(target.Arn) === undefined && functionOfArn(target.Arn) === undefined) {
    throw new AwsError(
      'ValidationException',
      `Parameter ${target.Arn} is not valid. Reason: the sandbox delivers to SQS queues, event buses and functions only.`,
    );
  }
};
