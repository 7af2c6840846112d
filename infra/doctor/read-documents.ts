/** The catalog's documents as SSM has them in a Region: AWS's own are the same in every account. */
import { DescribeDocumentCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Runbook } from '../../domain/catalog/catalog.ts';
import type { DocumentFacts, RegionDocument } from '../../domain/doctor/judge-documents.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import type { Ask } from './ask.ts';

export const readDocuments = (
  ssm: SSMClient,
  runbooks: readonly Runbook[],
  ask: Ask,
): Promise<readonly RegionDocument[]> =>
  inParallel(runbooks, DOCUMENTS_AT_ONCE, async (runbook) => ({
    runbook,
    document: await ask('ssm:DescribeDocument', (signal) => read(ssm, runbook, signal)),
  }));

const read = async (
  ssm: SSMClient,
  { document, documentVersion }: Runbook,
  abortSignal: AbortSignal,
): Promise<DocumentFacts | undefined> => {
  try {
    const { Document } = await ssm.send(
      new DescribeDocumentCommand({
        Name: document,
        ...(documentVersion === undefined ? {} : { DocumentVersion: documentVersion }),
      }),
      { abortSignal },
    );
    return {
      status: Document?.Status ?? 'without a status',
      parameters: (Document?.Parameters ?? []).map(({ Name = '', DefaultValue }) => ({
        name: Name,
        required: DefaultValue === undefined,
      })),
    };
  } catch (error) {
    if (MISSING.has((error as { name?: string }).name ?? '')) return undefined;
    throw error;
  }
};

const MISSING: ReadonlySet<string> = new Set(['InvalidDocument', 'InvalidDocumentVersion']);

/** SSM lets an account describe a few documents a second; the SDK waits and tries again. */
const DOCUMENTS_AT_ONCE = 5;
