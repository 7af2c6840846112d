/** The code of every Lambda function in one file each: minified, and with the AWS SDK left to the runtime. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { withoutJsonSchema } from './without-json-schema.ts';

export interface FunctionBundle {
  /** The function's name: its file's under `handlers/lambda/`, without the ending. */
  readonly name: string;
  readonly code: Uint8Array;
  /** Bytes of the code by the file they come from, relative to the project. */
  readonly bytesByInput: Readonly<Record<string, number>>;
  /** What the code still imports when it runs. */
  readonly imports: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FUNCTIONS_DIR = 'handlers/lambda';
/** Not a function: what they all begin with. */
const SHARED = 'app.ts';

/**
 * Every function's bundle; the same sources give the same bytes.
 *
 * @param runtimePackages left out of the bundles, since the runtime brings them along
 */
export const bundleFunctions = async (
  runtimePackages: readonly string[] = ['@aws-sdk/*'],
): Promise<readonly FunctionBundle[]> => {
  const names = functionNames();
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => ({ in: `${FUNCTIONS_DIR}/${name}.ts`, out: name })),
    outdir: 'out',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    external: [...runtimePackages],
    plugins: [withoutJsonSchema],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  return names.map((name) => {
    const file = outputFiles.find(({ path }) => path === join(ROOT, 'out', `${name}.js`));
    const output = metafile.outputs[`out/${name}.js`];
    if (file === undefined || output === undefined) throw new Error(`esbuild made no bundle of ${name}`);
    return {
      name,
      code: file.contents,
      bytesByInput: Object.fromEntries(
        Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]),
      ),
      imports: output.imports.map(({ path }) => path),
    };
  });
};

const functionNames = (): readonly string[] =>
  readdirSync(join(ROOT, FUNCTIONS_DIR))
    .filter((file) => file.endsWith('.ts') && file !== SHARED)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
