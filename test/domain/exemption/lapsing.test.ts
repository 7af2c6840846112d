import { describe, expect, it } from 'vitest';
import { readStored } from '../../../domain/exemption/exemption.ts';
import { lapsing, lapsingMessage } from '../../../domain/exemption/lapsing.ts';
import { tellLapsing } from '../../../domain/exemption/tell-lapsing.ts';
import type { Message } from '../../../domain/message.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { PortError } from '../../../domain/ports.ts';
import { dayMs, plusMs } from '../../../domain/time.ts';
import { createExemptionStore } from '../../../infra/dynamodb/exemption-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { NOW } from '../../support/cases.ts';

const stored = (name: string, expiresAt: string | undefined) =>
  readStored(name, {
    match: { rule: ['restricted-ssh'], tags: { env: ['dev'] } },
    owner: 'ops',
    reason: 'moves',
    who: 'ada',
    since: NOW,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
const parsed = parsePolicy(
  `
version: 1
entries: []
endless-exemptions: [kept]
exemptions:
  - { name: soon, match: { account: ['111111111111'] }, owner: team-a, reason: gone then, expires: 2026-11-23 }
  - { name: late, match: { region: [us-east-1] }, owner: team-b, reason: gone later, expires: 2027-06-30 }
  - { name: kept, match: { region: [eu-west-1] }, owner: team-c, reason: for ever }
`,
  'policy.yml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { policy } = parsed;

describe('what lapses', () => {
  it('is what holds now and ends within the time, the soonest first, wherever it is written', () => {
    const all = [
      stored('ended', NOW),
      stored('next', plusMs(NOW, 1)),
      stored('edge', plusMs(NOW, 7 * dayMs)),
      stored('after', plusMs(NOW, 7 * dayMs + 1)),
      stored('endless', undefined),
      readStored('spoilt', {}),
    ];
    const list = lapsing(policy.exemptions, all, NOW, 7 * dayMs);
    expect(list.map(({ name, from }) => [name, from])).toEqual([
      ['next', 'command'],
      ['soon', 'policy'],
      ['edge', 'command'],
    ]);
    expect(list[0]?.covers).toBe('rule "restricted-ssh", tags.env "dev"');
  });

  it('is told with name, owner, what, why and when, and not at all when it is nothing', () => {
    const list = lapsing(policy.exemptions, [stored('edge', plusMs(NOW, dayMs))], NOW, 14 * dayMs);
    const message = lapsingMessage(list, '2026-W47');
    expect(message?.subject).toBe('[EXEMPTIONS] 2 lapse soon, first "edge" on 2026-11-22');
    expect(message?.text).toContain(
      'edge, 2026-11-22 03:00Z\n  owner   ops\n  covers  rule "restricted-ssh", tags.env "dev"\n  reason  moves\n  from    selfheal exempt\n',
    );
    expect(message?.text).toContain('soon, 2026-11-24 00:00Z\n  owner   team-a');
    expect(lapsingMessage([], '2026-W47')).toBeUndefined();
  });

  it('is cut short where nobody would read on, and still fits what SNS takes', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => stored(`n-${n}`, plusMs(NOW, n + 1)));
    const message = lapsingMessage(lapsing([], many, NOW, dayMs), '2026-W47');
    expect(message?.text).toContain('… and 950 more: selfheal exempt lapsing');
    expect(Buffer.byteLength(message?.text ?? '')).toBeLessThan(256 * 1024);
  });
});

describe('the weekly list', () => {
  const weekly = () => {
    const table = new MemoryTable();
    const client = tableClient(async (command) => table.execute(command));
    const exemptions = createExemptionStore({ client, tableName: 't' });
    const told: Message[] = [];
    let now = NOW;
    let failing = false;
    const ports = {
      exemptions,
      clock: { now: () => now, sleep: async () => undefined },
      announcer: {
        announce: async (_: readonly string[], message: Message) => {
          if (failing) throw new PortError('transient', 'Throttled', 'sns:Publish', 'slow down');
          told.push(message);
        },
      },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    return {
      told,
      tell: () => tellLapsing({ ports, policy, topics: ['operations'] }),
      at: (time: string) => {
        now = time;
      },
      fail: (does: boolean) => {
        failing = does;
      },
    };
  };

  it('is told once a week, whoever asks how often', async () => {
    const { tell, told, at } = weekly();
    expect(await tell()).toBe(1);
    expect(await tell()).toBe('told-already');
    at('2026-11-22T23:59:00.000Z');
    expect(await tell()).toBe('told-already');
    at('2026-11-23T00:00:00.000Z');
    expect(await tell()).toBe(1);
    expect(told).toHaveLength(2);
    at('2026-11-30T00:00:00.000Z');
    expect(await tell()).toBe(0);
    expect(told).toHaveLength(2);
  });

  it('that could not be sent is not recorded, and is told the next time', async () => {
    const { tell, told, fail } = weekly();
    fail(true);
    await expect(tell()).rejects.toThrow('slow down');
    fail(false);
    expect(await tell()).toBe(1);
    expect(told).toHaveLength(1);
  });
});
