#!/usr/bin/env node
// The `selfheal` command: teaches Node to read TypeScript, then hands over.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
