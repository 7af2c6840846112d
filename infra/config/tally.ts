/** Counts a rule's results as their pages come in, and names those that are NON_COMPLIANT as far as there is room. */
import type { EvaluationResult } from '@aws-sdk/client-config-service';
import {
  type ComplianceCounts,
  RULE_TROUBLES,
  type RuleCompliance,
  type RuleTrouble,
} from '../../domain/compliance/lane-compliance.ts';
import { PortError } from '../../domain/ports.ts';
import { evaluationOf } from './compliance.ts';

export type Told = Pick<RuleCompliance, 'counts' | 'nonCompliant'> & {
  /** What is wrong with the results themselves. */
  readonly trouble?: RuleTrouble;
};

export interface Tally {
  /** @param expected the only type that may come: what was asked for */
  add(results: readonly EvaluationResult[], expected?: string): void;
  told(): Told;
}

/** How much an answer may name, all of its rules together. */
export interface Room {
  takes(chars: number): boolean;
}

export const roomFor = (charsMax: number): Room => {
  let left = charsMax;
  return {
    takes: (chars) => {
      left -= chars;
      return left >= 0;
    },
  };
};

/** @param operation that tells the results */
export const createTally = (operation: string, room: Room): Tally => {
  const counts = { compliant: 0, nonCompliant: 0, notApplicable: 0, insufficientData: 0 };
  const nonCompliant: { type: string; id: string }[] = [];
  const malformed: string[] = [];
  const addOne = (result: EvaluationResult, expected: string | undefined): void => {
    const { ResourceType: type, ResourceId: id } =
      result.EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
    if (!type || !id) throw malformedAnswer(operation, 'a result without its resource');
    const { compliance } = evaluationOf(result, operation);
    if (expected !== undefined && compliance !== expected)
      throw malformedAnswer(operation, `${compliance} for ${type} ${id}, and ${expected} was asked for`);
    const kind = Object.hasOwn(KINDS, compliance) ? KINDS[compliance] : undefined;
    if (kind === undefined) throw malformedAnswer(operation, `${compliance} for ${type} ${id}`);
    counts[kind] += 1;
    if (kind === 'nonCompliant' && nonCompliant.length < NAMED_MAX && room.takes(type.length + id.length))
      nonCompliant.push({ type, id });
  };
  return {
    add: (results, expected) => {
      for (const result of results)
        try {
          addOne(result, expected);
        } catch (error) {
          malformed.push(error instanceof Error ? error.message : String(error));
        }
    },
    told: () => {
      const trouble = troubleIn(counts, malformed);
      return { counts: { ...counts }, nonCompliant, ...(trouble && { trouble }) };
    },
  };
};

const KINDS: Readonly<Record<string, keyof ComplianceCounts>> = {
  COMPLIANT: 'compliant',
  NON_COMPLIANT: 'nonCompliant',
  NOT_APPLICABLE: 'notApplicable',
  INSUFFICIENT_DATA: 'insufficientData',
};

/** Of one rule. */
const NAMED_MAX = 1_000;

/** A function answers with 6 MB at most. */
export const NAMED_CHARS_MAX = 2_000_000;

export const malformedAnswer = (operation: string, message: string): PortError =>
  new PortError('transient', RULE_TROUBLES.malformed, operation, message);

const troubleIn = (counts: ComplianceCounts, malformed: readonly string[]): RuleTrouble | undefined => {
  const [first] = malformed;
  if (first !== undefined)
    return {
      code: RULE_TROUBLES.malformed,
      message: `${malformed.length} of its results cannot be read, the first: ${first}`,
    };
  if (counts.insufficientData > 0)
    return {
      code: RULE_TROUBLES.insufficientData,
      message: `${counts.insufficientData} of its results say INSUFFICIENT_DATA`,
    };
  if (Object.values(counts).every((count) => count === 0))
    return {
      code: RULE_TROUBLES.noResults,
      message: 'it has told of no resource: none is in its scope, or it has found none yet',
    };
  return undefined;
};
