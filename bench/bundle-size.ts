/** The size of every function, minified: with the AWS SDK, as it is deployed, and without, as it is judged. */
import { AWS_SDK, bundleFunctions, type FunctionBundle } from '../infra/build/bundle-functions.ts';
import type { Figure } from './figure.ts';

export interface BundleSize {
  readonly name: string;
  readonly bytes: number;
  readonly bytesWithSdk: number;
  /** Bytes by package, and by folder of our own; the largest first. */
  readonly byOrigin: readonly (readonly [string, number])[];
}

export const measureBundles = async (): Promise<BundleSize[]> => {
  const [lean, full] = await Promise.all([bundleFunctions(AWS_SDK), bundleFunctions()]);
  return lean.map(({ name, code, bytesByInput }, n) => ({
    name,
    bytes: code.length,
    bytesWithSdk: full[n]?.code.length ?? 0,
    byOrigin: originsOf(bytesByInput),
  }));
};

const originsOf = (bytesByInput: FunctionBundle['bytesByInput']): BundleSize['byOrigin'] => {
  const bytes = new Map<string, number>();
  for (const [path, inputBytes] of Object.entries(bytesByInput)) {
    const origin = originOf(path);
    bytes.set(origin, (bytes.get(origin) ?? 0) + inputBytes);
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
    how: 'As infra/build packages it (esbuild, minified, ESM for Node 20), but with `@aws-sdk/*` left out; 1 KB = 1,024 bytes.',
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
