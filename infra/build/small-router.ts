/**
 * Gives the functions hono with one router instead of three: hono's usual one compiles routes for servers that
 * answer thousands of requests, and a function has a dozen routes. Both match the same.
 */
import type { Plugin } from 'esbuild';

export const smallRouter: Plugin = {
  name: 'small-router',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^hono$/ }, ({ kind, resolveDir }) => resolve('hono/tiny', { kind, resolveDir })),
};
