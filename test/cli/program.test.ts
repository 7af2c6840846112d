import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram, runCommand } from '../../cli/program.ts';
import { memoryIo } from './memory-io.ts';

const run = async (args: readonly string[], files: Record<string, string> = {}) => {
  const io = memoryIo(files);
  return { code: await runCommand(args, io), out: io.written(), err: io.complained() };
};

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
const paths = all(await createProgram(memoryIo())).map(pathOf);

describe('selfheal --help', () => {
  it('names every command', () => {
    expect(paths).toEqual(
      expect.arrayContaining(
        [
          'start',
          'inbox',
          'close',
          'cases',
          'case',
          'approve',
          'deny',
          'send',
          'policy check',
          'policy explain',
          'policy publish',
          'policy versions',
          'policy show',
          'policy rollback',
          'sandbox start',
          'sandbox list',
          'sandbox break',
          'sandbox recorder',
          'sandbox fault call',
          'doctor',
          'dlq redrive',
          'stop',
          'resume',
          'sweep run',
          'sweep status',
        ].map((path) => `selfheal ${path}`),
      ),
    );
  });

  it.each(paths)('%s --help ends with an example and is no failure', async (path) => {
    const { code, out, err } = await run([...path.split(' ').slice(1), '--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/Examples?:\n {2}\$ selfheal |Examples?:\n {2}\$ cat /);
  });
});

describe('wrong use', () => {
  it.each([
    [[], ''],
    [['frob'], "unknown command 'frob'"],
    [['cases', '--status', 'lost'], 'Allowed choices are open, closed'],
    [['cases', '--since', 'yesterday'], '--since: expected a date'],
    [['cases', '--account', '12'], '--account: expected a 12-digit account id'],
    [['cases', '--colour'], "unknown option '--colour'"],
    [['case'], "missing required argument 'id'"],
    [['case', 'a', 'b'], 'too many arguments'],
    [['approve', 'x-1', '--reason', 'y', '--plan-hash', 'a'.repeat(63)], 'all 64 hexadecimal digits'],
    [['approve'], 'Say which case: selfheal approve ID --plan-hash HASH'],
    [['approve', 'x-1', '--at', 'tonight'], '--at: expected next-window or a time with its zone'],
    [['approve', 'x-1', '--at', '2026-11-22T01:00'], '--at: expected next-window or a time with its zone'],
    [['deny', 'x-1', '--exempt-until', 'friday'], '--exempt-until: expected a date such as 2026-12-31'],
    [['deny', 'x-1', '--exempt-until', '2026-13-01'], '--exempt-until: expected a date such as 2026-12-31'],
    [['deny', 'x-1', '--plan-hash', 'a'.repeat(64)], '--reason: say why you deny it'],
    [['close', 'x-1'], "required option '--reason <text>' not specified"],
    [['close', 'x-1', '--reason', ' '], '--reason: say why'],
    [['deny', 'x-1', '--plan-hash', 'abc', '--reason', 'y'], 'all 64 hexadecimal digits'],
    [['deny', 'x-1', '--plan-hash', 'a'.repeat(64), '--reason', ' '], '--reason: say why'],
    [['start', '--port', '70000'], 'Expected a port'],
    [['start', '--speed', '0'], 'greater than 0'],
    [['sandbox', 'fault', 'call', 'melt', '--service', 'ssm'], 'Allowed choices are throttle'],
    [['cases', '--url', 'nonsense'], 'is no URL of a service'],
    [['doctor', '--lane', 'here'], 'Expected ACCOUNT/REGION'],
    [['dlq', 'redrive'], 'Say what: ids, names of queues, or --all'],
    [['dlq', 'redrive', '--all', 'selfheal-refused'], '--all means everything'],
    [['dlq', 'redrive', 'selfheal-wakes'], 'There is no queue selfheal-wakes; give one of'],
    [['stop'], "required option '--reason <text>' not specified"],
    [['stop', '--reason', ' '], '--reason: say why'],
    [['resume', '--account', '1', '--rule', 'r'], 'Give one of --account, --rule and --runbook'],
  ])('%j is told as such', async (args, message) => {
    const { code, err, out } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });
});

describe('no service', () => {
  it('says that selfheal is not running and how to start it', async () => {
    const { code, err } = await run(['cases', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(err).toMatch(/selfheal is not running at http:\/\/127\.0\.0\.1:9\. Start it with|did not answer/);
  });
});

describe('policy check', () => {
  it('needs no service', async () => {
    const { code, out } = await run(['policy', 'check', 'p.yml'], { 'p.yml': 'version: 1\nentries: []\n' });
    expect(code).toBe(0);
    expect(out).toMatch(/^p\.yml is valid: 0 entries, version [0-9a-f]{12}\.\n$/);
  });

  it('prints each problem with its place', async () => {
    const { code, out, err } = await run(['policy', 'check'], {
      'policy.yml': 'version: 1\nentries:\n  - name: x\n    match: {}\n    mode: atuo\n',
    });
    expect(code).toBe(1);
    expect(out).toBe(
      'policy.yml:5:11 entries[0].mode: expected one of observe, approve, auto; found "atuo" (did you mean "auto"?)\nMore is checked once these are mended.\n',
    );
    expect(err).toBe('error: policy.yml is not valid: one problem.\n');
  });

  it('finds what publishing would refuse: a runbook that the catalog does not have', async () => {
    const { code, out } = await run(['policy', 'check'], {
      'policy.yml': 'version: 1\nentries:\n  - name: x\n    match: {}\n    runbook: AWS-Nope\n',
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^policy\.yml:5:14 entries\[0\]\.runbook: expected a runbook of the catalog; found "AWS-Nope" \(.+\)\n$/,
    );
  });

  it('tells scripts the same as JSON', async () => {
    const { code, out } = await run(['policy', 'check', '--json', '-'], { '-': 'entries: 7' });
    expect(code).toBe(1);
    const told = JSON.parse(out);
    expect(told.ok).toBe(false);
    expect(told.problems[0]).toMatchObject({ file: '-', line: 1 });
  });

  it('says which file is not there', async () => {
    expect(await run(['policy', 'check', 'gone.yml'])).toMatchObject({
      code: 1,
      err: 'error: There is no file gone.yml.\n',
    });
  });
});
