/** The local service with a scenario: the accounts begin to break only when somebody listens. */
import { afterEach, expect, it } from 'vitest';
import { type RunningService, startService } from '../../../cli/service/start-service.ts';
import { demoScenario } from '../../../sandbox/world/scenarios/demo.ts';

let service: RunningService | undefined;
afterEach(() => service?.close());

it('hears of everything that a scenario breaks, however fast time runs while it is deployed', async () => {
  const broken = demoScenario.steps.filter(({ action }) => action.kind === 'break').length;
  service = await startService({ port: 0, policyFile: 'policy.yml', speed: 400, scenario: 'demo' });
  const opened = new Set<string>();
  await new Promise<void>((resolve) => {
    service?.onChange(({ caseId }) => {
      opened.add(caseId);
      if (opened.size === broken) resolve();
    });
  });
  expect(opened.size).toBe(broken);
});
