/**
 * The hub as osls packages it, once for all test files: packaging takes seconds, so what was made of the same
 * sources is used again, in this run and in the next.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PackagedHub, packagedHub, packageHub } from '../../infra/build/package-hub.ts';
import type { Template } from '../../infra/stack/template.ts';

export interface Synthesized extends PackagedHub {
  readonly template: Template;
}

const CACHE = resolve('node_modules/.cache/selfheal');
/** Everything that the packages are made of. */
const SOURCES = [
  'domain',
  'infra',
  'handlers',
  'console',
  'runbooks',
  'policy.yml',
  'serverless.yml',
  'package-lock.json',
];
/** Longer than any run of the tests takes. */
const IN_USE_MS_MAX = 30 * 60_000;

/** For hooks: it takes seconds, and much longer on a machine with much else to do. */
export const SYNTHESIS_MS_MAX = 180_000;

let known: Promise<Synthesized> | undefined;

export const synthesized = (): Promise<Synthesized> => {
  known ??= synthesize();
  return known;
};

const synthesize = async (): Promise<Synthesized> => {
  const dir = join(CACHE, `hub-${hashOf(SOURCES.flatMap(filesIn))}`);
  const done = join(dir, 'done');
  while (!existsSync(done)) {
    // Another worker may be at it: whoever makes the folder does the work.
    if (!isMine(dir)) {
      await new Promise((wait) => setTimeout(wait, 100));
      continue;
    }
    try {
      await packageHub(dir);
      writeFileSync(done, '');
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }
  dropOthers(dir);
  const hub = packagedHub(dir);
  return { ...hub, template: JSON.parse(readFileSync(hub.templateFile, 'utf8')) as Template };
};

const isMine = (dir: string): boolean => {
  mkdirSync(CACHE, { recursive: true });
  try {
    mkdirSync(dir);
    writeFileSync(join(dir, MAKER), String(process.pid));
    return true;
  } catch {
    if (isAbandoned(dir)) rmSync(dir, { recursive: true, force: true });
    return false;
  }
};

/** Whoever began to make it is gone, and did not finish. */
const isAbandoned = (dir: string): boolean => {
  if (existsSync(join(dir, 'done'))) return false;
  try {
    process.kill(Number(readFileSync(join(dir, MAKER), 'utf8')), 0);
    return false;
  } catch {
    return existsSync(dir) && Date.now() - statSync(dir).mtimeMs > 10_000;
  }
};

const MAKER = 'maker';

/** Packages of other sources, but for what may be in use elsewhere just now. */
const dropOthers = (dir: string): void => {
  for (const name of readdirSync(CACHE)) {
    const other = join(CACHE, name);
    if (name.startsWith('hub-') && other !== dir && Date.now() - statSync(other).mtimeMs > IN_USE_MS_MAX)
      rmSync(other, { recursive: true, force: true });
  }
};

const filesIn = (path: string): readonly string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();

const hashOf = (files: readonly string[]): string => {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
};
