import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { EVENT_SOURCES, SCHEDULES } from '../../../cli/service/event-sources.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { readTemplate } from '../../../sandbox/cloudformation/read-template.ts';

interface DeclaredFunction {
  readonly name: string;
  readonly events?: readonly {
    readonly sqs?: {
      readonly arn: string;
      readonly batchSize: number;
      readonly maximumConcurrency: number;
      readonly functionResponseType?: string;
    };
    readonly schedule?: { readonly rate: readonly string[]; readonly input?: { readonly kind: string } };
  }[];
}

/** Its CloudFormation tags are left out: what they are on is read as plain text. */
const { functions } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'error' }) as {
  functions: Readonly<Record<string, DeclaredFunction>>;
};
const queues = readTemplate(readFileSync('infra/stack/hub/queues.yml', 'utf8')).Resources;

it('feeds the functions of one process from the queues that the deployment feeds them from, in the same batches', () => {
  const declared = Object.values(functions).flatMap(({ name, events = [] }) =>
    events.flatMap(({ sqs }) => (sqs === undefined ? [] : [{ name, sqs }])),
  );
  expect(
    declared.map(({ name, sqs }) => ({
      functionName: name,
      queueName: queues[sqs.arn.replace('.Arn', '')]?.Properties.QueueName,
      batchSize: sqs.batchSize,
    })),
  ).toEqual(
    Object.values(EVENT_SOURCES).map(({ functionName, queueName, batchSize }) => ({
      functionName,
      queueName,
      batchSize,
    })),
  );
  for (const { name, sqs } of declared) {
    expect(sqs.functionResponseType, `${name} answers with what failed of its batch`).toBe(
      'ReportBatchItemFailures',
    );
    const here = Object.values(EVENT_SOURCES).find(({ functionName }) => functionName === name);
    expect(here?.concurrencyMax).toBeLessThanOrEqual(sqs.maximumConcurrency);
  }
});

const RATES: Readonly<Record<number, string>> = {
  [minuteMs]: 'rate(1 minute)',
  [5 * minuteMs]: 'rate(5 minutes)',
  [hourMs]: 'rate(1 hour)',
};

it('ticks as often as the deployment does, and orders reports as often', () => {
  const scheduled = Object.values(functions).flatMap(({ name, events = [] }) =>
    events.flatMap(({ schedule }) =>
      schedule === undefined ? [] : [{ name, kind: schedule.input?.kind, rate: schedule.rate }],
    ),
  );
  expect(scheduled).toEqual(
    SCHEDULES.map(({ functionName, order, everyMs }) => ({
      name: functionName,
      kind: order,
      rate: [RATES[everyMs]],
    })),
  );
});
