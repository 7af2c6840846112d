/** Which route of an HTTP API a request takes: the most particular one, as API Gateway chooses. */
import type { HttpRouteRecord } from '../lambda/records.ts';

export interface MatchedRoute {
  readonly route: HttpRouteRecord;
  /** Values of the parameters in its path. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * All routes that fit, the best first: a whole path before one with parameters before one with `{proxy+}` before
 * `$default`, and a method before ANY.
 *
 * @param path without its query, as it was sent
 */
export const matchRoutes = (
  routes: Iterable<HttpRouteRecord>,
  method: string,
  path: string,
): readonly MatchedRoute[] => {
  const found: (MatchedRoute & { readonly rank: number })[] = [];
  for (const route of routes) {
    if (route.method !== method && route.method !== 'ANY' && route.method !== DEFAULT) continue;
    const parameters = route.method === DEFAULT ? {} : parametersOf(route.path, path);
    if (parameters !== undefined) found.push({ route, parameters, rank: rankOf(route) });
  }
  return found.sort((a, b) => a.rank - b.rank);
};

export const routeKeyOf = ({ method, path }: HttpRouteRecord): string =>
  method === DEFAULT ? DEFAULT : `${method} ${path}`;

const DEFAULT = '$default';

const rankOf = ({ method, path }: HttpRouteRecord): number =>
  (method === DEFAULT ? 6 : path.includes('+}') ? 4 : path.includes('{') ? 2 : 0) +
  (method === 'ANY' ? 1 : 0);

/** Undefined when the path does not fit. */
const parametersOf = (pattern: string, path: string): Readonly<Record<string, string>> | undefined => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const parameters: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    const rest = given.slice(n);
    if (greedy !== undefined) {
      if (rest.length === 0 || rest[0] === '') return undefined;
      return { ...parameters, [greedy]: rest.map(decoded).join('/') };
    }
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    const value = given[n];
    if (value === undefined || (name === undefined ? part !== value : value === '')) return undefined;
    if (name !== undefined) parameters[name] = decoded(value);
  }
  return wanted.length === given.length ? parameters : undefined;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
