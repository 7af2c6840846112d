/** The code of every Lambda function: minified, with everything it needs and source maps beside it. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { smallRouter } from './small-router.ts';
import { withoutDescriptions } from './without-descriptions.ts';

export interface FunctionBundle {
  /** The function's name: its file's under `handlers/lambda/`, without the ending. */
  readonly name: string;
  /** Every file of its code and beside each its source map, by name: `index.mjs` is where it starts. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** What a cold start reads: the file where it starts, and what that imports. */
  readonly atStart: CodePart;
  /** What is read when it is asked for, by the file of ours that asks for it: a module's path in the project. */
  readonly onDemand: Readonly<Record<string, CodePart>>;
  /** All of its code. */
  readonly bytes: number;
  /** Bytes of the code by the file they come from, relative to the project. */
  readonly bytesByInput: Readonly<Record<string, number>>;
  /** Bytes of the code by the file they are in. */
  readonly bytesByFile: Readonly<Record<string, number>>;
  /** What the code still imports when it runs. */
  readonly imports: readonly string[];
}

/** Files that are read together. */
export interface CodePart {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly bytesByInput: Readonly<Record<string, number>>;
}

/** Packages that the runtime brings along, for those who leave them out. */
export const AWS_SDK = ['@aws-sdk/*'];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FUNCTIONS_DIR = 'handlers/lambda';
const OUT = 'out';
/** Not a function: what they all begin with. */
const SHARED = 'app.ts';

/**
 * Every function's bundle; the same sources give the same bytes.
 *
 * The AWS SDK is in it: importing the runtime's own takes longer than reading ours, and its version would change
 * under a function that did not. What the sources import while they run is a file of its own, read when it is.
 * Each function is built by itself, so that none holds a piece of another.
 *
 * @param leftOut packages that are imported when the code runs, instead of being part of it
 */
export const bundleFunctions = (leftOut: readonly string[] = []): Promise<readonly FunctionBundle[]> =>
  Promise.all(functionNames().map((name) => bundleFunction(name, leftOut)));

const bundleFunction = async (name: string, leftOut: readonly string[]): Promise<FunctionBundle> => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: `${FUNCTIONS_DIR}/${name}.ts`, out: 'index' }],
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    charset: 'utf8',
    external: [...leftOut],
    plugins: [smallRouter, withoutDescriptions],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const outputs = outputsOf(metafile);
  const start = outputs.get('index.mjs');
  if (start === undefined) throw new Error(`esbuild made no bundle of ${name}`);
  const atStart = readTogether(outputs, start);
  const asked = [...outputs.values()].filter(
    ({ entryPoint }) => entryPoint !== undefined && entryPoint !== start.entryPoint,
  );
  return {
    name,
    files: Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    atStart: partOf(atStart),
    onDemand: Object.fromEntries(
      asked.map((output) => [
        output.entryPoint,
        partOf([...readTogether(outputs, output)].filter((one) => !atStart.has(one))),
      ]),
    ),
    bytes: partOf(outputs.values()).bytes,
    bytesByInput: partOf(outputs.values()).bytesByInput,
    bytesByFile: Object.fromEntries([...outputs].map(([file, { bytes }]) => [file, bytes])),
    imports: [...outputs.values()].flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    ),
  };
};

type Output = Metafile['outputs'][string] & { readonly file: string };

/** The code, by file. */
const outputsOf = ({ outputs }: Metafile): ReadonlyMap<string, Output> =>
  new Map(
    Object.entries(outputs)
      .filter(([path]) => path.endsWith('.mjs'))
      .map(([path, output]) => [basename(path), { ...output, file: basename(path) }]),
  );

/** What is read when this is: it, and all that it imports without being asked. */
const readTogether = (outputs: ReadonlyMap<string, Output>, first: Output): ReadonlySet<Output> => {
  const read = new Set([first]);
  // A set that grows while it is gone through is gone through to its end.
  for (const { imports } of read)
    for (const { kind, path, external } of imports) {
      const imported = kind === 'import-statement' && !external ? outputs.get(basename(path)) : undefined;
      if (imported !== undefined) read.add(imported);
    }
  return read;
};

const partOf = (outputs: Iterable<Output>): CodePart => {
  const all = [...outputs];
  const bytesByInput: Record<string, number> = {};
  for (const { inputs } of all)
    for (const [input, { bytesInOutput }] of Object.entries(inputs))
      bytesByInput[input] = (bytesByInput[input] ?? 0) + bytesInOutput;
  return {
    files: all.map(({ file }) => file).sort(),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesByInput,
  };
};

const functionNames = (): readonly string[] =>
  readdirSync(join(ROOT, FUNCTIONS_DIR))
    .filter((file) => file.endsWith('.ts') && file !== SHARED)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
