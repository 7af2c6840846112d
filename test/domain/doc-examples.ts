/** Finds the examples in doc comments: code, and after two slashes the value that it has. */

export interface DocExample {
  /** What the example needs before it: its `const` lines. */
  readonly prelude: string;
  readonly code: string;
  /** As written: JavaScript where the example can be run, prose where it only illustrates. */
  readonly value: string;
}

export const docExamples = (source: string): readonly DocExample[] =>
  [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(([comment]) =>
    plainText(comment)
      .split(/(?<=^|\s)@example\s/)
      .slice(1)
      .flatMap((example) => examplesIn(example.split(/^@/m)[0] ?? '')),
  );

const plainText = (comment: string): string =>
  comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n');

const examplesIn = (text: string): readonly DocExample[] => {
  const examples: DocExample[] = [];
  let prelude = '';
  let code = '';
  for (const line of text.split('\n')) {
    const [, before = line, value] = /^(.*?)\s*(?<=^|\s)\/\/ (.*)$/.exec(line) ?? [];
    code = `${code}${before}\n`;
    if (value !== undefined) {
      examples.push({ prelude, code: code.trim().replace(/;$/, ''), value: value.trim() });
      code = '';
    } else if (/^(const|let) .*;\s*$/.test(code.trim())) {
      prelude += `${code.trim()}\n`;
      code = '';
    }
  }
  return examples;
};
