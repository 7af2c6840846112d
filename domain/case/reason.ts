/**
 * True where somebody has said why. Dots, and the `<why>` that a message prints for them to replace, say nothing,
 * whichever brackets a chat made of it.
 *
 * @example
 * saysWhy('ticket 4711') // true
 * saysWhy('...') // false
 * saysWhy('<why>') // false
 */
export const saysWhy = (reason: string): boolean =>
  /[\p{L}\p{N}]/u.test(reason) && !/^[<‹＜][^<>‹›]*[>›＞]$/u.test(reason.trim());
