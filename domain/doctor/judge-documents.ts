/** Are the runbooks of the catalog there in a Region, with the parameters that a plan will give them? */
import type { Runbook } from '../catalog/catalog.ts';
import type { Reading } from './reading.ts';
import { type Trouble, unread } from './trouble.ts';

export interface DocumentFacts {
  readonly status: string;
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
}

export interface RegionDocument {
  readonly runbook: Runbook;
  /** Undefined: there is no such document, or not in the version that the catalog pins. */
  readonly document: Reading<DocumentFacts | undefined>;
}

export const judgeDocuments = (region: string, documents: readonly RegionDocument[]): readonly Trouble[] =>
  documents.flatMap(({ runbook, document }) => {
    const where = `runbook ${runbook.document} in ${region}`;
    const look = `aws ssm describe-document --name ${runbook.document} --region ${region}`;
    if (!document.ok) return [unread(where, document, 'selfheal doctor')];
    const { value } = document;
    if (value === undefined) {
      const version = runbook.documentVersion === undefined ? '' : ` in version ${runbook.documentVersion}`;
      return [broken(where, `SSM has no such document there${version}: no plan with it can start`, look)];
    }
    if (value.status !== 'Active')
      return [
        broken(where, `SSM says that the document is ${value.status}: no plan with it can start`, look),
      ];
    return parameterTroubles(where, look, runbook, value);
  });

const parameterTroubles = (
  where: string,
  look: string,
  runbook: Runbook,
  { parameters }: DocumentFacts,
): readonly Trouble[] => {
  const known = new Set(parameters.map(({ name }) => name));
  const given = new Set(runbook.parameters.map(({ name }) => name));
  const unknown = [...given].filter((name) => !known.has(name));
  const wanting = parameters
    .filter(({ name, required }) => required && !given.has(name))
    .map(({ name }) => name);
  const mend = `${look}; then correct runbooks/ (docs/runbooks.md)`;
  return [
    ...(unknown.length === 0
      ? []
      : [
          broken(
            where,
            `the document has no parameter ${unknown.join(', ')}: SSM will refuse to start it`,
            mend,
          ),
        ]),
    ...(wanting.length === 0
      ? []
      : [broken(where, `the document wants ${wanting.join(', ')}, which the catalog does not give`, mend)]),
  ];
};

const broken = (where: string, what: string, mend: string): Trouble => ({
  severity: 'broken',
  where,
  what,
  mend,
});
