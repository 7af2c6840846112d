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
  // Reports take the digests of fifty thousand cases: nothing is copied that need not be.
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member !== undefined)
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
};
