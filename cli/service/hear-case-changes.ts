/** Hears of every change of a case as any other system would: by a rule on selfheal's bus and a queue of its own. */
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import {
  CASE_CHANGED_DETAIL_TYPE,
  CASE_CHANGED_SOURCE,
  type CaseChanged,
} from '../../domain/case-changed.ts';
import { SDK_SETTINGS } from '../../infra/sdk-settings.ts';
import { clientSettings, EVENT_BUS_NAME, HUB_REGION } from '../../sandbox/deployment.ts';
import { pollOnce } from '../../sandbox/lambda/event-source-mapping.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';

const NAME = 'live-view';
const QUEUE_ARN = `arn:aws:sqs:${HUB_REGION}:${HUB_ACCOUNT}:${NAME}`;
const RULE_ARN = `arn:aws:events:${HUB_REGION}:${HUB_ACCOUNT}:rule/${EVENT_BUS_NAME}/${NAME}`;

export interface Hearing {
  /** Tells of every change that is waiting. */
  listen(): Promise<void>;
  close(): void;
}

export const hearCaseChanges = async (
  { url }: Pick<Sandbox, 'url'>,
  listener: (change: CaseChanged) => void,
): Promise<Hearing> => {
  const settings = clientSettings(url, HUB_ACCOUNT, HUB_REGION);
  const sqs = new SQSClient({ ...SDK_SETTINGS, ...settings });
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: NAME, Attributes: { Policy: JSON.stringify(LETS_THE_RULE_IN) } }),
  );
  const events = new EventBridgeClient(settings);
  await events.send(
    new PutRuleCommand({
      Name: NAME,
      EventBusName: EVENT_BUS_NAME,
      EventPattern: JSON.stringify({
        source: [CASE_CHANGED_SOURCE],
        'detail-type': [CASE_CHANGED_DETAIL_TYPE],
      }),
    }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: NAME,
      EventBusName: EVENT_BUS_NAME,
      Targets: [{ Id: NAME, Arn: QUEUE_ARN }],
    }),
  );
  events.destroy();
  const queue = {
    sqs,
    queueUrl: QueueUrl,
    queueArn: QUEUE_ARN,
    concurrencyMax: 1,
    invoke: async ({ Records }: SQSEvent) => {
      for (const { body } of Records) listener((JSON.parse(body) as { detail: CaseChanged }).detail);
      return null;
    },
  };
  return {
    listen: async () => {
      while ((await pollOnce(queue, { waitSeconds: 0 })) > 0);
    },
    close: () => sqs.destroy(),
  };
};

const LETS_THE_RULE_IN = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: QUEUE_ARN,
      Condition: { ArnEquals: { 'aws:SourceArn': RULE_ARN } },
    },
  ],
};
