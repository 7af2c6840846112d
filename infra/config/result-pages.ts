/** Config's lists of results, page by page; what is wrong with one result is told in its place and harms no other. */
import type { EvaluationResult } from '@aws-sdk/client-config-service';
import { PortError } from '../../domain/ports.ts';
import type { SweptResult } from '../../domain/sweep/sweep-source.ts';
import { calling } from '../aws-errors.ts';
import { evaluationOf } from './compliance.ts';

/** A page may be empty and yet have a next one: only a missing token is the end. */
export const everyPage = async function* <T extends { readonly NextToken?: string | undefined }>(
  operation: string,
  read: (token: { readonly NextToken?: string }) => Promise<T>,
): AsyncIterable<T> {
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page: T = await calling(operation, () => read(next === undefined ? {} : { NextToken: next }));
    yield page;
    next = page.NextToken || undefined;
    if (next !== undefined && seen.has(next))
      throw new PortError('transient', 'MalformedAnswer', operation, 'a page names itself as its next one');
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
};

/** @param operation that told it */
export const resultOf = (result: EvaluationResult, operation: string): SweptResult => {
  const { ResourceType: resourceType, ResourceId: resourceId } =
    result.EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
  try {
    if (!resourceType || !resourceId)
      throw new PortError('transient', 'MalformedAnswer', operation, 'a result without its resource');
    const evaluation = evaluationOf(result, operation);
    if (evaluation.compliance !== 'NON_COMPLIANT')
      throw new PortError(
        'transient',
        'MalformedAnswer',
        operation,
        `${evaluation.compliance} for ${resourceType} ${resourceId}, and NON_COMPLIANT was asked for`,
      );
    return { kind: 'result', resourceType, resourceId, evaluation };
  } catch (error) {
    return { kind: 'malformed', error };
  }
};

/** The largest that Config gives. */
export const RESULTS_PAGE_MAX = 100;
