/**
 * Reads YAML with its places kept, so that every complaint can point at a line. Stricter than YAML:
 * one document, no anchors or aliases (they can blow up a small file), no duplicate keys, plain data only.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
} from 'yaml';
import {
  cut,
  type DocumentPath,
  formatPath,
  type PathProblem,
  type PolicyProblem,
  shown,
} from './policy-problem.ts';

export interface LocatedDocument {
  readonly data: unknown;
  /** Gives problems found in `data` their line and column. */
  locate(problem: PathProblem): PolicyProblem;
}

export type YamlReading =
  | { readonly ok: true; readonly document: LocatedDocument }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** What the file should hold, for those who left it empty. */
export interface Wanted {
  readonly what: string;
  readonly begin: string;
}

/** Longer files than this (UTF-16 code units) are refused unread. */
export const TEXT_LENGTH_MAX = 512 * 1024;
const NESTING_MAX = 40;

/**
 * @param isText tells at which paths a number or a boolean is meant as text: `account: 012345678901`
 */
export const readYaml = (
  text: string,
  file: string,
  isText: (path: DocumentPath) => boolean,
  { what, begin }: Wanted = { what: 'a policy', begin: 'begin with "version: 1" and "entries:"' },
): YamlReading => {
  const problemAt = (
    line: number,
    column: number,
    expected: string,
    found: string,
    action?: string,
  ): PolicyProblem => ({
    file,
    line,
    column,
    path: '',
    expected,
    found,
    ...(action === undefined ? {} : { action }),
  });
  const refused = (...problems: readonly PolicyProblem[]): YamlReading => ({ ok: false, problems });

  if (text.length > TEXT_LENGTH_MAX) {
    return refused(problemAt(1, 1, `at most ${TEXT_LENGTH_MAX} characters`, `${text.length}`, 'split it'));
  }
  const composed = compose(text);
  if (composed.refused !== undefined)
    return refused(problemAt(1, 1, composed.refused.expected, composed.refused.found));
  const { documents } = composed;

  const [document] = documents;
  if (document === undefined || document.contents === null) {
    return refused(problemAt(1, 1, what, 'an empty file', begin));
  }
  const lines = new Lines(text);
  const placed = (offset: number): { line: number; column: number } => {
    const { line, column } = lines.placeOf(offset);
    // Editors do not count a byte order mark as a column.
    const hidden = line === 1 && text.startsWith('\uFEFF') ? 1 : 0;
    return { line, column: Math.max(1, column - hidden) };
  };
  const syntax = [...document.errors, ...document.warnings].map((error) => {
    const { line, column } = placed(error.pos[0]);
    return problemAt(line, column, 'valid YAML', shownSentence(error.message));
  });
  const second = documents[1];
  if (second !== undefined) {
    const { line, column } = placed(second.range[0]);
    syntax.push(problemAt(line, column, 'one YAML document', `${documents.length}`, 'remove the --- lines'));
  }
  if (syntax.length > 0) return refused(...syntax);

  const reader = new DataReader(isText);
  const data = reader.read(document.contents, []);
  const locate = (problem: PathProblem): PolicyProblem => {
    const { atKey, path, ...rest } = problem;
    return {
      file,
      ...placed(offsetOf(document.contents, path, atKey === true)),
      path: formatPath(path),
      ...rest,
    };
  };
  if (reader.problems.length > 0) {
    const problems = reader.problems.map(({ offset, path, ...rest }) => ({
      file,
      ...placed(offset),
      path: formatPath(path),
      ...rest,
    }));
    return refused(...problems);
  }
  return { ok: true, document: { data, locate } };
};

type Composed =
  | { readonly documents: readonly Document.Parsed[]; readonly refused?: never }
  | { readonly refused: { readonly expected: string; readonly found: string } };

/** Where lines begin. The library's own counter misses those that its parser skips after an error. */
class Lines {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** Counted from 1. An offset outside the text is taken for its nearest end. */
  placeOf(offset: number): { readonly line: number; readonly column: number } {
    const within = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - (this.starts[low] ?? 0) + 1 };
  }
}

/** Levels of the parser's stack: a mapping in a list takes up to three of them. */
const STACK_DEPTH_MAX = NESTING_MAX * 3;
/** Comments and blank lines before the document are tokens of their own. */
const TOKENS_MAX = 20_000;

/**
 * The library's parser keeps a stack of its own, but what turns its tokens into nodes calls itself: a small
 * hostile file could exhaust the process's stack, which is not always an error that can be caught. So the
 * parser's stack is watched, and nothing deep is handed on.
 */
