/**
 * Adding and removing exemptions, so that an added one is in force when its command says so, and that the same
 * command again completes what was left half done.
 */
import type { Policy } from '../policy/policy.ts';
import { PortError, type Ports } from '../ports.ts';
import { EXEMPTIONS_MAX, type FoundExemption, type StoredExemption } from './exemption.ts';
import { type ExemptionRequest, readRequest } from './exemption-request.ts';

type Stores = Pick<Ports, 'exemptions' | 'clock'>;

export type Added =
  /** Every start from now on looks at it. */
  | { readonly kind: 'in-force'; readonly exemption: StoredExemption; readonly wasThere: boolean }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  /** The name is taken, by another exemption. */
  | { readonly kind: 'taken'; readonly by: 'policy' | 'stored' }
  | { readonly kind: 'too-many' }
  /** It is written, and starts that are about to be made may not know of it: the same again completes it. */
  | { readonly kind: 'not-announced'; readonly exemption: StoredExemption; readonly error: PortError };

export const addExemption = async (
  { exemptions, clock }: Stores,
  policy: Pick<Policy, 'timezone' | 'endlessExemptions' | 'exemptions'>,
  request: ExemptionRequest,
  who: string,
): Promise<Added> => {
  const now = clock.now();
  const reading = readRequest(request, policy, now);
  if (!reading.ok) return { kind: 'refused', problems: reading.problems };
  const { name } = reading.exemption;
  if (policy.exemptions.some((one) => one.name === name)) return { kind: 'taken', by: 'policy' };
  const all = await exemptions.all();
  const known = all.find((one) => nameOf(one) === name);
  if (known === undefined && all.length >= EXEMPTIONS_MAX) return { kind: 'too-many' };
  const exemption: StoredExemption = { ...reading.exemption, who, since: now };
  const wasPut = await exemptions.put(exemption);
  const there = wasPut ? exemption : await sameAs(exemption, exemptions);
  if (there === undefined) return { kind: 'taken', by: 'stored' };
  const error = await announced(exemptions);
  return error === undefined
    ? { kind: 'in-force', exemption: there, wasThere: !wasPut }
    : { kind: 'not-announced', exemption: there, error };
};

const nameOf = (found: FoundExemption): string => (found.kind === 'read' ? found.exemption.name : found.name);

/** The stored one of that name, if it says the same, whoever said it when. */
const sameAs = async (
  exemption: StoredExemption,
  exemptions: Stores['exemptions'],
): Promise<StoredExemption | undefined> => {
  const found = (await exemptions.all()).find((one) => nameOf(one) === exemption.name);
  if (found?.kind !== 'read') return undefined;
  return wordsOf(found.exemption) === wordsOf(exemption) ? found.exemption : undefined;
};

const wordsOf = ({ match, owner, reason, expiresAt }: StoredExemption): string =>
  JSON.stringify([sorted(match), owner, reason, expiresAt]);

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
};

export type Removed =
  | { readonly kind: 'removed' }
  /** There was none; should an earlier removal have died half-way, it is complete now. */
  | { readonly kind: 'not-there' }
  | { readonly kind: 'not-announced'; readonly error: PortError };

export const removeExemption = async ({ exemptions }: Stores, name: string): Promise<Removed> => {
  const wasThere = await exemptions.remove(name);
  const error = await announced(exemptions);
  if (error !== undefined) return { kind: 'not-announced', error };
  return { kind: wasThere ? 'removed' : 'not-there' };
};

const announced = (exemptions: Stores['exemptions']): Promise<PortError | undefined> =>
  exemptions.announce().then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof PortError) return error;
      throw error;
    },
  );
