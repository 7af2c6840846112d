/** What must have come to be, some time after faults stopped. */
import { isClosed } from '../../domain/case/case.ts';
import { findingId } from '../../domain/finding.ts';
import type { Lease } from '../../infra/dynamodb/scope-item.ts';
import { reportKey, type World } from './world.ts';

export const unfinished = (world: World): readonly string[] => [
  ...stuckCases(world),
  ...leakedPermits(world),
  ...forgotten(world),
];

/** 7. Every case reaches a closed state or a person; what is only observed stays. */
const stuckCases = (world: World): readonly string[] =>
  world
    .cases()
    .filter(
      ({ state, mode }) =>
        !isClosed(state) &&
        state.name !== 'needs-human' &&
        !(state.name === 'observing' && mode === 'observe'),
    )
    .map(({ id, state }) => `invariant 7: ${id} is ${state.name}`);

/** 7. No permit is leaked: nothing is at work, so nothing is held. What has expired is held by nobody. */
const leakedPermits = (world: World): readonly string[] =>
  world.table.items().flatMap((item) => {
    const leases = Object.entries(item).filter(([name]) => name.startsWith('lease#'));
    const held = leases.filter(([, lease]) => (lease as Lease).expiresAt > world.scheduler.now());
    return [
      ...held.map(([name, lease]) => `invariant 7: ${item.pk} holds ${name} for ${(lease as Lease).holder}`),
      ...(Number(item.held ?? 0) === leases.length
        ? []
        : [`invariant 7: ${item.pk} counts ${item.held}, but has ${leases.length} leases`]),
    ];
  });

/** 8. What Config says is broken, and has told us, has a case. */
const forgotten = (world: World): readonly string[] =>
  world.config.watched.flatMap((watched) => {
    const { evaluation, account, region, resourceId, rule } = watched;
    const id = findingId({ account, region, rule: rule.name, resourceType: 'AWS::S3::Bucket', resourceId });
    const newest = world.newestOf(id);
    if (evaluation?.compliance !== 'NON_COMPLIANT' || newest === undefined) return [];
    const origin = { ...newest.origin, region, configRuleName: rule.name };
    const isDropped = world.droppedReports.has(reportKey({ account, origin, resourceId }));
    return isDropped ||
      !isClosed(newest.state) ||
      newest.state.name === 'denied' ||
      newest.state.name === 'closed-by-human'
      ? []
      : [
          `invariant 8: ${resourceId} is NON_COMPLIANT since ${evaluation.recordedAt}, but ${newest.id} is ${newest.state.name}`,
        ];
  });