const compose = (text: string): Composed => {
  try {
    const parser = new Parser();
    const tokens: CST.Token[] = [];
    for (const lexeme of new Lexer().lex(text)) {
      tokens.push(...parser.next(lexeme));
      if (parser.stack.length > STACK_DEPTH_MAX) {
        return { refused: { expected: `at most ${NESTING_MAX} levels of nesting`, found: 'more' } };
      }
      if (tokens.length > TOKENS_MAX)
        return { refused: { expected: 'one YAML document', found: 'something endless' } };
    }
    tokens.push(...parser.end());
    // Duplicate keys are looked for later: the library would compare every key with every other one.
    const documents = [...new Composer({ uniqueKeys: false }).compose(tokens)];
    return { documents: documents as Document.Parsed[] };
  } catch (error) {
    return {
      refused: {
        expected: 'valid YAML',
        found: `what the parser gives up on: ${shownSentence(String(error))}`,
      },
    };
  }
};

const shownSentence = (message: string): string =>
  (message.split('\n')[0] ?? '').slice(0, 160).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');

interface OffsetProblem extends PathProblem {
  readonly offset: number;
}

const WRITE_OUT = 'write the value out where it is needed';

/** Turns nodes into plain data. Not the library's `toJS`: that follows aliases and lets keys collide. */
class DataReader {
  readonly problems: OffsetProblem[] = [];
  constructor(private readonly isText: (path: DocumentPath) => boolean) {}

  read(node: Node | null | undefined, path: DocumentPath): unknown {
    if (node === null || node === undefined) return null;
    if (path.length > NESTING_MAX) {
      return this.refuse(node, path, `at most ${NESTING_MAX} levels of nesting`, 'more');
    }
    if (isAlias(node))
      return this.refuse(node, path, 'the value itself', `the alias *${cut(node.source)}`, WRITE_OUT);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
      this.refuse(node, path, 'no anchors', `the anchor &${cut(node.anchor)}`, WRITE_OUT);
    }
    if (isMap(node)) return this.readMap(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node | null, [...path, index]));
    if (!isScalar(node)) return this.refuse(node, path, 'plain data', 'something else');
    const { value } = node;
    if (value !== null && typeof value === 'object') {
      return this.refuse(
        node,
        path,
        'plain data',
        `a value of type ${cut(node.tag ?? 'unknown')}`,
        'remove the tag that begins with !',
      );
    }
    if ((typeof value === 'number' || typeof value === 'boolean') && this.isText(path)) {
      return node.source ?? String(value);
    }
    return typeof value === 'bigint' ? Number(value) : value;
  }

  private readMap(node: { items: { key: unknown; value: unknown }[] }, path: DocumentPath): unknown {
    const data: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const name = isScalar(key) && !isCollection(key.value) ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined || (isScalar(key) && key.anchor !== undefined)) {
        this.refuse(key, path, 'a plain text key', 'something else');
      } else if (name === '__proto__') {
        this.refuse(key, [...path, name], 'another key', 'the reserved key "__proto__"');
      } else if (Object.hasOwn(data, name)) {
        this.refuse(key, [...path, name], 'every key once', `${shown(name)} again`, 'remove one of the two');
      } else {
        data[name] = this.read(pair.value as Node | null, [...path, name]);
      }
    }
    return data;
  }

  private refuse(
    node: Node | null,
    path: DocumentPath,
    expected: string,
    found: string,
    action?: string,
  ): null {
    const offset = node?.range?.[0] ?? 0;
    this.problems.push({ path, offset, expected, found, ...(action === undefined ? {} : { action }) });
    return null;
  }
}

/** Where a path's value (or key) begins; for what is missing, where its nearest parent does. */
const offsetOf = (root: Node | null, path: DocumentPath, atKey: boolean): number => {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair: { key: unknown; value: unknown } | undefined = node.items.find(
        (item) => isScalar(item.key) && (item.key.source ?? String(item.key.value)) === String(step),
      );
      if (pair === undefined) return offset;
      const isLast = depth === path.length - 1;
      const keyOffset: number = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
      // A value that was left out is an empty node behind the colon: the key is the better place.
      const isEmpty = node === null || (isScalar(node) && node.source === '');
      offset = (isLast && atKey) || isEmpty ? keyOffset : (node?.range?.[0] ?? keyOffset);
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | null | undefined;
      if (item === undefined) return offset;
      node = item;
      offset = item?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
};
