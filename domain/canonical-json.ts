/**
 * JSON in which equal values always have equal text: no white space, the keys of every object in the order of their
 * UTF-16 code units, lists as they are.
 *
 * @example
 * canonicalJson({ b: 1, a: undefined, c: ['x'] }) // '{"b":1,"c":["x"]}'
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
};
