/**
 * One message for each way in which it is delivered, as SNS takes them with `MessageStructure: json`: text for
 * people, JSON for machines, a custom notification for chat, the subject for a phone.
 */
import type { Message } from '../message.ts';
import { chatOf } from './chat.ts';
import { FACTS_VERSION } from './facts.ts';

/** By protocol; `default` is there always. */
export type Variants = { readonly default: string } & Readonly<Record<string, string>>;

/**
 * `https` is what Amazon Q Developer in chat applications reads: `{"version":"1.0","source":"custom", …}`.
 */
export const variantsOf = ({ subject, text, attributes, facts, chat }: Message): Variants => {
  const kind = attributes.kind ?? 'notice';
  const machine = JSON.stringify(
    facts ?? { version: FACTS_VERSION, kind, subject, text: cut(text, TEXT_CHARS_MAX) },
  );
  const plain = cut(text, TEXT_CHARS_MAX);
  const said =
    chat ??
    chatOf({ kind, subject, thread: kind, sections: [{ lines: plain.split('\n') }], next: [], about: {} });
  const all = {
    default: plain,
    sms: subject,
    ...Object.fromEntries(MACHINES.map((protocol) => [protocol, machine])),
    // AWS Chatbot subscribes by HTTPS. A machine that does must read that, or HTTP, or a queue.
    https: JSON.stringify(said),
  };
  // A message that SNS refuses for its size would be told to nobody, again and again.
  return bytesOf(all) <= BYTES_MAX ? all : { default: plain, https: all.https };
};

const MACHINES = ['sqs', 'lambda', 'firehose', 'http'] as const;

const bytesOf = (variants: Variants): number => new TextEncoder().encode(JSON.stringify(variants)).length;

const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax
    ? text
    : `${text.slice(0, charsMax).replace(/[\ud800-\udbff]$/, '')}\n… the rest is in the case.`;

/** Of 256 KB, which the attributes and SNS's own names share. */
const BYTES_MAX = 230_000;
/** Four bytes each at most, and quoted once more: it fits. */
const TEXT_CHARS_MAX = 30_000;
