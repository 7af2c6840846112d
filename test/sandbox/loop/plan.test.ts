/** `selfheal plan`, `apply` and `policy backtest` against real Config, DynamoDB and SSM clients: told as it is, applied whole or not at all. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { realIo } from '../../../cli/io.ts';
import { runCommand } from '../../../cli/program.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { type PlanService, planService } from '../../support/plan-service.ts';
import { parsedPolicy } from '../../support/published-policies.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };
const VERSIONING = 'S3_BUCKET_VERSIONING_ENABLED';
const PUBLIC_ACCESS = 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED';
const [RUNS, ASKS, LATER] = [
  'shop-prod-assets-us-east-1',
  'shop-prod-payroll-us-east-1',
  'shop-prod-invoices-us-east-1',
] as const;
const ALL_AUTO = `
version: 1
topics: { oncall: selfheal-oncall }
defaults: { notify: [oncall] }
entries: [{ name: all, match: {}, mode: auto }]
`;

let world: DrivenWorld;
let service: PlanService;
beforeAll(async () => {
  world = await drivenWorld({ stepMs: 10 * secondMs });
  service = await planService(world);
  vi.stubEnv('SELFHEAL_TOKEN', service.token);
  broken(RUNS, VERSIONING);
  broken(ASKS, PUBLIC_ACCESS);
});
afterAll(async () => {
  service?.close();
  await world?.close();
});

/** Config evaluates it; selfheal is not let do anything about its events yet. */
const broken = (what: string, rule: string) => {
  breakResource(world.sandbox.world, what, { ...LANE, rule, nowMs: world.sandbox.clock.nowMs() });
  world.sandbox.wake();
  world.sandbox.advanceBy(2 * minuteMs);
};
const selfheal = async (line: readonly string[], files: Record<string, string> = {}, url = service.url) => {
  const io = memoryIo(files, { columns: 200 });
  const code = await runCommand([...line, '--url', url], io);
  return { code, out: io.written(), err: io.complained(), saved: io.saved };
};
const savedPlan = async (): Promise<string> => {
  const { code, saved, err } = await selfheal(['plan', '--out', 'plan.json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return saved['plan.json'] ?? '';
};
const apply = (text: string, url?: string) =>
  selfheal(['apply', 'plan.json', '--reason', 'CHG-1'], { 'plan.json': text }, url);
/** Does it, and sees that nothing whatever has changed by it. */
const unchangedBy = async <T>(work: () => Promise<T>): Promise<T> => {
  const before = await service.everything();
  const done = await work();
  expect(await service.everything()).toBe(before);
  return done;
};

describe('a plan', () => {
  it('tells what would run and what would be asked for, and changes nothing', async () => {
    const { code, out } = await unchangedBy(() => selfheal(['plan']));
    expect(out).toContain('Plan: 1 to run, 1 to approve, 0 held, 0 exempt, 0 observed, 0 need a human.');
    expect(out).toMatch(
      new RegExp(`${VERSIONING} +${LANE.account} +1 +\\. +none +AWS-ConfigureS3BucketVersioning`),
    );
    expect(out).toContain('2 runs, about');
    expect(code).toBe(0);
  });

  it('of a rule that nobody knows is told as such, and not saved', async () => {
    const { code, out, err, saved } = await selfheal([
      'plan',
      '--rule',
      'S3_BUCKET_VERSIONING_ENABLE',
      '--out',
      'plan.json',
    ]);
    expect(out).toContain('Config reports nothing of S3_BUCKET_VERSIONING_ENABLE as NON_COMPLIANT.');
    expect(err).toMatch(
      /^error: No rule S3_BUCKET_VERSIONING_ENABLE is known in these \d+ lanes \(did you mean "S3_BUCKET_VERSIONING_ENABLED"\?\): .* The plan was not saved as plan\.json\.\n$/,
    );
    expect({ code, saved }).toEqual({ code: 1, saved: {} });
    const known = await selfheal(['plan', '--rule', 'DYNAMODB_PITR_ENABLED']);
    expect(known).toMatchObject({ code: 0, err: '' });
    expect(known.out).toContain('Config reports nothing of DYNAMODB_PITR_ENABLED as NON_COMPLIANT.');
  });

  it('is not begun where it could not be saved', async () => {
    const io = memoryIo({}, { hasFolder: realIo().hasFolder });
    const code = await runCommand(['plan', '--out', '/nonexist/p.json', '--url', service.url], io);
    expect([code, io.written()]).toEqual([2, '']);
    expect(io.complained()).toBe(
      'error: There is no directory /nonexist: make it, or choose another file.\n',
    );
  });

  it('tells what another policy would newly run', async () => {
    const { out } = await unchangedBy(() =>
      selfheal(['plan', '--policy', 'new.yml'], { 'new.yml': ALL_AUTO }),
    );
    expect(out).toContain('1 would newly run by itself');
    expect(out).toContain(`(${ASKS})`);
  });

  it('tells what the stop switch holds', async () => {
    const stop = {
      scope: { kind: 'everything' },
      who: 'ada',
      reason: 'release',
      since: world.now(),
    } as const;
    await world.app.ports.controls.addStopSwitch(stop);
    const { out } = await selfheal(['plan']);
    await world.app.ports.controls.removeStopSwitch(stop.scope);
    expect(out).toContain('Plan: 0 to run, 1 to approve, 1 held');
    expect(out).toContain('stop-switch: everything is stopped since');
  });

  it('is loud about a lane that cannot be read, fails, and is not saved', async () => {
    const fault = world.sandbox.faults.add({
      kind: 'error',
      service: 'config',
      operation: 'DescribeComplianceByConfigRule',
      errorCode: 'AccessDeniedException',
    });
    const { code, out, err, saved } = await selfheal([
      'plan',
      '--account',
      '333333333333',
      '--out',
      'plan.json',
    ]);
    world.sandbox.faults.remove(fault);
    expect(out).toMatch(
      /NOT IN THIS PLAN\n {2}333333333333\/[a-z0-9-]+: config:DescribeComplianceByConfigRule failed/,
    );
    expect(err).toContain('The plan is NOT WHOLE');
    expect({ code, saved }).toEqual({ code: 1, saved: {} });
  });

  it('does not take an account that nobody knows for one in which all is well', async () => {
    const { code, out } = await selfheal(['plan', '--account', '999999999999']);
    expect(out).toContain('no lane of account 999999999999 is known');
    expect(code).toBe(1);
  });
});

describe('a saved plan', () => {
  it('is not applied when its file was edited, the policy is another, or something was stopped', async () => {
    const plan = await savedPlan();
    const other = await planService(world, () => policyBook(parsedPolicy(ALL_AUTO).policy));
    const stop = {
      scope: { kind: 'rule', name: 'OTHER' },
      who: 'ada',
      reason: 'r',
      since: world.now(),
    } as const;
    const edited = await unchangedBy(() => apply(plan.replace(ASKS, LATER)));
    const policy = await unchangedBy(() => apply(plan, other.url));
    other.close();
    await world.app.ports.controls.addStopSwitch(stop);
    const stopped = await unchangedBy(() => apply(plan));
    await world.app.ports.controls.removeStopSwitch(stop.scope);
    expect(edited.err).toContain('was edited after it was written');
    expect(policy.err).toMatch(/the policy was version \w+ and is \w+/);
    expect(stopped.err).toContain('what is stopped, exempt by hand or held by a breaker');
    expect([edited.code, policy.code, stopped.code]).toEqual([1, 1, 1]);
  });

  it('is not applied when a resource was evaluated anew, by the command or past it', async () => {
    const plan = await savedPlan();
    await world.sandbox.call(LANE, 'config', 'StartConfigRulesEvaluation', {
      ConfigRuleNames: ['s3-bucket-versioning-enabled'],
    });
    world.sandbox.advanceBy(2 * minuteMs);
    const { code, err } = await unchangedBy(() => apply(plan));
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${RUNS}: Config evaluated it anew`),
    });
    const { policyVersion, catalog, controls, findings } = JSON.parse(plan);
    const body = { policyVersion, catalog, controls, findings, reason: 'past the command' };
    const answer = await unchangedBy(() =>
      fetch(`${service.url}/api/plan/apply`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${service.token}` },
        body: JSON.stringify(body),
      }),
    );
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('evaluated it anew');
  });

  it('is applied as it was looked at: its findings run, with the approval of who applied it, and no others', async () => {
    const plan = await savedPlan();
    broken(LATER, PUBLIC_ACCESS);
    const { code, out, err } = await apply(plan);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Applied: 2 findings taken in, 1 plan approved by you.');
    await world.until(
      async () => world.told('resolved') === 2 && world.told('awaiting-approval') === 1,
      30 * minuteMs,
    );
    expect(executions(world.sandbox.world).size).toBe(2);
    const cases = new Map((await world.cases()).map((about) => [about.finding.resourceId, about]));
    expect(cases.get(ASKS)?.approval?.decisions).toMatchObject([{ who: 'ada', reason: 'CHG-1' }]);
    expect(cases.get(LATER)).toMatchObject({ state: { name: 'awaiting-approval', decisions: [] } });
    expect((await apply(plan)).err).toContain('Config does not report it as NON_COMPLIANT any more');
  });
});

describe('a backtest', () => {
  it('tells what another policy would have run by itself, how that really ended, and changes nothing', async () => {
    const { code, out } = await unchangedBy(() =>
      selfheal(['policy', 'backtest', 'new.yml', '--since', '1d'], { 'new.yml': ALL_AUTO }),
    );
    expect(out).toContain('Would have run by itself: +2 (1 -> 3); asked: -2 (2 -> 0)');
    expect(out).toContain('1 healed, 1 still open; 1 had been approved by people');
    expect(code).toBe(0);
  });

  it('of a rule without a recorded case says that nothing was tried', async () => {
    const line = ['policy', 'backtest', 'new.yml', '--since', '1d', '--rule', 'IAM_PASSWORD_POLICI'];
    expect(await selfheal(line, { 'new.yml': ALL_AUTO })).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^error: There is no recorded case of rule IAM_PASSWORD_POLICI since .* \(did you mean "IAM_PASSWORD_POLICY"\?\): nothing was tried\.\n$/,
      ),
    });
  });
});
