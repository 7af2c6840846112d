/**
 * How long `selfheal plan` takes over thousands of findings: the whole of it, from the command's first request to its
 * last line, over HTTP, against the sandbox's Config and DynamoDB. No case is open yet, as when a policy is new.
 */
import { performance } from 'node:perf_hooks';
import { serve } from '@hono/node-server';
import { runCommand } from '../cli/program.ts';
import { operating } from '../console/groups/operating.ts';
import { httpFrame } from '../console/http-frame.ts';
import { noSessions } from '../console/identity/session.ts';
import { epochMs, hourMs } from '../domain/time.ts';
import { createOperations } from '../infra/operations.ts';
import { clientSettings, HUB_REGION } from '../sandbox/deployment.ts';
import { breakResource, createResource } from '../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../sandbox/world/roles.ts';
import { changeSettings } from '../sandbox/world/settings.ts';
import { memoryIo } from '../test/cli/memory-io.ts';
import { drivenWorld } from '../test/support/driven-world.ts';
import type { Figure } from './figure.ts';

export interface PlanTime {
  readonly findings: number;
  readonly seconds: number;
  readonly lastLine: string;
}

/** @param findings resources that are NON_COMPLIANT, over all lanes of the sandbox */
export const measurePlan = async (findings: number, runs: number): Promise<PlanTime> => {
  const world = await drivenWorld();
  const { sandbox, app, deployment } = world;
  changeSettings(sandbox.world, { recorderDelayMs: 0, evaluationDelayMsMin: 0, evaluationDelayMsMax: 0 });
  for (let number = 0; number < findings; number += 1) {
    const where = LANES[number % LANES.length] ?? HUB_LANE;
    const name = `bench-plan-${number}`;
    const nowMs = sandbox.clock.nowMs();
    createResource(sandbox.world, { ...where, type: 'AWS::S3::Bucket', name }, nowMs);
    breakResource(sandbox.world, name, { ...where, rule: RULES[number % RULES.length] ?? RULES[0], nowMs });
  }
  sandbox.wake();
  // Config evaluates; selfheal is not asked to do anything about it.
  sandbox.advanceBy(hourMs / 4);
  const operations = createOperations(deployment.settings, app, {
    connection: {
      ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
      dynamodbEndpoint: sandbox.dynamodbEndpoint,
    },
  });
  const routes = operating({
    app: { ...app, operations },
    nowMs: () => epochMs(world.now()),
    // A plan is asked for as by whoever signed in to a deployed selfheal: no token is looked at.
    whoIs: async () => ({ name: 'bench', claims: [] }),
    sessionOf: noSessions,
    globalLaneRegion: HUB_REGION,
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const made = serve(
      { fetch: httpFrame(app.ports.log, routes).fetch, hostname: '127.0.0.1', port: 0 },
      () => resolve(made),
    );
  });
  try {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    let seconds = Number.POSITIVE_INFINITY;
    let lastLine = '';
    for (let run = 0; run < runs; run += 1) {
      const io = memoryIo();
      const startedAt = performance.now();
      const code = await runCommand(['plan', '--url', `http://127.0.0.1:${port}`], io);
      seconds = Math.min(seconds, (performance.now() - startedAt) / 1_000);
      lastLine = io.written().trimEnd().split('\n').at(-1) ?? '';
      if (code !== 0) throw new Error(`selfheal plan ended with ${code}: ${io.written()}${io.complained()}`);
    }
    return { findings, seconds, lastLine };
  } finally {
    server.close();
    await world.close();
  }
};

export const figureOfPlan = ({ findings, seconds, lastLine }: PlanTime): Figure => ({
  what: `selfheal plan over ${findings} NON_COMPLIANT resources`,
  value: seconds,
  unit: 's',
  budget: 10,
  how:
    'The whole command over HTTP, with real clients, in one process with the sandbox that answers them; ' +
    'every case looked for, every check made, nothing cached by an earlier run but what a process keeps.',
  parts: [lastLine],
});

const HUB_LANE = { account: '222222222222', region: 'us-east-1' };
const LANES = [HUB_LANE, { account: '333333333333', region: 'eu-west-1' }];
const RULES = ['S3_BUCKET_VERSIONING_ENABLED', 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED'] as const;
