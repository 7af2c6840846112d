/** Policy and catalog, read and checked as people wrote them, and sealed for the functions to read without YAML. */

import { loadCatalog } from '../catalog/load-catalog.ts';
import { sealPolicy } from '../packaged/seal-policy.ts';
import { sealCatalog } from '../packaged/sealed-catalog.ts';
import { readPolicyFile } from '../policy-file.ts';

/** The files that lie beside every function, by name. */
export interface PackagedDocuments {
  readonly 'policy.json': string;
  readonly 'catalog.json': string;
}

/** @throws an Error with every problem of the policy or of the catalog: what is not valid is not packaged. */
export const packageDocuments = (policyFile: string, runbooksDir: string): PackagedDocuments => ({
  'policy.json': sealPolicy(readPolicyFile(policyFile)),
  'catalog.json': sealCatalog(loadCatalog(runbooksDir)),
});
