/** A sweep of a rule that nobody knows finds nothing, and must not read as though all were well. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { type RunningService, startService } from '../../cli/service/start-service.ts';
import { memoryIo } from './memory-io.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ port: 0, policyFile: 'policy.yml', speed: 60, user: 'ada' });
  vi.stubEnv('SELFHEAL_TOKEN', service.token);
});
afterAll(() => service?.close());

const sweepOf = async (rule: string) => {
  const io = memoryIo();
  const code = await runCommand(['sweep', '--rule', rule, '--wait', '--url', service.url], io);
  return { code, out: io.written(), err: io.complained() };
};

it('fails and says what may be meant; of a rule of the catalog it is complete', async () => {
  expect(await sweepOf('IAM_PASSWORD_POLICI')).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^error: No rule IAM_PASSWORD_POLICI is known in these \d+ lanes \(did you mean "IAM_PASSWORD_POLICY"\?\): /,
    ),
  });
  const known = await sweepOf('IAM_PASSWORD_POLICY');
  expect(known).toMatchObject({ code: 0, err: '' });
  expect(known.out).toContain(': complete\n');
});
