/**
 * How long after the command the last start comes: the local service in real time, a lane full of cases that start
 * one a second, and `selfheal stop` in the middle of it. SSM is asked when it took each start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeAutomationExecutionsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startService } from '../cli/service/start-service.ts';
import { clientSettings } from '../sandbox/deployment.ts';
import { complianceEvent } from '../test/support/compliance-event.ts';
import type { Figure } from './figure.ts';

export interface StopSwitchRun {
  /** Starts that SSM had taken when the command was given. */
  readonly startsBefore: number;
  readonly startsInAll: number;
  /** From the command to its answer. */
  readonly answeredMs: number;
  /** From the command to the last start that SSM took; below 0: none came after it. */
  readonly lastStartMs: number;
}

/** @param waitMs from the start after which it is to be stopped to the command: runs differ in it */
export const measureStopSwitch = async (findings: number, waitMs: number): Promise<StopSwitchRun> => {
  const service = await startService({ port: 0, policyFile: 'policy.yml', speed: 1 });
  // SSM answers three such questions a second, and selfheal asks some of its own.
  const ssm = new SSMClient({
    ...clientSettings(service.sandboxUrl, LANE.account, LANE.region),
    maxAttempts: 10,
  });
  const starts = async (): Promise<readonly number[]> => {
    const { AutomationExecutionMetadataList = [] } = await ssm.send(
      new DescribeAutomationExecutionsCommand({ MaxResults: 50 }),
    );
    return AutomationExecutionMetadataList.map(
      ({ ExecutionStartTime }) => ExecutionStartTime?.getTime() ?? 0,
    );
  };
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${service.token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  try {
    const events = Array.from({ length: findings }, (_, n) =>
      complianceEvent({
        ...LANE,
        resourceType: 'AWS::S3::Bucket',
        resourceId: `bench-stop-${n}`,
        configRuleName: 's3-bucket-versioning-enabled',
        nowMs: Date.parse(service.now()),
      }),
    );
    await post('/api/events?withResource=true', events);
    for (let polls = 0; (await starts()).length < STARTED_BEFORE; polls += 1) {
      if (polls > POLLS_MAX) throw new Error(`fewer than ${STARTED_BEFORE} starts within a minute`);
      await sleep(POLL_MS);
    }
    await sleep(waitMs);
    const startsBefore = (await starts()).length;
    const orderedMs = Date.parse(service.now());
    await post('/api/stop', { scope: { kind: 'everything' }, reason: 'measured' });
    const answeredMs = Date.parse(service.now()) - orderedMs;
    await sleep(WATCHED_MS);
    const all = await starts();
    return {
      startsBefore,
      startsInAll: all.length,
      answeredMs,
      lastStartMs: Math.max(...all) - orderedMs,
    };
  } finally {
    ssm.destroy();
    await service.close();
  }
};

export const figureOfStopSwitch = (runs: readonly StopSwitchRun[], findings: number): Figure => {
  const worst = runs.reduce((one, other) => (other.lastStartMs > one.lastStartMs ? other : one));
  return {
    what: 'stop switch: from the command to the last start',
    value: Math.max(0, worst.lastStartMs) / 1_000,
    unit: 's',
    budget: 5,
    how:
      `The local service in real time, ${findings} findings in one lane, which start one a second; everything is ` +
      `stopped after the first ${STARTED_BEFORE}, and SSM is asked ${WATCHED_MS / 1_000} s later when it took each start. The worst of ${runs.length} runs; 0: none came after the command.`,
    parts: runs.map(
      ({ startsBefore, startsInAll, answeredMs, lastStartMs }) =>
        `${startsBefore} started before, ${startsInAll - startsBefore} after; the command took ${answeredMs} ms, the last start came ${lastStartMs} ms after it was given`,
    ),
  };
};

const LANE = { account: '222222222222', region: 'us-east-1' };
const STARTED_BEFORE = 5;
const POLL_MS = 500;
const POLLS_MAX = 120;
/** Twice what is promised, and more: a start that came late would be seen. */
const WATCHED_MS = 12_000;
