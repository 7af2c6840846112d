/** What a message prints to be pasted must not become anybody's reason. */
import { describe, expect, it } from 'vitest';
import { saysWhy } from '../../../domain/case/reason.ts';
import { commandsOf } from '../../../domain/message/parts.ts';
import { asking, askingWorld } from '../../support/asking-world.ts';
import { aCase } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';

const EMPTY_WORDS = ['...', '…', '-', '<why>', ' <why> ', '‹why›', '＜why＞'];
const world = (severity: 'high' | 'critical') =>
  askingWorld(asking('{ quorum: 1, expires: 4h }', { severity }));

describe('a reason', () => {
  it.each(['ok', '4711', 'öffentlich gewollt', 'size <5 GB', 'x <y> z', '理由'])('is: %s', (reason) => {
    expect(saysWhy(reason)).toBe(true);
  });

  it.each(['', ' ', ...EMPTY_WORDS])('is not: "%s"', (reason) => {
    expect(saysWhy(reason)).toBe(false);
  });
});

describe('a decision whose reason says nothing', () => {
  it.each(EMPTY_WORDS)('is refused where one is required, and where none is (%s)', async (reason) => {
    const high = await world('high');
    expect(await high.decide({ who: person('ada'), reason })).toMatchObject({
      code: 'reason-required',
      reason: expect.stringContaining('says nothing: write why'),
    });
    expect(await high.decide({ who: person('ada'), reason, answer: 'deny' })).toMatchObject({
      code: 'reason-required',
      reason: expect.stringContaining('say why: a denial'),
    });
    expect(high.started).toEqual([]);
    expect((await high.about()).state).toMatchObject({ name: 'awaiting-approval', decisions: [] });

    const critical = await world('critical');
    expect(await critical.decide({ who: person('ada'), reason })).toMatchObject({ code: 'reason-required' });
    expect(critical.started).toEqual([]);
  });

  it('is taken where it was left out and none is required', async () => {
    const high = await world('high');
    expect(await high.decide({ who: person('ada'), reason: ' ' })).toMatchObject({ kind: 'done' });
  });
});

it.each([
  ['high', 1],
  ['critical', 2],
] as const)('the commands of a %s case ask for a reason only where one is needed', (severity, asks) => {
  const commands = commandsOf(aCase('awaiting-approval', {}, { severity }));
  const reasons = commands.flatMap((command) => /--reason "(.*)"$/.exec(command)?.[1] ?? []);
  expect(reasons).toHaveLength(asks);
  for (const reason of reasons) expect(saysWhy(reason)).toBe(false);
});
