/** The local service with a scenario: the accounts begin to break only when somebody listens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { showLive } from '../../../cli/live-view.ts';
import { type RunningService, startService } from '../../../cli/service/start-service.ts';
import { loadPolicy } from '../../../infra/policy-file.ts';
import { demoScenario } from '../../../sandbox/world/scenarios/demo.ts';
import { memoryIo } from '../memory-io.ts';

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

it('tells a change of the policy file: every problem in it and what stays in force, or what is in force now', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'selfheal-service-'));
  const policyFile = join(dir, 'policy.yml');
  const text = (mode: string) =>
    `version: 1\nentries:\n  - { name: all, match: {}, severity: low, mode: ${mode} }\n`;
  writeFileSync(policyFile, text('observe'));
  try {
    const first = loadPolicy(policyFile).version;
    service = await startService({ port: 0, policyFile, speed: 1 });
    const told: string[] = [];
    const heard = new Map<string, () => void>();
    const hear = (what: string) => new Promise<void>((resolve) => heard.set(what, resolve));
    const out = (line: string) => {
      told.push(...line.trimEnd().split('\n'));
      for (const [what, resolve] of heard) if (line.includes(what)) resolve();
    };
    showLive(memoryIo({}, { out }), service, false);
    const refused = hear('stays in force');
    writeFileSync(policyFile, `${text('atuo')}surplus: 1\n`);
    await refused;
    expect(told).toEqual([
      expect.stringMatching(/policy\.yml:3:\d+ entries\[0\]\.mode.*did you mean "auto"/),
      expect.stringMatching(/policy\.yml:4:1 surplus: /),
      `policy ${first} stays in force`,
    ]);
    const replaced = hear('is in force');
    writeFileSync(policyFile, text('approve'));
    await replaced;
    const second = loadPolicy(policyFile).version;
    expect(told.slice(3)).toEqual([`policy ${second} is in force (was ${first})`]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
