#!/usr/bin/env node
// The `selfheal` command: teaches Node to read TypeScript, then hands over.
import { register } from 'tsx/esm/api';

// The SDK would print a page about Node 20's end at every start; package.json says what we support.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
register();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
