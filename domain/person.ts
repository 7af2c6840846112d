/**
 * Who is the same person. Somebody may come by two doors with two names: as the IAM user `ada` and, with a token, as
 * `ada@example.com`. They are taken for one: that two people of two domains who share a name count once only means
 * that a third must decide.
 */

/** @example samePerson('ada', 'ada@example.com') // true */
export const samePerson = (left: string, right: string): boolean => shortName(left) === shortName(right);

const shortName = (name: string): string => name.replace(/@.*$/, '');
