/** The functions as a deployment runs them: each queue mapped to its handler, and the tick once a minute. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { minuteMs } from '../../domain/time.ts';
import { onComplianceChange } from '../../handlers/on-compliance-change.ts';
import { onExecutionStatus } from '../../handlers/on-execution-status.ts';
import { onSchedule } from '../../handlers/on-schedule.ts';
import { onTick } from '../../handlers/on-tick.ts';
import { onWake } from '../../handlers/on-wake.ts';
import type { App } from '../../infra/compose.ts';
import type { Scheduled } from '../../infra/compose-scheduled.ts';
import { PATIENCE, requestHandlerFor, SDK_SETTINGS } from '../../infra/sdk-settings.ts';
import { clientSettings, type Deployment, HUB_REGION } from '../../sandbox/deployment.ts';
import {
  type EventSourceMapping,
  runEventSourceMapping,
  type SqsFunction,
} from '../../sandbox/lambda/event-source-mapping.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { EVENT_SOURCES } from './event-sources.ts';

/** The handlers take nothing from Lambda's context. */
export const NO_CONTEXT = {} as Context;

export const eventSourceMappings = (
  app: App,
  { queues }: Deployment,
  sandboxUrl: string,
  /** Absent: what is due by schedule stays in its queue. */
  scheduled?: Scheduled,
): readonly EventSourceMapping[] => {
  const sqs = new SQSClient({
    ...SDK_SETTINGS,
    ...clientSettings(sandboxUrl, HUB_ACCOUNT, HUB_REGION),
    requestHandler: requestHandlerFor({ ...PATIENCE, answerMsMax: LONG_POLL_ANSWER_MS_MAX }),
  });
  const mapping = (
    source: keyof typeof EVENT_SOURCES,
    handler: (event: Parameters<SqsFunction>[0], context: Context) => ReturnType<SqsFunction>,
  ): EventSourceMapping => {
    const { batchSize, concurrencyMax } = EVENT_SOURCES[source];
    const { url, arn } = queues[source];
    const invoke: EventSourceMapping['invoke'] = (event) => handler(event, NO_CONTEXT);
    return { sqs, queueUrl: url, queueArn: arn, invoke, batchSize, concurrencyMax };
  };
  return [
    mapping('compliance', onComplianceChange(app)),
    mapping('executions', onExecutionStatus(app)),
    mapping('wakes', onWake(app)),
    ...(scheduled === undefined ? [] : [mapping('scheduled', onSchedule(app, scheduled))]),
  ];
};

/** Runs everything until it is closed. */
export const runFunctions = (
  app: App,
  scheduled: Scheduled,
  deployment: Deployment,
  sandboxUrl: string,
  speed: number,
): { close(): Promise<void> } => {
  const { log } = app.ports;
  const failed = (error: unknown) =>
    log.error('function failed', { reason: error instanceof Error ? error.message : String(error) });
  const mappings = eventSourceMappings(app, deployment, sandboxUrl, scheduled).map((mapping) =>
    runEventSourceMapping(mapping, failed),
  );
  const tick = onTick(app);
  const ticking = setInterval(() => {
    tick({}, NO_CONTEXT).catch(failed);
  }, minuteMs / speed);
  return {
    close: async () => {
      clearInterval(ticking);
      await Promise.all(mappings.map((mapping) => mapping.close()));
    },
  };
};

/** SQS holds a receive for up to 20 s when its queue is empty. */
const LONG_POLL_ANSWER_MS_MAX = 30_000;
