/** What STS's operations need. */
import type { AccessRows } from './access-row.ts';

export const STS_ACCESS: AccessRows = {
  /** Nothing: everybody may ask who they are. */
  GetCallerIdentity: () => [],
  /** STS decides itself, for administrators too: the role must trust them. */
  AssumeRole: () => [],
};
