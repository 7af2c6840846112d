/**
 * What people are sent: its shape, and how any text is made harmless in it. The texts themselves are in `message/`,
 * which is loaded when somebody is told something: see `Ports.messages`.
 */
export interface Message {
  /** At most 100 printable ASCII characters: what SNS allows. */
  readonly subject: string;
  readonly text: string;
  /** For SNS filter policies: ten at most, none of them empty. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The same for machines; absent: subject and text are all there is. */
  readonly facts?: MessageFacts;
  /** The same for chat; absent: it is made of subject and text. */
  readonly chat?: ChatMessage;
}

/** What a message says, for machines: `docs/message.schema.json` says which fields there are. */
export interface MessageFacts extends Readonly<Record<string, unknown>> {
  /** Raised when a field that was there changes its meaning or goes. */
  readonly version: 1;
  readonly kind: string;
  readonly subject: string;
}

/** A custom notification of AWS Chatbot, as it documents them. */
export interface ChatMessage {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords?: readonly string[];
  };
  readonly metadata: {
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** Where the platform engineer listens, whatever the policy says of its own topics. */
export const OPERATIONS_TOPIC = 'selfheal-operations';

/** One line without control or direction-changing characters, cut to length. */
export const inert = (text: string, charsMax: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]+/gu, ' ');
  // A cut must not leave half a character behind.
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

export const ascii = (text: string, charsMax: number): string => {
  const line = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 3)}...`;
};
