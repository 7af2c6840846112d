/** The part of the tour in which events are lost, and what is done on a schedule makes good for it. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { hourMs, instant, minuteMs, secondMs } from '../../domain/time.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { settle } from '../../sandbox/services/config/evaluate.ts';
import { evaluatedResources, putEvaluation } from '../../sandbox/services/config/evaluations.ts';
import { seenKey } from '../../sandbox/services/config/recorder.ts';
import { breakResource, createResource } from '../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { changeSettings } from '../../sandbox/world/settings.ts';
import { type Ask, LANE, MEMBER_LANE } from './packaged-tour-asking.ts';
import type { PackagedWorld } from './packaged-world.ts';

export const losesAndSweeps = async (world: PackagedWorld, ask: Ask): Promise<void> => {
  const { sandbox } = world;
  const states = async (name: string) =>
    (await world.cases())
      .filter(({ finding }) => finding.resourceId.startsWith(name))
      .map(({ state }) => state.name);
  const untilOne = (name: string, state: RegExp) =>
    world.until(async () => (await states(name)).some((each) => state.test(each)), hourMs, 10 * secondMs);
  const breakUnheard = async (name: string, lane: typeof LANE, rule: string) => {
    const lost = sandbox.faults.add({ kind: 'lose', detailType: 'Config Rules Compliance Change' });
    const nowMs = sandbox.clock.nowMs();
    createResource(sandbox.world, { ...lane, type: 'AWS::S3::Bucket', name }, nowMs);
    settle(sandbox.world, [lane], nowMs);
    breakResource(sandbox.world, name, { ...lane, rule, nowMs });
    sandbox.wake();
    await world.until(() => sandbox.clock.nowMs() > nowMs + minuteMs, 2 * minuteMs, 10 * secondMs);
    sandbox.faults.remove(lost);
  };
  const sweep = async () => {
    const { id } = (await ask('POST', '/api/sweep', {})).body as { readonly id: string };
    await world.until(
      async () => {
        const { everything } = (await ask('GET', '/api/sweep')).body as {
          readonly everything: { readonly ended: readonly string[] } | null;
        };
        return everything?.ended.includes(id) ?? false;
      },
      hourMs,
      10 * secondMs,
    );
  };

  // Two in a lane that heals one at a time: the other one waits.
  await breakUnheard('unheard-1', LANE, 'S3_BUCKET_VERSIONING_ENABLED');
  await breakUnheard('unheard-4', LANE, 'S3_BUCKET_VERSIONING_ENABLED');
  await breakUnheard('unheard-2', MEMBER_LANE, 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED');
  await sweep();
  await untilOne('unheard-1', /resolved/);
  await untilOne('unheard-4', /resolved/);
  await untilOne('unheard-2', /awaiting-approval/);

  // Without its aggregator it asks the accounts themselves.
  changeSettings(sandbox.world, { aggregator: false });
  await breakUnheard('unheard-3', MEMBER_LANE, 'S3_BUCKET_VERSIONING_ENABLED');
  mendUnheard(world, 'unheard-2');
  await sweep();
  changeSettings(sandbox.world, { aggregator: true });
  await untilOne('unheard-2', /self-resolved/);
  await untilOne('unheard-3', /resolved/);

  await ask('POST', '/api/exemptions', {
    name: 'soon-over',
    match: { resourceId: ['nobody'] },
    owner: 'platform',
    reason: 'For a week.',
    expires: instant(sandbox.clock.nowMs() + 7 * 24 * hourMs).slice(0, 10),
  });
  const sqs = new SQSClient(clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION));
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: `${sandbox.url}/${HUB_ACCOUNT}/selfheal-scheduled`,
      MessageBody: '{"kind":"lapsing-exemptions"}',
    }),
  );
  sqs.destroy();
  sandbox.wake();
  sandbox.advanceBy(5 * secondMs);
  await world.running.lambda.settle();
};

/** By hand, and the event is lost too. */
const mendUnheard = ({ sandbox }: PackagedWorld, name: string): void => {
  const nowMs = sandbox.clock.nowMs();
  const ref = { ...MEMBER_LANE, type: 'AWS::S3::Bucket', id: name };
  const row = evaluatedResources(sandbox.world).get(seenKey(ref));
  for (const evaluation of Object.values(row?.evaluations ?? {}))
    putEvaluation(sandbox.world, ref, {
      ...evaluation,
      complianceType: 'COMPLIANT',
      orderingMs: nowMs,
      invokedMs: nowMs,
      recordedMs: nowMs,
    });
};
