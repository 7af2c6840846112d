/**
 * Takes a text apart into events, with the line on which each begins: one event, an array of them, or NDJSON
 * (one a line). What an event must hold is not looked at here.
 */
export interface EventText {
  /** Counted from 1. */
  readonly line: number;
  /** One event, as JSON text; or what was found in place of one. */
  readonly text: string;
}

/**
 * @example
 * readEvents('{"a":1}\n\n{"b":2}\n') // [{ line: 1, text: '{"a":1}' }, { line: 3, text: '{"b":2}' }]
 */
export const readEvents = (text: string): readonly EventText[] => {
  const start = text.search(/[^\s\uFEFF]/);
  if (start < 0) return [];
  const document = text.slice(start);
  const firstLine = lineOf(text, start);
  const value = parsed(document);
  if (Array.isArray(value))
    return elements(document).map(({ offset, end }) => ({
      line: firstLine + lineOf(document, offset) - 1,
      text: document.slice(offset, end),
    }));
  if (value !== undefined || !isNdjson(document)) return [{ line: firstLine, text: document.trimEnd() }];
  return readLines(document, firstLine);
};

/** Every line that is not blank. */
export const readLines = (text: string, firstLine = 1): readonly EventText[] =>
  text
    .split('\n')
    .map((line, index) => ({ line: firstLine + index, text: line.replace(/^\uFEFF/, '').trim() }))
    .filter(({ text: line }) => line !== '');

/** A document that was cut off is one bad event, not a hundred bad lines. */
const isNdjson = (document: string): boolean =>
  !document.startsWith('[') &&
  document.split('\n').some((line) => line.trimStart().startsWith('{') && parsed(line) !== undefined);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const lineOf = (text: string, offset: number): number => {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
};

/** Where the elements of a valid JSON array begin and end: nothing but strings and brackets matter. */
const elements = (array: string): readonly { readonly offset: number; readonly end: number }[] => {
  const found: { offset: number; end: number }[] = [];
  let depth = 0;
  let offset = -1;
  const close = (end: number): void => {
    if (offset >= 0) found.push({ offset, end: offset + array.slice(offset, end).trimEnd().length });
    offset = -1;
  };
  for (const token of array.matchAll(TOKEN)) {
    const at = token.index;
    const mark = token[0];
    const closes = mark === ']' || mark === '}';
    if (depth === 1 && (mark === ',' || mark === ']')) close(at);
    else if (depth === 1 && offset < 0) offset = at;
    if (closes) depth -= 1;
    else if (mark === '[' || mark === '{') depth += 1;
  }
  return found;
};

/** A string, a bracket, a comma, or a run of anything else but space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},]|[^\s"[\]{},]+/gs;
