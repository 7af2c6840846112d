/** What EventBridge's operations need. */
import { busArn, placeOf, type Target } from '../../services/events/bus-store.ts';
import { type AccessRow, type AccessRows, type CallSite, type Need, withoutResource } from './access-row.ts';

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
}

const putEvents = ({ Entries }: { readonly Entries: readonly Entry[] }, site: CallSite): readonly Need[] =>
  Entries.map(({ EventBusName, Source, DetailType }) => ({
    action: 'events:PutEvents',
    resource: busArn(placeOf(EventBusName, site)),
    context: {
      ...(Source === undefined ? {} : { 'events:source': Source }),
      ...(DetailType === undefined ? {} : { 'events:detail-type': DetailType }),
    },
  }));

const onBus =
  (operation: string): AccessRow =>
  ({ Name }: { readonly Name?: string }, site) => [
    { action: `events:${operation}`, resource: busArn(placeOf(Name, site)) },
  ];

/** A rule's ARN names its bus, but for the default one. */
const onRule =
  (operation: string): AccessRow =>
  (input: { readonly Name?: string; readonly Rule?: string; readonly EventBusName?: string }, site) => {
    const { account, region, name } = placeOf(input.EventBusName, site);
    const rule = `${name === 'default' ? '' : `${name}/`}${input.Name ?? input.Rule}`;
    return [{ action: `events:${operation}`, resource: `arn:aws:events:${region}:${account}:rule/${rule}` }];
  };

const passRole = (resource: string): Need => ({
  action: 'iam:PassRole',
  resource,
  context: { 'iam:PassedToService': 'events.amazonaws.com' },
});

export const EVENTS_ACCESS: AccessRows = {
  ...withoutResource('events', [
    'ListEventBuses',
    'ListRuleNamesByTarget',
    'ListRules',
    'PutPermission',
    'RemovePermission',
    'TestEventPattern',
  ]),
  CreateEventBus: onBus('CreateEventBus'),
  DeleteEventBus: onBus('DeleteEventBus'),
  DescribeEventBus: onBus('DescribeEventBus'),
  PutEvents: putEvents,
  DeleteRule: onRule('DeleteRule'),
  DescribeRule: onRule('DescribeRule'),
  DisableRule: onRule('DisableRule'),
  EnableRule: onRule('EnableRule'),
  PutRule: onRule('PutRule'),
  PutTargets: (input: { readonly Targets: readonly Target[] }, site) => [
    ...onRule('PutTargets')(input, site),
    ...input.Targets.flatMap(({ RoleArn: resource }) => (resource === undefined ? [] : passRole(resource))),
  ],
  ListTargetsByRule: onRule('ListTargetsByRule'),
  RemoveTargets: onRule('RemoveTargets'),
};
