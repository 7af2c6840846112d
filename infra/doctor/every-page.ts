/** All of what AWS tells in pages. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export const everyPage = async <T>(
  read: (token: { readonly NextToken?: string }) => Promise<Page<T>>,
): Promise<readonly T[]> => {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await read(next === undefined ? {} : { NextToken: next });
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined && next !== '');
  return all;
};
