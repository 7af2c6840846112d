/** SSM's notifications about executions and their steps, exactly as they come on the default bus. */
import type { EmitEvent } from '../../service.ts';
import type { Execution, StepState } from './execution.ts';

export const emitExecutionStatus = (emit: EmitEvent, execution: Execution): void =>
  emit({
    ...envelope(execution, 'EC2 Automation Execution Status-change Notification'),
    detail: {
      ...definition(execution),
      Status: execution.status,
      StartTime: ssmTime(execution.requestedMs),
      ...ending(execution.requestedMs, execution.endedMs),
      ExecutedBy: execution.executedBy,
    },
  });

export const emitStepStatus = (emit: EmitEvent, execution: Execution, step: StepState): void =>
  emit({
    ...envelope(execution, 'EC2 Automation Step Status-change Notification'),
    detail: {
      ...definition(execution),
      Status: step.status,
      ...ending(step.startedMs ?? execution.requestedMs, step.endedMs),
      StartTime: ssmTime(step.startedMs ?? execution.requestedMs),
      StepName: step.name,
      Action: step.action,
    },
  });

const envelope = ({ id, account, region, document, documentVersion }: Execution, detailType: string) => ({
  source: 'aws.ssm',
  detailType,
  account,
  region,
  resources: [
    `arn:aws:ssm:${region}:${account}:automation-execution/${id}`,
    `arn:aws:ssm:${region}:${account}:automation-definition/${document}:${documentVersion}`,
  ],
});

const definition = (execution: Execution) => ({
  ExecutionId: execution.id,
  Definition: execution.document,
  DefinitionVersion: Number(execution.documentVersion),
});

const ending = (startedMs: number, endedMs: number | undefined) =>
  endedMs === undefined ? {} : { EndTime: ssmTime(endedMs), Time: endedMs - startedMs };

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A time as these events write it, in UTC.
 *
 * @example
 * ssmTime(Date.UTC(2024, 10, 29, 19, 43, 20)) // 'Nov 29, 2024 7:43:20 PM'
 */
export const ssmTime = (ms: number): string => {
  const time = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = time.getUTCHours();
  const clock = `${hours % 12 || 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  const day = `${MONTHS[time.getUTCMonth()]} ${time.getUTCDate()}, ${time.getUTCFullYear()}`;
  return `${day} ${clock} ${hours < 12 ? 'AM' : 'PM'}`;
};
