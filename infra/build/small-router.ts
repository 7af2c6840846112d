/**
 * Gives the functions hono with one router instead of three: hono's usual one compiles routes for servers that
 * answer thousands of requests, and a function has a dozen routes. Both match the same. And it leaves out how hono
 * serves applications of other frameworks: hono says of it that it goes, and nothing here uses it.
 */
import type { Plugin } from 'esbuild';

export const smallRouter: Plugin = {
  name: 'small-router',
  setup: ({ onResolve, onLoad, resolve }) => {
    onResolve({ filter: /^hono$/ }, ({ kind, resolveDir }) => resolve('hono/tiny', { kind, resolveDir }));
    onLoad({ filter: /[/\\]hono[/\\]dist[/\\]utils[/\\]mount\.js$/ }, () => ({
      contents: "export const createMountedRequest = () => { throw new Error('mount() is left out'); };",
    }));
  },
};
