import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { EXECUTOR_ROLE, EXTERNAL_ID } from '../../../sandbox/world/roles.ts';
import { putOpenRoles } from '../../support/open-roles.ts';
import { clientsOf, HUB, MEMBER, openSandbox, refusal } from '../core/with-sandbox.ts';

const ready = async (account = HUB) => {
  const sandbox = await openSandbox();
  putOpenRoles(sandbox.world, MEMBER, HUB);
  const { sts } = clientsOf(sandbox, account);
  const assume = (changes: object = {}) =>
    sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${MEMBER}:role/${EXECUTOR_ROLE}`,
        RoleSessionName: 'selfheal',
        ExternalId: EXTERNAL_ID,
        ...changes,
      }),
    );
  return { sandbox, sts, assume };
};

test('assumed credentials act in the member account as the role', async () => {
  const { sandbox, assume } = await ready();
  const { Credentials } = await assume();
  const config = {
    endpoint: sandbox.url,
    region: 'eu-west-1',
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
    maxAttempts: 1,
  };
  const [sts, sqs] = [new STSClient(config), new SQSClient(config)];
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: MEMBER,
    Arn: `arn:aws:sts::${MEMBER}:assumed-role/${EXECUTOR_ROLE}/selfheal`,
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  expect(QueueUrl).toContain(`/${MEMBER}/q`);

  sandbox.advanceBy(3_600_000);
  expect((await refusal(sts.send(new GetCallerIdentityCommand({})))).name).toBe('ExpiredToken');
  sts.destroy();
  sqs.destroy();
});

test.each([
  ['a wrong ExternalId', { ExternalId: 'other' }],
  ['no ExternalId', { ExternalId: undefined }],
  ['an unknown role', { RoleArn: `arn:aws:iam::${MEMBER}:role/none` }],
  ['a role of another account', { RoleArn: `arn:aws:iam::444444444444:role/${EXECUTOR_ROLE}` }],
])('%s is denied in AWS’s words', async (_what, changes) => {
  const { assume } = await ready();
  const error = await refusal(assume(changes));
  expect(error.name).toBe('AccessDenied');
  expect(error.message).toMatch(
    /^User: arn:aws:iam::222222222222:user\/sandbox is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::/,
  );
});

test('an account that the role does not trust is denied', async () => {
  const { assume } = await ready('333333333333');
  expect((await refusal(assume())).name).toBe('AccessDenied');
});

test('a session name or duration out of bounds is refused before the role is looked at', async () => {
  const { assume } = await ready();
  expect((await refusal(assume({ RoleSessionName: 'no spaces' }))).name).toBe('ValidationError');
  expect((await refusal(assume({ DurationSeconds: 899 }))).message).toContain('greater than or equal to 900');
});
