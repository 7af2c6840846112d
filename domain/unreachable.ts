/** Ends a switch over a union: the compiler refuses it while a member is not handled. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
