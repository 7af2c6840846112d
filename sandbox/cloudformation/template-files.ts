/**
 * Templates from files, several fragments as one. YAML is slow to read (half a second for the member stack), and
 * the files seldom change: what was read is kept in node_modules/.cache until one of them does.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTemplate } from './read-template.ts';
import { mergeTemplates, type Template, TemplateProblem } from './template.ts';

/**
 * The text of one template, as JSON.
 *
 * @param name of the stack, under which it is kept
 * @throws TemplateProblem that begins with the file
 */
export const readTemplateFiles = (name: string, files: readonly string[]): string => {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const digest = digestOf([...READER, ...texts]);
  const known = recall(name, digest);
  if (known !== undefined) return known;
  const template = JSON.stringify(mergeTemplates(texts.map((text, n) => readNamed(files[n] ?? '', text))));
  remember(name, `${digest}\n${template}`);
  return template;
};

const readNamed = (file: string, text: string): Template => {
  try {
    return readTemplate(text);
  } catch (error) {
    throw new TemplateProblem(basename(file), (error as Error).message);
  }
};

const digestOf = (texts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('base64url');
};

/** What was read by another version of the reader is read anew. */
const READER = ['read-template.ts', 'template.ts'].map((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8'),
);

const CACHE_DIR = fileURLToPath(new URL('../../node_modules/.cache/selfheal/', import.meta.url));

const recall = (name: string, digest: string): string | undefined => {
  try {
    const [of, template] = readFileSync(`${CACHE_DIR}${name}.template`, 'utf8').split('\n');
    return of === digest ? template : undefined;
  } catch {
    return undefined;
  }
};

/** Where nothing may be written it is read the next time again. */
const remember = (name: string, kept: string): void => {
  try {
    mkdirSync(CACHE_DIR, { recursive: true });
    const draft = `${CACHE_DIR}${name}.${process.pid}.draft`;
    writeFileSync(draft, kept);
    renameSync(draft, `${CACHE_DIR}${name}.template`);
  } catch {}
};
