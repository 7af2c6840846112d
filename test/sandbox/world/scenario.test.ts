import { describe, expect, it } from 'vitest';
import { breakResource, listResources } from '../../../sandbox/world/admin.ts';
import { demoScenario } from '../../../sandbox/world/scenarios/demo.ts';
import {
  createScenarioService,
  scenarioProgress,
  startScenario,
} from '../../../sandbox/world/scenarios/scenario.ts';
import { testSandbox } from './test-sandbox.ts';

describe('the demo scenario', () => {
  it('breaks one resource after another, and every one is told of', () => {
    const sandbox = testSandbox();
    const scenario = createScenarioService(sandbox.world);
    startScenario(sandbox.world, 'demo', sandbox.nowMs());
    for (let due = scenario.dueAt(); due !== undefined; due = scenario.dueAt()) {
      sandbox.advance(due - sandbox.nowMs());
      scenario.runDue(sandbox.nowMs());
    }
    sandbox.advance(15_000);
    const breaks = demoScenario.steps.filter(({ action }) => action.kind === 'break');
    expect(breaks.length).toBeGreaterThanOrEqual(14);
    expect(sandbox.complianceChanges()).toHaveLength(breaks.length);
    expect(sandbox.complianceChanges().every(([, , type]) => type === 'NON_COMPLIANT')).toBe(true);
    expect(scenarioProgress(sandbox.world)).toEqual({
      name: 'demo',
      done: demoScenario.steps.length,
      total: demoScenario.steps.length,
    });
  });

  it('goes on where it was after a restart, and does not begin again', () => {
    const sandbox = testSandbox();
    startScenario(sandbox.world, 'demo', sandbox.nowMs());
    createScenarioService(sandbox.world).runDue(sandbox.nowMs() + 20_000);
    startScenario(sandbox.world, 'demo', sandbox.nowMs() + 20_000);
    expect(createScenarioService(sandbox.world).dueAt()).toBe(sandbox.nowMs() + 24_000);
  });

  it('goes on when somebody broke a thing before it', () => {
    const sandbox = testSandbox();
    breakResource(sandbox.world, 'shop-prod-invoices-us-east-1', {
      rule: 's3-bucket-versioning-enabled',
      nowMs: 0,
    });
    startScenario(sandbox.world, 'demo', sandbox.nowMs());
    createScenarioService(sandbox.world).runDue(sandbox.nowMs() + 300_000);
    expect(createScenarioService(sandbox.world).dueAt()).toBeUndefined();
  });
});

describe('a seeded world', () => {
  it('has two accounts in two Regions, with everything compliant', () => {
    const resources = listResources(testSandbox().world);
    expect(new Set(resources.map(({ account }) => account))).toEqual(
      new Set(['222222222222', '333333333333']),
    );
    const told = resources.flatMap(({ compliance }) => Object.values(compliance));
    expect(told.length).toBeGreaterThan(100);
    expect(new Set(told)).toEqual(new Set(['COMPLIANT']));
  });

  it('is the same each time it is made', () => {
    expect(listResources(testSandbox().world)).toEqual(listResources(testSandbox().world));
  });

  it('says what it looked for when there is nothing to break', () => {
    const { world } = testSandbox();
    expect(() => breakResource(world, 'no-such-bucket', { nowMs: 0 })).toThrow(
      /no resource has that type, id, name/,
    );
  });
});
