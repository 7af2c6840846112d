/** What every part of the engine works with. */
import type { Catalog } from '../catalog/catalog.ts';
import { createExemptions, type Exemptions } from '../exemption/exemptions.ts';
import type { Ports } from '../ports.ts';
import type { Assessor } from './assess.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Engine } from './tell.ts';

export interface EnginePartsOptions {
  readonly ports: Ports;
  readonly catalog: Catalog;
  readonly policy: () => PolicyBook;
  /** See `Assessor`. */
  readonly policyUpTo?: (sequence: number) => Promise<void>;
}

export interface EngineParts {
  readonly engine: Engine;
  readonly exemptions: Exemptions;
}

export const engineParts = ({ ports, catalog, policy, policyUpTo }: EnginePartsOptions): EngineParts => {
  const exemptions = createExemptions(ports.exemptions);
  const assessor: Assessor = { catalog, policy, exemptions, ports, ...(policyUpTo && { policyUpTo }) };
  return { engine: { ports, assessor }, exemptions };
};
