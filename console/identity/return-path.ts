/**
 * Where somebody goes after they have signed in: to a page of ours, whatever the link says that brought them. What
 * browsers read as another host has many spellings, so what is allowed is named, not what is not.
 *
 * @example
 * returnPath('/cases/0a1b-1?x=1') // '/cases/0a1b-1?x=1'
 * returnPath('//evil.example') // '/'
 */
export const returnPath = (wanted: string | undefined): string =>
  wanted !== undefined && wanted.length <= PATH_CHARS_MAX && OWN.test(wanted) && !UP.test(wanted)
    ? wanted
    : '/';

/** Link tokens are long. */
const PATH_CHARS_MAX = 2_000;

/** A slash, then segments that are not empty: nothing encoded, no backslash, no `@`, no colon before a query. */
const OWN = /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?(?:\?[\w.~=&-]*)?$/;
const UP = /\/\.{1,2}(?:[/?]|$)/;
