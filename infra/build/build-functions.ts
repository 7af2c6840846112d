/**
 * Packages the Lambda functions, each in a folder of its own that can be deployed as it is:
 * `dist/functions/NAME/` with `index.mjs`, `policy.json` and `catalog.json`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from './bundle-functions.ts';
import { packageDocuments } from './package-documents.ts';

export interface BuildOptions {
  /** Emptied first. */
  readonly outDir: string;
  readonly policyFile: string;
  readonly runbooksDir: string;
}

export interface BuiltFunction {
  readonly name: string;
  readonly dir: string;
  /** Size of the code alone. */
  readonly bytes: number;
}

/** @throws an Error with every problem of policy and catalog, before anything is written. */
export const buildFunctions = async ({
  outDir,
  policyFile,
  runbooksDir,
}: BuildOptions): Promise<readonly BuiltFunction[]> => {
  const documents = packageDocuments(policyFile, runbooksDir);
  const bundles = await bundleFunctions();
  rmSync(outDir, { recursive: true, force: true });
  return bundles.map(({ name, code }) => {
    const dir = join(outDir, name);
    mkdirSync(dir, { recursive: true });
    for (const [file, content] of Object.entries({ 'index.mjs': code, ...documents }))
      writeFileSync(join(dir, file), content);
    return { name, dir, bytes: code.length };
  });
};

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** `npm run package` */
const main = async (): Promise<void> => {
  const outDir = inProject('dist/functions');
  const built = await buildFunctions({
    outDir,
    policyFile: inProject('policy.yml'),
    runbooksDir: inProject('runbooks'),
  });
  for (const { name, bytes } of built) console.log(`${name}  ${(bytes / 1024).toFixed(1)} KB`);
  console.log(`${built.length} functions in ${outDir}`);
};

if (argv[1] === fileURLToPath(import.meta.url)) await main();
