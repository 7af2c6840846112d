/**
 * The variant of a message for chat: a custom notification of AWS Chatbot (Amazon Q Developer in chat applications),
 * which shows it in Slack or Teams as each shows markdown. Text from outside mentions nobody, links nowhere and
 * formats nothing there.
 */
import type { Severity } from '../catalog/catalog.ts';
import type { ChatMessage } from '../message.ts';
import type { Section } from './parts.ts';

export interface ChatInput {
  readonly kind: string;
  readonly subject: string;
  /** What belongs together stands in one thread. */
  readonly thread: string;
  readonly severity?: Severity;
  readonly sections: readonly Section[];
  readonly link?: string;
  /** What it leads to. Default: `Decide here`. */
  readonly linkSays?: string;
  /** Commands. */
  readonly next: readonly string[];
  readonly about: Readonly<Record<string, string>>;
}

export const chatOf = (input: ChatInput): ChatMessage => {
  const { kind, subject, thread, severity, sections, link, linkSays = 'Decide here', next, about } = input;
  const title = inChat(subject);
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title,
      description: withinChars(sections.flatMap(linesInChat(link)), DESCRIPTION_CHARS_MAX),
      ...(next.length + (link === undefined ? 0 : 1) > 0 && {
        nextSteps: [
          ...(link === undefined ? [] : [`${linkSays}: ${link}`]),
          ...next.map((command) => `\`${inChat(command)}\``),
        ]
          .filter((step) => step.length <= STEP_CHARS_MAX)
          .slice(0, STEPS_MAX),
      }),
      keywords: ['selfheal', kind, ...(severity === undefined ? [] : [severity])],
    },
    metadata: {
      threadId: thread.slice(0, 100),
      summary: title,
      eventType: `selfheal-${kind}`,
      additionalContext: Object.fromEntries(
        Object.entries(about).map(([name, value]) => [name, inChat(value).slice(0, 200)]),
      ),
    },
  };
};

/**
 * A text in which neither Slack nor Teams finds anything to format, to link or to notify: what would do it is there
 * in another letter that looks like it.
 *
 * @example
 * inChat('<!channel> *free* https://example.com') // '‹!channel› ∗free∗ https:⁄⁄example.com'
 */
export const inChat = (text: string): string =>
  text
    .replaceAll('://', ':⁄⁄')
    .replace(/\](?=[([])/g, '］')
    .replace(/[<>@*~`|#\\&]/g, (char) => LOOKALIKES[char] ?? char)
    // Within a word it formats nothing, and names are full of it.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '＿');

const LOOKALIKES: Readonly<Record<string, string>> = {
  '<': '‹',
  '>': '›',
  '@': '＠',
  '*': '∗',
  '~': '∼',
  '`': 'ˋ',
  '|': '¦',
  '#': '＃',
  '\\': '＼',
  '&': '＆',
};

const linesInChat =
  (link: string | undefined) =>
  ({ title, lines }: Section): readonly string[] => {
    // Decided on is below, among the next steps.
    const said = lines.filter((line) => line !== link && line !== '' && !line.startsWith('selfheal '));
    if (said.length === 0) return [];
    return title === undefined
      ? said.map(inChat)
      : ['', `*${inChat(title)}*`, ...said.map((line) => `• ${inChat(line)}`)];
  };

/** Whole lines only: half of one could say the opposite. */
const withinChars = (lines: readonly string[], charsMax: number): string => {
  const kept: string[] = [];
  let chars = 0;
  for (const line of lines) {
    chars += line.length + 1;
    if (chars > charsMax - CUT.length) return [...kept, CUT].join('\n');
    kept.push(line);
  }
  return kept.join('\n');
};

const CUT = '… the rest is in the case.';
// What Amazon documents: a title of 250 characters, a description of 8,000. The rest keeps well below what it shows.
const DESCRIPTION_CHARS_MAX = 8_000;
const STEP_CHARS_MAX = 1_000;
const STEPS_MAX = 5;
