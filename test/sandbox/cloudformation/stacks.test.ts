import { expect, it } from 'vitest';
import { stackRoutes } from '../../../sandbox/cloudformation/stack-routes.ts';
import { stackTable } from '../../../sandbox/cloudformation/stack-store.ts';
import { deployStackSetsTo } from '../../../sandbox/cloudformation/stacks.ts';
import { readTemplateFiles } from '../../../sandbox/cloudformation/template-files.ts';
import { recorders } from '../../../sandbox/services/config/recorder.ts';
import { roleTable } from '../../../sandbox/world/roles.ts';
import { askSandbox, openSandbox } from '../core/with-sandbox.ts';

const MEMBER_STACK = `
Parameters: {HomeRegion: {Type: String}}
Conditions: {IsHome: !Equals [!Ref AWS::Region, !Ref HomeRegion]}
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: IsHome
    Properties:
      RoleName: executor
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: sts:AssumeRole}]
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: undelivered}}
`;

const deployedSet = async () => {
  const sandbox = await openSandbox({ adminRoutes: stackRoutes });
  const order = {
    name: 'member',
    template: MEMBER_STACK,
    homeRegion: 'us-east-1',
    parameters: { HomeRegion: 'us-east-1' },
    lanes: [{ account: '111122223333', region: 'eu-west-1' }],
  };
  expect((await askSandbox(sandbox, 'POST', 'stack-sets', order)).status).toBe(200);
  const stacks = () =>
    [...stackTable(sandbox.world).values()].map(({ account, region }) => `${account}/${region}`);
  return { sandbox, order, stacks };
};

it('deploys a stack set to each lane, and to the home Region of its account first', async () => {
  const { sandbox, stacks } = await deployedSet();
  expect(stacks()).toEqual(['111122223333/us-east-1', '111122223333/eu-west-1']);
  expect([...roleTable(sandbox.world).values()].map(({ account, name }) => [account, name])).toEqual([
    ['111122223333', 'executor'],
  ]);
});

it('deploys it to lanes that come later, and asks nothing of those that have it', async () => {
  const { sandbox, order, stacks } = await deployedSet();
  const calls: string[] = [];
  const watched: typeof sandbox = {
    ...sandbox,
    call: (...asked) => {
      calls.push(asked[2]);
      return sandbox.call(...asked);
    },
  };
  const later = { account: '444455556666', region: 'ap-south-1' };
  await deployStackSetsTo(watched, later);
  expect(stacks().slice(2)).toEqual(['444455556666/us-east-1', '444455556666/ap-south-1']);
  expect(calls).toContain('CreateQueue');
  calls.length = 0;
  await deployStackSetsTo(watched, later);
  await askSandbox(sandbox, 'POST', 'stack-sets', order);
  expect(calls).toEqual([]);
});

it('tells over HTTP what is wrong with an order', async () => {
  const sandbox = await openSandbox({ adminRoutes: stackRoutes });
  const post = async (body: object) => (await askSandbox(sandbox, 'POST', 'stacks', body)).body.error;
  const lane = { name: 'hub', account: '111122223333', region: 'eu-west-1' };
  expect(await post({ ...lane, template: MEMBER_STACK })).toBe(
    'Cannot deploy the stack hub to 111122223333/eu-west-1: Parameters: [HomeRegion] must have values',
  );
  expect(await post({ ...lane, template: 'Resources: [' })).toContain('it is neither JSON nor YAML');
  expect(await post({ ...lane, account: '1', template: '' })).toContain('account:');
});

it('deploys the member stack as it is, with a recorder or beside the one that an account has', async () => {
  const sandbox = await openSandbox({ adminRoutes: stackRoutes });
  const parameters = {
    HubAccountId: '222222222222',
    HubRegion: 'us-east-1',
    HubRoleArns: 'arn:aws:iam::222222222222:role/selfheal-function-wake',
    ExternalId: 'a-text-that-is-ours',
    HomeRegion: 'eu-west-1',
  };
  const order = {
    name: 'member',
    template: readTemplateFiles('selfheal-member', ['infra/stack/member.yml']),
    homeRegion: 'eu-west-1',
    lanes: [{ account: '111122223333', region: 'eu-west-1' }],
  };
  const post = (further: object) =>
    askSandbox(sandbox, 'POST', 'stack-sets', { ...order, parameters: { ...parameters, ...further } });
  expect(await post({})).toEqual({ status: 200, body: { lanes: 1 } });
  expect(await post({ RecordConfig: 'scoped' })).toEqual({ status: 200, body: { lanes: 1 } });
  const [recorder] = recorders(sandbox.world).values();
  expect(recorder).toMatchObject({ name: 'selfheal', recording: true });
});
