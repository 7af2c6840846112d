/** Topics, their subscriptions, and the last messages published to them. */
import type { Table, World } from '../../service.ts';

export interface Topic {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly owner: string;
  readonly protocol: 'sqs' | 'email';
  readonly endpoint: string;
  /** An address has to confirm before it gets anything; nobody can, here. */
  readonly pending: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface SnsAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface PublishedMessage {
  readonly number: number;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** What most subscribers get: of a structured message its default. */
  readonly message: string;
  /** Of a structured message: a text for each protocol that it names. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, SnsAttribute>>;
  readonly publishedMs: number;
}

/** Of each topic. */
export const MESSAGES_KEPT_MAX = 1_000;

export class TopicStore {
  readonly topics: Table<Topic>;
  readonly subscriptions: Table<Subscription>;
  readonly #messages: Table<PublishedMessage>;
  readonly #byTopic = new Map<string, PublishedMessage[]>();
  #lastNumber = 0;

  constructor(world: World) {
    this.topics = world.table('sns-topics');
    this.subscriptions = world.table('sns-subscriptions');
    this.#messages = world.table('sns-messages');
    const stored = [...this.#messages.values()].sort((a, b) => a.number - b.number);
    for (const message of stored) this.#remember(message);
  }

  subscriptionsOf(topicArn: string): Subscription[] {
    return [...this.subscriptions.values()].filter((subscription) => subscription.topicArn === topicArn);
  }

  keep(message: Omit<PublishedMessage, 'number'>): void {
    const numbered = { number: this.#lastNumber + 1, ...message };
    this.#messages.put(message.messageId, numbered);
    this.#remember(numbered);
  }

  /** In the order of publishing. */
  messages(topicArn?: string): readonly PublishedMessage[] {
    if (topicArn !== undefined) return [...(this.#byTopic.get(topicArn) ?? [])];
    return [...this.#byTopic.values()].flat().sort((a, b) => a.number - b.number);
  }

  #remember(message: PublishedMessage): void {
    const kept = this.#byTopic.get(message.topicArn) ?? [];
    this.#byTopic.set(message.topicArn, kept);
    kept.push(message);
    this.#lastNumber = Math.max(this.#lastNumber, message.number);
    if (kept.length > MESSAGES_KEPT_MAX) this.#messages.delete(kept.shift()?.messageId ?? '');
  }
}
