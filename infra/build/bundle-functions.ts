/** The code of every Lambda function in one file each: minified, with everything it needs and a source map beside it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { smallRouter } from './small-router.ts';

export interface FunctionBundle {
  /** The function's name: its file's under `handlers/lambda/`, without the ending. */
  readonly name: string;
  readonly code: Uint8Array;
  /** Names the places of the sources, without their text. */
  readonly sourceMap: Uint8Array;
  /** Bytes of the code by the file they come from, relative to the project. */
  readonly bytesByInput: Readonly<Record<string, number>>;
  /** What the code still imports when it runs. */
  readonly imports: readonly string[];
}

/** Packages that the runtime brings along, for those who leave them out. */
export const AWS_SDK = ['@aws-sdk/*'];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FUNCTIONS_DIR = 'handlers/lambda';
/** Not a function: what they all begin with. */
const SHARED = 'app.ts';

/**
 * Every function's bundle; the same sources give the same bytes.
 *
 * The AWS SDK is in it: importing the runtime's own takes longer than reading ours, and its version would change
 * under a function that did not.
 *
 * @param leftOut packages that are imported when the code runs, instead of being part of it
 */
export const bundleFunctions = async (
  leftOut: readonly string[] = [],
): Promise<readonly FunctionBundle[]> => {
  const names = functionNames();
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => ({ in: `${FUNCTIONS_DIR}/${name}.ts`, out: `${name}/index` })),
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    charset: 'utf8',
    external: [...leftOut],
    plugins: [smallRouter],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const contentOf = (path: string): Uint8Array => {
    const file = outputFiles.find((output) => output.path === join(ROOT, path));
    if (file === undefined) throw new Error(`esbuild made no ${path}`);
    return file.contents;
  };
  return names.map((name) => {
    const path = `out/${name}/index.mjs`;
    const output = metafile.outputs[path];
    if (output === undefined) throw new Error(`esbuild made no bundle of ${name}`);
    return {
      name,
      code: contentOf(path),
      sourceMap: contentOf(`${path}.map`),
      bytesByInput: Object.fromEntries(
        Object.entries(output.inputs).map(([input, { bytesInOutput }]) => [input, bytesInOutput]),
      ),
      imports: output.imports.map((imported) => imported.path),
    };
  });
};

const functionNames = (): readonly string[] =>
  readdirSync(join(ROOT, FUNCTIONS_DIR))
    .filter((file) => file.endsWith('.ts') && file !== SHARED)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
