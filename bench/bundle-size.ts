/** The size of every function as it would be deployed: minified, with the AWS SDK left to the runtime, and with it. */
import { readdirSync } from 'node:fs';
import { build, type Metafile } from 'esbuild';
import type { Figure } from './figure.ts';

export interface BundleSize {
  readonly name: string;
  readonly bytes: number;
  readonly bytesWithSdk: number;
  /** Bytes by package, and by folder of our own; the largest first. */
  readonly byOrigin: readonly (readonly [string, number])[];
}

export const measureBundles = (folder = 'handlers/lambda'): Promise<BundleSize[]> =>
  Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && file !== SHARED)
      .map(async (file) => {
        const lean = await bundle(`${folder}/${file}`, ['@aws-sdk/*']);
        const full = await bundle(`${folder}/${file}`, []);
        return {
          name: file.replace(/\.ts$/, ''),
          bytes: lean.bytes,
          bytesWithSdk: full.bytes,
          byOrigin: originsOf(lean.metafile),
        };
      }),
  );

const bundle = async (entryPoint: string, external: string[]) => {
  const { metafile, outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  return { metafile, bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0) };
};

const originsOf = ({ outputs }: Metafile): BundleSize['byOrigin'] => {
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = originOf(path);
      bytes.set(origin, (bytes.get(origin) ?? 0) + bytesInOutput);
    }
  return [...bytes].sort(([, a], [, b]) => b - a);
};

/** @example originOf('node_modules/@middy/core/index.js') // '@middy/core' */
export const originOf = (path: string): string =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? `${path.split('/')[0]}/`;

export const figureOfBundles = (bundles: readonly BundleSize[]): Figure => {
  const [largest] = [...bundles].sort((a, b) => b.bytes - a.bytes);
  if (largest === undefined) throw new Error('there is no function to bundle');
  return {
    what: `largest function bundle without the AWS SDK (${largest.name})`,
    value: inKb(largest.bytes),
    unit: 'KB',
    budget: 250,
    how: 'esbuild, minified, ESM for Node 20, `@aws-sdk/*` left out; 1 KB = 1,024 bytes.',
    parts: [
      ...bundles.map(
        ({ name, bytes, bytesWithSdk }) =>
          `${name}: ${inKb(bytes)} KB, ${inKb(bytesWithSdk)} KB with the SDK`,
      ),
      `in ${largest.name}: ${largest.byOrigin
        .slice(0, 8)
        .map(([origin, bytes]) => `${origin} ${inKb(bytes)} KB`)
        .join(', ')}`,
    ],
  };
};

const inKb = (bytes: number): number => Math.round(bytes / 102.4) / 10;

/** Not a function: what they all begin with. */
const SHARED = 'app.ts';
