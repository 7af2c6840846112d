/** Policy variables: `${aws:PrincipalAccount}` in a resource or a condition's value. */
import type { RequestContext } from './access-request.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

const VARIABLE = /\$\{([^}]*)\}/g;

/** Their values can hold no wildcard, so that none comes in by them. */
const KNOWN: ReadonlySet<string> = new Set([
  'aws:PrincipalAccount',
  'aws:PrincipalOrgID',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:SourceAccount',
]);

/** @throws UnsupportedPolicy for a variable that it does not know. */
export const checkVariables = (pattern: string): void => {
  for (const [whole, name = ''] of pattern.matchAll(VARIABLE))
    if (!KNOWN.has(name)) throw new UnsupportedPolicy(`it has no policy variable ${whole}`);
};

/** Undefined when the request lacks a value: then nothing matches, as on AWS. */
export const resolveVariables = (pattern: string, context: RequestContext): string | undefined => {
  if (!pattern.includes('${')) return pattern;
  let complete = true;
  const resolved = pattern.replace(VARIABLE, (_, name: string) => {
    const value = context[name];
    complete &&= typeof value === 'string';
    return typeof value === 'string' ? value : '';
  });
  return complete ? resolved : undefined;
};
