/** The command around the verdict: what it takes, what it writes, and by which code it ends. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleFacts } from '../../../cli/gate/rule-facts.ts';
import type { Io } from '../../../cli/io.ts';
import { runCommand } from '../../../cli/program.ts';
import type { LaneCompliance } from '../../../domain/compliance/lane-compliance.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { loadFrameworks, loadManagedRules } from '../../../infra/packs/controls.ts';
import { LANE, NOW, named, rule, VERSIONING } from '../../domain/compliance/gates.ts';
import { parseXml } from '../../support/xml.ts';
import { memoryIo } from '../memory-io.ts';

/** Stands in for the service where only the command is looked at: the real one is asked in the sandbox's loop. */
let server: Server;
let url: string;
let answer: Partial<LaneCompliance>;
let asked: string[];
beforeAll(async () => {
  server = createServer(({ method, url: path = '' }, response) => {
    asked.push(`${method} ${path.split('?')[0]}`);
    const whole = {
      lane: LANE,
      readAt: NOW,
      via: 'account',
      recorder: { lane: LANE, state: 'recording' },
      rules: [],
      unread: [],
      troubles: [],
    };
    response
      .setHeader('content-type', 'application/json')
      .end(
        JSON.stringify(path.endsWith('/lanes') ? { lanes: [LANE], troubles: [] } : { ...whole, ...answer }),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const gate = async (
  args: readonly string[],
  about: Partial<LaneCompliance> = {},
  given: Partial<Io> = {},
) => {
  answer = about;
  asked = [];
  const io = memoryIo({}, given);
  const code = await runCommand(['gate', ...args], io);
  return { code, out: io.written(), err: io.complained(), saved: io.saved };
};
const here = (...args: readonly string[]) => ['--rules', VERSIONING, '--url', url, ...args];
const NOWHERE = ['--rules', VERSIONING, '--url', 'http://127.0.0.1:2'];

describe('wrong use', () => {
  it.each([
    [[], 'Say what to judge: --rules RULE,RULE or --framework pci'],
    [['--rules', ''], 'Expected names of rules'],
    [['--rules', 'a,,b'], 'Expected names of rules'],
    [['--framework', 'iso'], 'Allowed choices are cis, pci, hipaa, soc2, nist'],
    [['--rules', 'a', '--min-score', '95'], 'Expected a number from 0 to 1'],
    [['--rules', 'a', '--min-score', '-0.1'], 'Expected a number from 0 to 1'],
    [['--rules', 'a', '--min-score', '1.0000000001'], 'Expected a number from 0 to 1'],
    [['--rules', 'a', '--min-score', ''], 'Expected a number from 0 to 1'],
    [['--rules', 'a', '--account', '12'], 'Expected 12-digit account ids'],
    [['--rules', 'a', '--region', 'here'], 'Expected Regions such as eu-central-1'],
    [['--rules', 'a', '--except', 'a@production'], 'Expected RULE, RULE@ACCOUNT or RULE@ACCOUNT/REGION'],
    [['--rules', 'a', '--format', 'xml'], 'Allowed choices are text, json'],
    [['--rules', 'a', '--annotations', 'gitlab'], 'Allowed choices are github'],
    [['--rules', 'a', '--timeout', '0'], 'Expected whole seconds'],
    [['--rules', 'a', '--url', 'nonsense'], 'is no URL of a service'],
  ])('%j is told as such', async (args, message) => {
    const { code, out, err } = await gate(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('is a file that could not be written: nothing is asked for it', async () => {
    const told = await gate(here('--junit', 'no/gate.xml'), {}, { hasFolder: () => false });
    expect(told).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('There is no directory no'),
    });
    expect(asked).toEqual([]);
  });
});

describe('a gate ends', () => {
  it('with 0 when it passes, having only looked', async () => {
    expect(await gate(here(), { rules: [rule(5)] })).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Passed: the score is 1 \(5 of 5\), and 1 is the minimum\.\n/),
    });
    expect(asked).toEqual(['GET /api/compliance/lanes', 'GET /api/compliance/lanes/111122223333/eu-west-1']);
  });

  it('with 1 when it does not, and by default everything must be compliant', async () => {
    expect(await gate(here(), { rules: [rule(999_999, 1)] })).toMatchObject({
      code: 1,
      err: 'error: Not passed: one reason; the score is 0.999999 (999999 of 1000000), and 1 is the minimum.\n',
    });
  });

  it('with 3 when it could not be judged, and its files say so too', async () => {
    const told = await gate(
      [...NOWHERE, '--junit', 'gate.xml', '--annotations', 'github'],
      {},
      { env: { GITHUB_STEP_SUMMARY: 'summary.md' } },
    );
    expect([told.code, told.err]).toEqual([3, expect.stringContaining('could not be judged')]);
    expect(told.out).toContain('NOT READ the gate: nobody can say which lanes there are');
    expect(told.out).toContain('selfheal is not running at http://127.0.0.1:2');
    expect(told.out).toContain('\n::error title=selfheal gate::Not passed');
    expect(parseXml(told.saved['gate.xml'] ?? '').attributes).toMatchObject({ tests: '1', errors: '1' });
    expect(told.saved['summary.md']).toMatch(/^## selfheal gate: not passed\n/);
  });

  it('with 3 when its files cannot be written, though it may have passed', async () => {
    const full = () => {
      throw new Error('no space left');
    };
    for (const [args, io] of [
      [here('--junit', 'gate.xml'), { write: full }],
      [here(), { append: full, env: { GITHUB_STEP_SUMMARY: 'summary.md' } }],
    ] as const)
      expect(await gate(args, { rules: [rule(5)] }, io)).toMatchObject({
        code: 3,
        err: expect.stringContaining('no space left'),
      });
  });

  it('with its own code when nobody reads what it prints any more, however early', async () => {
    const args = JSON.stringify(['gate', ...NOWHERE, '--timeout', '1']);
    const script = `const { main } = await import('./cli/main.ts'); void main(${args}); process.stdout.emit('error', Object.assign(new Error('closed'), { code: 'EPIPE' }));`;
    const code = await new Promise((resolve) => {
      const run = ['--import', 'tsx', '--input-type', 'module', '--eval', script];
      execFile(process.execPath, run, (error) => resolve(error?.code ?? 0));
    });
    expect(code).toBe(3);
  });
});

describe('what a gate prints', () => {
  it('is JSON alone for scripts: annotations go beside it', async () => {
    const { out, err } = await gate(here('--format', 'json', '--annotations', 'github'), {
      rules: [rule(5)],
    });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'passed', minScore: '1' });
    expect(err).toBe(
      '::notice title=selfheal gate::Passed: the score is 1 (5 of 5), and 1 is the minimum.\n',
    );
  });

  it('is put at the end of a summary that others wrote into, and nowhere without one', async () => {
    const { saved } = await gate(here(), { rules: [rule(5)] }, { env: { GITHUB_STEP_SUMMARY: '' } });
    expect(saved).toEqual({});
  });

  it('has the rules of a framework, also those that nothing heals, and each lane is asked for all of them', async () => {
    const catalog = loadCatalog();
    const [lonely = ''] = Object.keys(
      loadFrameworks().find(({ framework }) => framework === 'pci')?.rules ?? {},
    ).filter((identifier) => catalog.rule(identifier) === undefined);
    const rules = [rule(5), rule(3, 0, { ...named('of-a-pack'), identifier: lonely })];
    const { out } = await gate(['--framework', 'pci', '--url', url, '--format', 'json'], { rules });
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'passed',
      score: { passed: 8, judged: 8 },
      remarks: [expect.stringMatching(/^\d+ of 1\d\d rules of pci are deployed in none of these lanes/)],
    });
    expect(asked.length).toBeGreaterThan(2);
  });
});

describe('what is known of a rule', () => {
  it('is what the catalog says, and else what AWS documents of it', () => {
    const { rule: known } = ruleFacts();
    expect(known('s3-bucket-versioning-enabled')).toMatchObject({
      identifier: VERSIONING,
      trigger: 'change',
    });
    const catalog = loadCatalog();
    const beyond = Object.entries(loadManagedRules()).filter(
      ([identifier]) => catalog.rule(identifier) === undefined,
    );
    expect(beyond.length).toBeGreaterThan(20);
    for (const [identifier, { name, trigger }] of beyond)
      for (const asked of [identifier, name]) {
        expect(known(asked)).toMatchObject({ identifier, name, trigger });
        expect(known(asked)?.resourceTypes).not.toEqual([]);
      }
    expect(known('own-tags')).toBeUndefined();
  });
});
