/** The runbooks as SSM documents: which exist, in which versions, with which parameters. */
import { createHash } from 'node:crypto';
import { AwsError, type Operation } from '../../service.ts';
import type { RunbookParameter, SandboxRunbook } from '../../world/runbooks/runbook.ts';
import { findRunbook, RUNBOOKS } from '../../world/runbooks/runbooks.ts';
import { page } from '../config/paging.ts';

const CREATED_SECONDS = Date.UTC(2023, 5, 1) / 1000;

export const documentOperations: Readonly<Record<string, Operation>> = {
  DescribeDocument: (input: { Name: string; DocumentVersion?: string }) => describeDocument(input),
  GetDocument: (input: { Name: string; DocumentVersion?: string; DocumentFormat?: string }) =>
    getDocument(input),
  ListDocuments: (input: ListDocumentsInput) => listDocuments(input),
};

/** The version that a name stands for; undefined when there is no such one. */
export const resolveVersion = (runbook: SandboxRunbook, wanted: string | undefined): string | undefined =>
  wanted === undefined || wanted === '$DEFAULT' || wanted === '$LATEST'
    ? runbook.versions.at(-1)
    : runbook.versions.find((version) => version === wanted);

const documentAndVersion = (input: { Name: string; DocumentVersion?: string }) => {
  const runbook = findRunbook(input.Name);
  if (runbook === undefined)
    throw new AwsError('InvalidDocument', `Document with name ${input.Name} does not exist.`);
  const version = resolveVersion(runbook, input.DocumentVersion);
  if (version === undefined)
    throw new AwsError(
      'InvalidDocumentVersion',
      `The document ${runbook.document} has no version ${input.DocumentVersion}.`,
    );
  return { runbook, version };
};

const describeDocument = (input: { Name: string; DocumentVersion?: string }) => {
  const { runbook, version } = documentAndVersion(input);
  return {
    Document: {
      Hash: createHash('sha256').update(contentOf(runbook)).digest('hex'),
      HashType: 'Sha256',
      ...identifier(runbook, version),
      CreatedDate: CREATED_SECONDS,
      Status: 'Active',
      Description: runbook.description,
      Parameters: runbook.parameters.map((parameter) => ({
        Name: parameter.name,
        Type: parameter.type,
        Description: parameter.description,
        ...(parameter.default === undefined ? {} : { DefaultValue: parameter.default }),
      })),
      LatestVersion: runbook.versions.at(-1),
      DefaultVersion: runbook.versions.at(-1),
    },
  };
};

const identifier = (runbook: SandboxRunbook, version: string) => ({
  Name: runbook.document,
  Owner: 'Amazon',
  PlatformTypes: ['Windows', 'Linux', 'MacOS'],
  DocumentVersion: version,
  DocumentType: 'Automation',
  SchemaVersion: '0.3',
  DocumentFormat: 'JSON',
  Tags: [],
});

const getDocument = (input: { Name: string; DocumentVersion?: string }) => {
  const { runbook, version } = documentAndVersion(input);
  return {
    Name: runbook.document,
    CreatedDate: CREATED_SECONDS,
    DocumentVersion: version,
    Status: 'Active',
    Content: contentOf(runbook),
    DocumentType: 'Automation',
    DocumentFormat: 'JSON',
  };
};

const contentOf = (runbook: SandboxRunbook): string =>
  JSON.stringify(
    {
      schemaVersion: '0.3',
      description: runbook.description,
      assumeRole: '{{ AutomationAssumeRole }}',
      parameters: Object.fromEntries(runbook.parameters.map((one) => [one.name, declaration(one)])),
      mainSteps: runbook.steps.map(({ name, action }) => ({ name, action })),
    },
    undefined,
    2,
  );

const declaration = ({ name: _name, pattern, ...parameter }: RunbookParameter) => ({
  ...parameter,
  ...(pattern === undefined ? {} : { allowedPattern: pattern }),
});

interface ListDocumentsInput {
  Filters?: readonly { Key: string; Values: readonly string[] }[];
  MaxResults?: number;
  NextToken?: string;
}

const listDocuments = (input: ListDocumentsInput) => {
  const matching = RUNBOOKS.filter((runbook) =>
    (input.Filters ?? []).every(({ Key, Values }) => {
      switch (Key) {
        case 'Name':
          return Values.some((value) => runbook.document.startsWith(value));
        case 'Owner':
          return Values.some((value) => ['Amazon', 'All', 'Public'].includes(value));
        case 'DocumentType':
          return Values.includes('Automation');
        default:
          throw new AwsError('InvalidFilterKey', `The filter key ${Key} is not valid.`);
      }
    }),
  );
  const found = page(matching, input.MaxResults ?? 10, input.NextToken, 'InvalidNextToken');
  return {
    DocumentIdentifiers: found.items.map((runbook) => ({
      ...identifier(runbook, runbook.versions.at(-1) ?? '1'),
      CreatedDate: CREATED_SECONDS,
    })),
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};
