/** Config's exceptions from remediation, as the adapter reads them: what holds, what does not, and what is a doubt. */
import type {
  ConfigServiceClient,
  DescribeRemediationExceptionsCommand,
} from '@aws-sdk/client-config-service';
import { describe, expect, it } from 'vitest';
import { createRemediationExceptionReader } from '../../../infra/config/remediation-exceptions.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';

const ORIGIN = { ...aCase('queued').origin, configRuleName: 'securityhub-versioning-1a2b3c4d' };
const KEY = { ResourceType: finding.resourceType, ResourceId: finding.resourceId };
const EXCEPTION = { ConfigRuleName: ORIGIN.configRuleName, ...KEY };

const reading = (answer: unknown) => {
  const asked: unknown[] = [];
  const config = {
    send: async ({ input }: DescribeRemediationExceptionsCommand) => {
      asked.push(input);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as ConfigServiceClient;
  const lanes: unknown[] = [];
  const clients = {
    config: (lane: unknown) => {
      lanes.push(lane);
      return config;
    },
  };
  return { asked, lanes, told: createRemediationExceptionReader(clients, () => NOW)(ORIGIN, finding) };
};
const at = (text: string) => new Date(text);

describe('an exception from remediation', () => {
  it('is asked for together with others of the same rule, no more at once than an answer holds', async () => {
    const asked: number[] = [];
    const config = {
      send: async ({ input }: DescribeRemediationExceptionsCommand) => {
        asked.push(input.ResourceKeys?.length ?? 0);
        const [first] = input.ResourceKeys ?? [];
        return { RemediationExceptions: [{ ConfigRuleName: input.ConfigRuleName, ...first }] };
      },
    } as unknown as ConfigServiceClient;
    const read = createRemediationExceptionReader({ config: () => config }, () => NOW);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => read(ORIGIN, { ...finding, resourceId: `bucket-${n}` })),
    );
    expect(asked).toEqual([25, 25, 10]);
    const exempt = answers.flatMap((answer, n) => (answer === undefined ? [] : [n]));
    expect(exempt).toEqual([0, 25, 50]);
  });

  it('is asked for once, where the finding was evaluated, by the name that the rule has there', async () => {
    const { asked, lanes, told } = reading({ RemediationExceptions: [] });
    expect(await told).toBeUndefined();
    expect(lanes).toEqual([{ account: finding.account, region: 'us-east-1' }]);
    expect(asked).toEqual([{ ConfigRuleName: ORIGIN.configRuleName, ResourceKeys: [KEY] }]);
  });

  it('holds until its time, or without an end, and says what Config says', async () => {
    const ExpirationTime = at('2026-11-21T03:00:00.001Z');
    expect(
      await reading({ RemediationExceptions: [{ ...EXCEPTION, Message: ' moves ', ExpirationTime }] }).told,
    ).toEqual({
      name: 'config:remediation-exception',
      owner: 'AWS Config in account 222222222222',
      reason: 'moves',
      until: '2026-11-21T03:00:00.001Z',
    });
    expect(await reading({ RemediationExceptions: [EXCEPTION] }).told).toEqual({
      name: 'config:remediation-exception',
      owner: 'AWS Config in account 222222222222',
      reason: 'Config gives no message',
    });
  });

  it('does not hold any more at the moment of its end', async () => {
    const told = reading({ RemediationExceptions: [{ ...EXCEPTION, ExpirationTime: at(NOW) }] }).told;
    expect(await told).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['a list of something else', { RemediationExceptions: [{ ...EXCEPTION, ResourceId: 'another' }] }],
    ['an end that is no time', { RemediationExceptions: [{ ...EXCEPTION, ExpirationTime: at('soon') }] }],
  ])('is a doubt when the answer has %s', async (_, answer) => {
    await expect(reading(answer).told).rejects.toMatchObject({ code: 'MalformedAnswer' });
  });

  it('is a doubt when Config does not answer', async () => {
    const denied = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    await expect(reading(denied).told).rejects.toMatchObject({
      code: 'AccessDeniedException',
      operation: 'config:DescribeRemediationExceptions',
    });
  });
});
