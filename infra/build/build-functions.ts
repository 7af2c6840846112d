/**
 * Packages the Lambda functions: `dist/functions/NAME.zip` is what is deployed, and the folder `NAME` beside it
 * is what is in it: `index.mjs`, the files of code that it loads when they are asked for, their source maps,
 * `policy.json` and `catalog.json`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { AWS_SDK, bundleFunctions, type FunctionBundle } from './bundle-functions.ts';
import { packageDocuments } from './package-documents.ts';
import { zipFunction } from './zip-function.ts';

export interface BuildOptions {
  /** Emptied first. */
  readonly outDir: string;
  readonly policyFile: string;
  readonly runbooksDir: string;
}

export interface BuiltFunction extends FunctionBundle {
  readonly dir: string;
  readonly zip: string;
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
  return bundles.map((bundle) => {
    const dir = join(outDir, bundle.name);
    const zip = `${dir}.zip`;
    const files: Readonly<Record<string, Uint8Array>> = {
      ...bundle.files,
      'policy.json': Buffer.from(documents['policy.json']),
      'catalog.json': Buffer.from(documents['catalog.json']),
    };
    mkdirSync(dir, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(dir, file), content);
    writeFileSync(zip, zipFunction(files));
    return { ...bundle, dir, zip };
  });
};

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The first half of `npm run package`; the second, osls, makes the templates around the zips. */
const main = async (): Promise<void> => {
  const outDir = inProject('dist/functions');
  const built = await buildFunctions({
    outDir,
    policyFile: inProject('policy.yml'),
    runbooksDir: inProject('runbooks'),
  });
  const own = new Map((await bundleFunctions(AWS_SDK)).map((bundle) => [bundle.name, bundle]));
  for (const { name, bytes } of built) {
    const { atStart, bytes: ownBytes } = own.get(name) ?? { atStart: { bytes: 0 }, bytes: 0 };
    console.log(
      `${name}  ${inKb(atStart.bytes)} KB at start, ${inKb(ownBytes)} KB in all, with the AWS SDK ${inKb(bytes)} KB`,
    );
  }
  console.log(`${built.length} functions in ${outDir}`);
};

const inKb = (bytes: number): string => (bytes / 1024).toFixed(1);

if (argv[1] === fileURLToPath(import.meta.url)) await main();
