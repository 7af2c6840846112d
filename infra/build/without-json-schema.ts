/**
 * Leaves zod's makers of JSON Schema out of the functions: every schema of zod refers to them, so that they stay
 * in a bundle although no function calls them (7 % of it). Checking is not touched; JSON Schemas are made where
 * the policy is written. Zod's smaller edition, `zod/mini`, would leave out more, but its schemas read worse.
 */
import type { Plugin } from 'esbuild';

const MAKERS =
  /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|json-schema-generator|to-json-schema)\.js$/;

/** Every name that zod's other modules import from the makers by name. */
const NOTHING = `
const refuse = () => { throw new Error('a packaged function makes no JSON Schema: see infra/build/without-json-schema.ts'); };
export const toJSONSchema = refuse;
export const createToJSONSchemaMethod = () => refuse;
export const createStandardJSONSchemaMethod = () => refuse;
export const aggregateChecks = refuse;
export class JSONSchemaGenerator { constructor() { refuse(); } }
`;

export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup: ({ onLoad }) => onLoad({ filter: MAKERS }, () => ({ contents: NOTHING, loader: 'js' })),
};
