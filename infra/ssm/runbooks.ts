/** Runbooks over SSM Automation, in the lane that a plan names. */
import {
  DescribeAutomationExecutionsCommand,
  DescribeDocumentCommand,
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { automationStatus } from '../../domain/automation-status.ts';
import { laneId } from '../../domain/finding.ts';
import type { Plan } from '../../domain/plan.ts';
import { PortError, type Runbooks } from '../../domain/ports.ts';
import { epochMs, hourMs, type Instant, instant } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { MemberClients } from '../sts/member-clients.ts';

/** The tag's key carries the attempt, because executions can be looked up by the key of a tag alone. */
export const attemptTagKey = (clientToken: string): string => `selfheal:attempt:${clientToken}`;

export const createRunbooks = (clients: MemberClients, now: () => Instant): Runbooks => {
  const versions = new Map<string, { readonly version: string; readonly readAt: Instant }>();

  return {
    start: async (plan, clientToken, caseId) => {
      const { AutomationExecutionId } = await calling('ssm:StartAutomationExecution', () =>
        clients.ssmOnce(plan).send(
          new StartAutomationExecutionCommand({
            DocumentName: plan.document,
            DocumentVersion: plan.documentVersion,
            ...parametersOf(plan),
            ClientToken: clientToken,
            Tags: [
              { Key: 'selfheal:case', Value: caseId },
              { Key: attemptTagKey(clientToken), Value: caseId },
            ],
          }),
        ),
      );
      if (AutomationExecutionId === undefined)
        throw new PortError(
          'transient',
          'NoExecutionId',
          'ssm:StartAutomationExecution',
          'SSM answered without an execution id',
        );
      return AutomationExecutionId;
    },

    read: async (plan, executionId) => {
      try {
        const { AutomationExecution: found } = await calling('ssm:GetAutomationExecution', () =>
          clients.ssm(plan).send(new GetAutomationExecutionCommand({ AutomationExecutionId: executionId })),
        );
        if (found === undefined) return undefined;
        const statusText = found.AutomationExecutionStatus ?? '';
        return {
          executionId,
          status: automationStatus(statusText),
          statusText,
          ...(found.ExecutionEndTime ? { endedAt: instant(found.ExecutionEndTime.getTime()) } : {}),
          ...(found.FailureMessage
            ? { failureMessage: found.FailureMessage.slice(0, FAILURE_CHARS_MAX) }
            : {}),
          document: found.DocumentName ?? '',
          documentVersion: found.DocumentVersion ?? '',
          parameters: found.Parameters ?? {},
        };
      } catch (error) {
        if (hasCode(error, 'AutomationExecutionNotFoundException')) return undefined;
        throw error;
      }
    },

    find: async (plan, clientToken) => {
      let token: string | undefined;
      do {
        const page = await calling('ssm:DescribeAutomationExecutions', () =>
          clients.ssm(plan).send(
            new DescribeAutomationExecutionsCommand({
              Filters: [{ Key: 'TagKey', Values: [attemptTagKey(clientToken)] }],
              ...(token ? { NextToken: token } : {}),
            }),
          ),
        );
        // A page may be empty and yet not the last.
        const id = page.AutomationExecutionMetadataList?.[0]?.AutomationExecutionId;
        if (id !== undefined) return id;
        token = page.NextToken;
      } while (token);
      return undefined;
    },

    stop: async (plan, executionId) => {
      await calling('ssm:StopAutomationExecution', () =>
        clients
          .ssm(plan)
          .send(new StopAutomationExecutionCommand({ AutomationExecutionId: executionId, Type: 'Cancel' })),
      );
    },

    defaultVersion: async (lane, document) => {
      const key = `${laneId(lane)}/${document}`;
      const known = versions.get(key);
      if (known && epochMs(now()) - epochMs(known.readAt) < VERSION_FRESH_MS) return known.version;
      try {
        const { Document } = await calling('ssm:DescribeDocument', () =>
          clients.ssm(lane).send(new DescribeDocumentCommand({ Name: document })),
        );
        const version = Document?.DefaultVersion;
        if (version) versions.set(key, { version, readAt: now() });
        return version;
      } catch (error) {
        if (hasCode(error, 'InvalidDocument')) return undefined;
        throw error;
      }
    },
  };
};

/** SSM takes no empty map of parameters. */
const parametersOf = ({ parameters }: Plan): { Parameters?: Record<string, string[]> } => {
  const entries = Object.entries(parameters).map(([name, values]): [string, string[]] => [name, [...values]]);
  return entries.length === 0 ? {} : { Parameters: Object.fromEntries(entries) };
};

const VERSION_FRESH_MS = hourMs;
const FAILURE_CHARS_MAX = 400;
