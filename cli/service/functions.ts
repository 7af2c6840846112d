/** The functions as a deployment runs them: each queue mapped to its handler, and by the clock what a schedule invokes. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { onComplianceChange } from '../../handlers/on-compliance-change.ts';
import { onExecutionStatus } from '../../handlers/on-execution-status.ts';
import { onReport } from '../../handlers/on-report.ts';
import { onSchedule } from '../../handlers/on-schedule.ts';
import { onTick } from '../../handlers/on-tick.ts';
import { onWake } from '../../handlers/on-wake.ts';
import type { App } from '../../infra/compose.ts';
import type { ReportJobs } from '../../infra/compose-report.ts';
import type { Scheduled } from '../../infra/compose-scheduled.ts';
import { PATIENCE, requestHandlerFor, SDK_SETTINGS } from '../../infra/sdk-settings.ts';
import { clientSettings, type Deployment, HUB_REGION } from '../../sandbox/deployment.ts';
import {
  type EventSourceMapping,
  runEventSourceMapping,
  type SqsFunction,
} from '../../sandbox/lambda/event-source-mapping.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { EVENT_SOURCES, SCHEDULES, type Schedule } from './event-sources.ts';

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

type ScheduledFunction = (event: unknown, context: Context) => Promise<unknown>;

/** Runs everything until it is closed. */
export const runFunctions = (
  app: App,
  { scheduled, reports }: { readonly scheduled: Scheduled; readonly reports: ReportJobs },
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
  const byName: Readonly<Record<Schedule['functionName'], ScheduledFunction>> = {
    'selfheal-tick': onTick(app),
    'selfheal-report': onReport(reports, log),
  };
  const timers = SCHEDULES.map(({ functionName, order, everyMs }) => {
    let isAtWork = false;
    return setInterval(async () => {
      // Where time runs fast the next one is due before this one is done, and would do the same.
      if (isAtWork) return;
      isAtWork = true;
      await byName[functionName](order === undefined ? {} : { kind: order }, NO_CONTEXT).catch(failed);
      isAtWork = false;
    }, everyMs / speed);
  });
  return {
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(mappings.map((mapping) => mapping.close()));
    },
  };
};

/** SQS holds a receive for up to 20 s when its queue is empty. */
const LONG_POLL_ANSWER_MS_MAX = 30_000;
