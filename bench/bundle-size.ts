/** The size of every function, minified: with the AWS SDK, as it is deployed, and without, as it is judged. */
import { AWS_SDK, bundleFunctions, type CodePart } from '../infra/build/bundle-functions.ts';
import { dearestRequest, type RequestRead, readByRequests } from '../infra/build/read-by-requests.ts';
import type { Figure } from './figure.ts';

export interface BundleSize {
  readonly name: string;
  /** What a cold start reads. */
  readonly bytesAtStart: number;
  /** What each kind of request may have read, its cold start included. */
  readonly requests: readonly RequestRead[];
  readonly dearest: RequestRead;
  /** With all that is loaded on demand, which no request reads together. */
  readonly bytesInAll: number;
  /** What is loaded on demand, by the module that it is for. */
  readonly onDemand: readonly (readonly [string, number])[];
  readonly bytesWithSdk: number;
  /** Of what a cold start reads: bytes by package, and by folder of our own; the largest first. */
  readonly byOrigin: readonly (readonly [string, number])[];
}

export const measureBundles = async (): Promise<BundleSize[]> => {
  const [lean, full] = await Promise.all([bundleFunctions(AWS_SDK), bundleFunctions()]);
  return lean.map((bundle, n) => ({
    name: bundle.name,
    bytesAtStart: bundle.atStart.bytes,
    requests: readByRequests(bundle),
    dearest: dearestRequest(bundle),
    bytesInAll: bundle.bytes,
    onDemand: Object.entries(bundle.onDemand).map(([module, part]) => [module, part.bytes] as const),
    bytesWithSdk: full[n]?.bytes ?? 0,
    byOrigin: originsOf(bundle.atStart.bytesByInput),
  }));
};

const originsOf = (bytesByInput: CodePart['bytesByInput']): BundleSize['byOrigin'] => {
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

export const figuresOfBundles = (bundles: readonly BundleSize[]): readonly Figure[] => {
  const [largest] = [...bundles].sort((a, b) => b.bytesAtStart - a.bytesAtStart);
  const [dearest] = [...bundles].sort((a, b) => b.dearest.bytes - a.dearest.bytes);
  if (largest === undefined || dearest === undefined) throw new Error('there is no function to bundle');
  return [
    {
      what: `largest function bundle without the AWS SDK, as a cold start reads it (${largest.name})`,
      value: inKb(largest.bytesAtStart),
      unit: 'KB',
      budget: 250,
      how: 'As infra/build packages it (esbuild, minified, ESM for Node 20), but with `@aws-sdk/*` left out: `index.mjs` and all that it imports at once; 1 KB = 1,024 bytes.',
      parts: [
        ...bundles.map(({ name, bytesAtStart }) => `${name}: ${inKb(bytesAtStart)} KB`),
        `in ${largest.name}: ${largest.byOrigin
          .slice(0, 8)
          .map(([origin, bytes]) => `${origin} ${inKb(bytes)} KB`)
          .join(', ')}`,
      ],
    },
    {
      what: `dearest request without the AWS SDK, cold start and what it loads on demand (${dearest.name}: ${dearest.dearest.name})`,
      value: inKb(dearest.dearest.bytes),
      unit: 'KB',
      budget: 300,
      how: 'All files that one request may have read, its cold start included, each once. Which modules a request may ask for is said in `infra/build/read-by-requests.ts`; what is in none of its lists counts for every request. The sum of all files is listed, and no request reads it.',
      parts: bundles.map(
        ({ name, requests, bytesInAll, bytesWithSdk, onDemand }) =>
          `${name}: ${requests.map((one) => `${one.name} ${inKb(one.bytes)} KB`).join(', ')}; all files ${inKb(bytesInAll)} KB, ${inKb(bytesWithSdk)} KB with the SDK${onDemand
            .map(([module, bytes]) => `; ${module} ${inKb(bytes)} KB`)
            .join('')}`,
      ),
    },
  ];
};

const inKb = (bytes: number): number => Math.round(bytes / 102.4) / 10;
