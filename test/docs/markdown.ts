/** Reads README.md and docs/ as tests see them: code blocks, links, and parts that are written by a program. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Ends in a slash. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export const readDoc = (file: string): string => readFileSync(join(root, file), 'utf8');

/** README.md and every page below docs/, by their paths from the root. */
export const docFiles = (): readonly string[] => [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
];

export interface CodeBlock {
  readonly file: string;
  /** Counted from 1: where the block's fence stands. */
  readonly line: number;
  /** What stands behind the opening fence, word by word: `['sh', 'run']`. */
  readonly info: readonly string[];
  readonly text: string;
}

export const codeBlocks = (file: string, text = readDoc(file)): readonly CodeBlock[] => {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: readonly string[]; lines: string[] } | undefined;
  text.split('\n').forEach((line, index) => {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) {
      open?.lines.push(line);
    } else if (open === undefined) {
      open = { line: index + 1, info: (fence[1] ?? '').trim().split(/\s+/), lines: [] };
    } else {
      blocks.push({ file, line: open.line, info: open.info, text: open.lines.join('\n') });
      open = undefined;
    }
  });
  return blocks;
};

export const allBlocks = (): readonly CodeBlock[] => docFiles().flatMap((file) => codeBlocks(file));

/** The text without its code blocks: what people read. */
export const prose = (text: string): string => text.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, '');

const begin = (name: string): string =>
  `<!-- begin: ${name}, written by \`npx tsx test/docs/write-docs.ts\` -->`;
const end = (name: string): string => `<!-- end: ${name} -->`;

/** The part of a page between its two marks. */
export const generatedPart = (text: string, name: string): string => {
  const from = text.indexOf(begin(name));
  const to = text.indexOf(end(name));
  if (from < 0 || to < from)
    throw new Error(`there is no part "${name}": it stands between ${begin(name)} and ${end(name)}`);
  return text.slice(from + begin(name).length, to).trim();
};

export const withGeneratedPart = (text: string, name: string, part: string): string => {
  const old = generatedPart(text, name);
  return text.replace(`${begin(name)}\n\n${old}`, () => `${begin(name)}\n\n${part}`);
};
