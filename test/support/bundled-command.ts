/**
 * The `selfheal` command in one file of JavaScript, for tests that start it many times: of the five seconds of a
 * processor that a start takes, three go into finding and translating its thousand modules, every time anew.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

export interface BundledCommand {
  /** To be run by Node, with the arguments of `selfheal`, from the project's folder. */
  readonly file: string;
  remove(): void;
}

export const bundleCommand = async (): Promise<BundledCommand> => {
  // Below the project, so that what is not in it is found where it always is.
  const cache = resolve('node_modules/.cache/selfheal');
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(join(cache, 'command-'));
  await build({
    entryPoints: ['cli/main.ts'],
    outfile: join(dir, 'main.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    // Asked for only where the functions are packaged, and both bring programs of their own.
    external: ['esbuild', 'osls'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [whereItWas],
    logLevel: 'error',
  });
  const file = join(dir, 'selfheal.mjs');
  writeFileSync(file, "import { main } from './main.mjs';\nawait main(process.argv.slice(2));\n");
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) };
};

/** Runbooks, stacks, pages and the thread of DynamoDB are found from where the source lies, not the bundle. */
const whereItWas: Plugin = {
  name: 'where-it-was',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
    }));
  },
};
