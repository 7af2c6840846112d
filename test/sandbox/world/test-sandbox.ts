/** A world with its SSM and Config, a clock that the test drives, and every event kept. */
import { openWorld } from '../../../sandbox/core/world-store.ts';
import type { AwsService, EmitEvent, World } from '../../../sandbox/service.ts';
import { createConfigService } from '../../../sandbox/services/config/config.ts';
import { createSsmService } from '../../../sandbox/services/ssm/ssm.ts';
import { DEMO_ACCOUNTS, isSeeded, seedWorld } from '../../../sandbox/world/seed.ts';
import { changeSettings, type WorldSettings } from '../../../sandbox/world/settings.ts';
import { putOpenRoles } from '../../support/open-roles.ts';

export const ACCOUNT = '222222222222';
export const REGION = 'us-east-1';
export const START_MS = Date.UTC(2026, 0, 15, 12);
export const PRINCIPAL = `arn:aws:sts::${ACCOUNT}:assumed-role/selfheal-executor/selfheal`;
export const AUTOMATION_ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/selfheal-AWS-ConfigureS3BucketVersioning`;

export interface TestEvent {
  readonly source: string;
  readonly detailType: string;
  readonly account: string;
  readonly region: string;
  readonly resources?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: tests read details of several shapes.
  readonly detail: any;
}

// biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as there are operations.
type Answer = any;

interface Place {
  readonly account?: string;
  readonly region?: string;
}

export const testSandbox = (settings: Partial<WorldSettings> = {}, world: World = openWorld()) => {
  let nowMs = START_MS;
  const events: TestEvent[] = [];
  const emit: EmitEvent = (event) => events.push(structuredClone(event));
  if (!isSeeded(world)) seedWorld(world, { nowMs });
  for (const { account } of DEMO_ACCOUNTS) putOpenRoles(world, account);
  changeSettings(world, settings);
  const services: Record<'ssm' | 'config', AwsService> = {
    ssm: createSsmService({ world, emit }),
    config: createConfigService({ world, emit }),
  };
  const all = Object.values(services);
  const nextDue = () => Math.min(...all.map((service) => service.dueAt() ?? Number.POSITIVE_INFINITY));
  return {
    world,
    events,
    nowMs: () => nowMs,
    /** Lets time pass, from one due moment to the next. */
    advance: (ms: number) => {
      const untilMs = nowMs + ms;
      for (let due = nextDue(); due <= untilMs; due = nextDue()) {
        nowMs = Math.max(nowMs, due);
        for (const service of all) service.runDue(nowMs);
      }
      nowMs = untilMs;
    },
    call: async (
      service: 'ssm' | 'config',
      operation: string,
      input: unknown,
      place: Place = {},
    ): Promise<Answer> => {
      const run = services[service].operations[operation];
      if (run === undefined) throw new Error(`${service} has no operation ${operation}`);
      return run(input, { account: ACCOUNT, region: REGION, principalArn: PRINCIPAL, nowMs, ...place });
    },
    complianceChanges: (): readonly (readonly [string, string, string])[] =>
      events
        .filter((event) => event.detailType === 'Config Rules Compliance Change')
        .map(({ detail }) => [
          detail.configRuleName,
          detail.resourceId,
          detail.newEvaluationResult.complianceType,
        ]),
    executionStatuses: (id?: string): readonly string[] =>
      events
        .filter((event) => event.detailType === 'EC2 Automation Execution Status-change Notification')
        .filter((event) => id === undefined || event.detail.ExecutionId === id)
        .map((event) => event.detail.Status),
  };
};
