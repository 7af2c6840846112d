/** What a case holds comes from accounts that anybody may write into: on a real terminal all of it must lie still. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case/case.ts';
import { caseId, type Finding, findingId } from '../../domain/finding.ts';
import { planHash } from '../../domain/plan.ts';
import { ASKED, type BatchService, batchService } from '../support/batch-service.ts';
import { aCase, finding, NOW, plan } from '../support/cases.ts';
import { CTRL_C, onTerminal } from '../support/terminal.ts';

/** Clears the screen, colours, sets the title, links, rings, goes back in the line, turns it around, ends it; and more. */
const HOSTILE = `hostile\u001b[2J\u001b[1;1H\u001b[5;7m\u001b]0;title\u0007\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\\u0007\r\nerror: all is well\r\u009b31m\u202egpj.exe\u2066\u200b\u0008\u007f\u0000`;
const HUGE = `${HOSTILE}${'A'.repeat(1_000_000)}`;

/** What the command itself writes: colours of its own, and of the prompt and the watch what they need. */
const OWN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal acts on.
  /\u001b\[(?:0|1|2|22|3[1-6]|39)m|\u001b\[\d+G|\u001b\[0?[JK]|\u001b\[H|\u001b\[\?(?:25|1049)[hl]/g;
/** What a terminal acts on: the C0 and C1 controls but for the end of a line, and what changes the direction or hides. */
const ACTED_ON =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\r(?!\r*\n)/u;

const problemIn = (output: string): string | undefined => {
  const at = ACTED_ON.exec(output.replaceAll(OWN, ''));
  if (at !== null)
    return JSON.stringify(output.replaceAll(OWN, '').slice(Math.max(0, at.index - 40), at.index + 20));
  return output.split(/\r*\n/).find((line) => line.startsWith('error: all is well'));
};

const hostilePlan = { ...plan, parameters: { [HOSTILE]: [HUGE], VersioningState: [HOSTILE] } };

const hostile = (
  resourceId: string,
): Pick<Case, 'id' | 'finding' | 'findingId' | 'timeline' | 'entry' | 'lastFailure'> => {
  const about: Finding = {
    ...finding,
    rule: HOSTILE,
    ruleIdentifier: HOSTILE,
    resourceType: HOSTILE,
    region: HOSTILE,
    resourceId: `${resourceId} ${HUGE}`,
  };
  const at = NOW;
  return {
    id: caseId({ ...finding, resourceId }, 1),
    finding: about,
    findingId: findingId({ ...finding, resourceId }),
    entry: HOSTILE,
    lastFailure: HOSTILE,
    timeline: [{ at, who: HOSTILE, what: HOSTILE, why: HUGE, state: 'held' }],
  };
};

let service: BatchService;
const asks = hostile('asks');
const stuck = hostile('stuck');
const quiet = hostile('quiet');
const waiting = { plan: hostilePlan, planHash: planHash(hostilePlan) };

beforeAll(async () => {
  service = await batchService();
  const { cases } = service.ports;
  await cases.open(aCase('awaiting-approval', waiting, { ...asks, severity: 'critical' }));
  await cases.open(aCase('awaiting-approval', waiting, quiet));
  await cases.open(aCase('needs-human', { reason: HOSTILE, manualSteps: [HOSTILE, HOSTILE] }, stuck));
  await service.join(`batched ${HOSTILE}`);
  await service.ports.controls.addStopSwitch({
    scope: { kind: 'account', name: '222222222222' },
    who: 'ada',
    reason: HOSTILE,
    since: NOW,
  });
});
afterAll(() => service.close());

const selfheal = 'node cli/selfheal.mjs';
const env = () => ({ SELFHEAL_URL: service.url, SELFHEAL_TOKEN: service.people.token('ada') });

describe('on a real terminal', () => {
  it('nothing of a hostile resource moves the cursor, in any command that shows one', async () => {
    const commands = [
      'inbox',
      'cases',
      `case ${asks.id}`,
      `case ${stuck.id}`,
      `batch show ${ASKED.id}`,
      'batch list',
    ];
    const inTurn = commands.map((command) => `'${command}'`).join(' ');
    const { code, output } = await onTerminal(
      `node --import tsx test/support/commands-in-turn.ts ${inTurn}`,
      env(),
    ).ended;
    expect(code, output.slice(-500)).toBe(0);
    expect(problemIn(output)).toBeUndefined();
    expect(output.match(/hostile/g)?.length).toBeGreaterThan(20);
    // Megabytes in the cases, and a page or two of them on the screen.
    expect(output.length).toBeLessThan(100_000);
  });

  it('a critical hostile plan is chosen from the inbox, shown, and approved by who typed the words', async () => {
    const terminal = onTerminal(`${selfheal} approve`, env());
    const list = await terminal.until('Its number, or Enter for none: ');
    terminal.type('1\r');
    const shown = await terminal.until('Why? ');
    terminal.type('looked at \u0007it\r');
    await terminal.until('Type yes: ');
    terminal.type('yes\r');
    const { code, output } = await terminal.ended;
    expect(list).toMatch(/critical.*approval 0\/1/);
    expect(shown).toContain('What would be done');
    expect(shown).toContain('account 222222222222 is stopped since');
    expect(problemIn(output)).toBeUndefined();
    expect([code, output.slice(-1_000)]).toEqual([0, expect.stringContaining(`Approved: case ${asks.id}`)]);
    const { timeline = [] } = (await service.ports.cases.get(asks.id)) ?? {};
    expect(timeline).toContainEqual(expect.objectContaining({ what: 'approved' }));
  });

  it('Ctrl-C at the question decides nothing', async () => {
    const terminal = onTerminal(`${selfheal} deny ${quiet.id}`, env());
    await terminal.until('Why? ');
    terminal.type(CTRL_C);
    const { code, output } = await terminal.ended;
    expect([code, problemIn(output)]).toEqual([1, undefined]);
    expect(output).toContain('Nothing was denied.');
    expect((await service.ports.cases.get(quiet.id))?.state.name).toBe('awaiting-approval');
  });

  it('the watch shows it, and Ctrl-C gives the terminal back as it was', async () => {
    const terminal = onTerminal(`trap : INT; ${selfheal} inbox --watch; echo "ended with $?"`, env());
    await terminal.until('Ctrl-C ends this.');
    terminal.type(CTRL_C);
    const { output } = await terminal.ended;
    expect(problemIn(output)).toBeUndefined();
    expect(output.trimEnd().endsWith('\u001b[?25h\u001b[?1049lended with 0')).toBe(true);
  });
});
