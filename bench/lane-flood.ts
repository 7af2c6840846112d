/**
 * A hundred findings of one lane at one instant: SSM starts one automation a second there, so the last start
 * can be no sooner than some hundred seconds after the first event. Sandbox time, driven.
 */
import { epochMs, minuteMs } from '../domain/time.ts';
import { executions } from '../sandbox/services/ssm/execution.ts';
import { breakResource, createResource } from '../sandbox/world/admin.ts';
import { changeSettings } from '../sandbox/world/settings.ts';
import { drivenWorld } from '../test/support/driven-world.ts';
import { trusting } from '../test/support/trusting-policy.ts';
import type { Figure } from './figure.ts';

export interface LaneFlood {
  readonly findings: number;
  readonly firstStartSeconds: number;
  readonly lastStartSeconds: number;
}

export const measureLaneFlood = async (findings: number): Promise<LaneFlood> => {
  let firstEventMs: number | undefined;
  const world = await drivenWorld({
    stepMs: STEP_MS,
    policyChanged: trusting,
    decorate: (ports) => ({
      ...ports,
      cases: {
        ...ports.cases,
        newestOf: (findingId) => {
          firstEventMs ??= epochMs(ports.clock.now());
          return ports.cases.newestOf(findingId);
        },
      },
    }),
  });
  try {
    const { sandbox } = world;
    // Everything is reported in the instant in which it breaks.
    changeSettings(sandbox.world, { recorderDelayMs: 0, evaluationDelayMsMin: 0, evaluationDelayMsMax: 0 });
    for (let number = 0; number < findings; number += 1) {
      const name = `bench-flood-${number}`;
      const nowMs = sandbox.clock.nowMs();
      createResource(sandbox.world, { ...LANE, type: 'AWS::S3::Bucket', name }, nowMs);
      breakResource(sandbox.world, name, { ...LANE, rule: RULE, nowMs });
    }
    sandbox.wake();
    const started = () => [...executions(sandbox.world).values()].map(({ requestedMs }) => requestedMs);
    await world.until(() => started().length >= findings, 10 * minuteMs);
    const sinceEventSeconds = (ms: number) => (ms - (firstEventMs ?? 0)) / 1_000;
    return {
      findings,
      firstStartSeconds: sinceEventSeconds(Math.min(...started())),
      lastStartSeconds: sinceEventSeconds(Math.max(...started())),
    };
  } finally {
    await world.close();
  }
};

export const figureOfLaneFlood = ({ findings, firstStartSeconds, lastStartSeconds }: LaneFlood): Figure => ({
  what: `${findings} findings at once in one lane: last start`,
  value: lastStartSeconds,
  unit: 's after the first event',
  budget: findings + 1,
  how:
    `Sandbox time, driven in steps of ${STEP_MS} ms; the whole of selfheal with real clients and queues, and ` +
    "the sandbox's SSM refusing what is more than one start a second.",
  parts: [`the first start came ${firstStartSeconds} s after the first event`],
});

const LANE = { account: '222222222222', region: 'us-east-1' };
const RULE = 'S3_BUCKET_VERSIONING_ENABLED';
const STEP_MS = 200;
