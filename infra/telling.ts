/**
 * What tells people: texts, the links in them, and the topics they go to. Who only shows what there is, or looks after
 * selfheal itself, tells nobody, and its function carries none of it.
 */
import { SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import type { MessageNeeds } from '../domain/message/messages.ts';
import type { Ports } from '../domain/ports.ts';
import type { LinkParts } from './links/compose-links.ts';
import { linksOnDemand } from './links/links-on-demand.ts';
import { messagesOnDemand } from './messages-on-demand.ts';
import { createAnnouncer } from './sns/announcer.ts';

export interface TellingParts extends LinkParts, Pick<MessageNeeds, 'catalog' | 'accountName'> {
  readonly ports: Pick<Ports, 'cases' | 'clock' | 'log'>;
  readonly aws: SNSClientConfig;
  /** From the name that a policy uses to the topic's ARN. */
  readonly topicArn: (name: string) => string;
}

export type Told = Pick<Ports, 'announcer' | 'messages' | 'links'>;

export const tellsPeople = ({ ports, aws, topicArn, catalog, accountName, ...parts }: TellingParts): Told => {
  // Without pages there is nowhere to lead people to.
  const toDecision = parts.settings.consoleUrl === undefined ? {} : { links: linksOnDemand(parts) };
  return {
    announcer: createAnnouncer({ sns: new SNSClient(aws), topicArn }),
    ...toDecision,
    messages: messagesOnDemand({
      catalog,
      ports: { ...ports, ...toDecision },
      ...(accountName && { accountName }),
    }),
  };
};
