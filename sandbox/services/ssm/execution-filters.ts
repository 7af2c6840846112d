/** The filters of DescribeAutomationExecutions: all must hold, each by any of its values. */
import { AwsError } from '../../service.ts';
import type { Execution } from './execution.ts';

export interface Filter {
  readonly Key: string;
  readonly Values: readonly string[];
}

export const matchesFilters = (execution: Execution, filters: readonly Filter[]): boolean =>
  filters.every(({ Key, Values }) => Values.some((value) => matches(execution, Key, value)));

const matches = (execution: Execution, key: string, value: string): boolean => {
  switch (key) {
    case 'DocumentNamePrefix':
      return execution.document.startsWith(value);
    case 'ExecutionStatus':
      return execution.status === value;
    case 'ExecutionId':
      return execution.id === value;
    case 'CurrentAction':
      return execution.endedMs === undefined && execution.steps[execution.stepIndex]?.action === value;
    case 'StartTimeBefore':
      return execution.requestedMs < timeOf(value);
    case 'StartTimeAfter':
      return execution.requestedMs > timeOf(value);
    case 'AutomationType':
      return value === 'Local';
    case 'TagKey':
      return execution.tags.some(({ Key }) => Key === value);
    case 'ParentExecutionId':
    case 'TargetResourceGroup':
    case 'AutomationSubtype':
    case 'OpsItemId':
      return false;
    default:
      throw new AwsError('InvalidFilterKey', `The filter key ${key} is not valid.`);
  }
};

const timeOf = (value: string): number => {
  const ms = Date.parse(value);
  if (Number.isNaN(ms))
    throw new AwsError(
      'InvalidFilterValue',
      `The filter value ${value} is not a time such as 2026-01-31T12:00:00Z.`,
    );
  return ms;
};
