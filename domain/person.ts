/**
 * Who is the same person. Somebody may come by two doors with two names: as the IAM user `ada` and, with a token, as
 * `ada@example.com`. They are taken for one: that two people of two domains who share a name count once only means
 * that a third must decide. What follows a plus sign in an address leads to the same letter box, and anybody can make
 * up more of them: it names nobody else.
 */

/** @example samePerson('ada', 'ada+2@example.com') // true */
export const samePerson = (left: string, right: string): boolean => shortName(left) === shortName(right);

const shortName = (name: string): string => name.replace(/[+@].*$/, '').toLowerCase();

/**
 * A person's name as it goes into decisions and is compared: one person must not count twice by being written in two
 * ways.
 *
 * @example personName('Ada ') // 'ada'
 */
export const personName = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** True of what `personName` gives of a person; the machine's own voices in the timeline are nobody's name. */
export const isPersonName = (name: string): boolean => PERSON.test(name) && !MACHINES.has(name);

/** What a name may be made of. */
export const PERSON = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]{0,99}$/u;
/** What the timeline calls parts of the machine: no person has such a name. */
export const MACHINES: ReadonlySet<string> = new Set(['selfheal', 'config', 'ssm']);
