/** What a person denied or closed is not done unasked, only because Config evaluated the rule again. */
import { describe, expect, it } from 'vitest';
import type { ClosedState } from '../../../domain/case/case.ts';
import type { EarlierCase } from '../../../domain/case/earlier-case.ts';
import { openCase } from '../../../domain/case/open-case.ts';
import { approval } from '../../../domain/engine/checks/approval.ts';
import type { CheckContext } from '../../../domain/engine/checks/check.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { aCase, assessment, evaluation, finding, hash, moment, NOW, planned } from '../../support/cases.ts';

const auto = assessment({ kind: 'planned', ...planned }, 'auto');
const ended = (how: ClosedState['name'], number = 1): EarlierCase => ({
  number,
  openedAt: plusMs(NOW, (number - 40) * hourMs),
  closedAt: plusMs(NOW, (number - 39) * hourMs),
  ended: how,
});
const opened = (earlier: readonly EarlierCase[]) =>
  openCase(
    {
      finding,
      origin: aCase('held').origin,
      lane: aCase('held').lane,
      number: earlier.length + 1,
      evaluation: evaluation('NON_COMPLIANT', NOW),
      assessment: auto,
      earlier,
    },
    moment(),
  ).case;

const approve = { planHash: hash, answer: 'approve', who: 'ada', reason: 'agreed', at: NOW } as const;
const checkOf = (earlier: readonly EarlierCase[], decisions: readonly (typeof approve)[] = []) =>
  approval({
    ports: { clock: { now: () => NOW } },
    checked: {
      ...aCase('queued', {}, { earlier }),
      planHash: hash,
      ...(decisions.length > 0 && {
        approval: { planHash: hash, decisions, validUntil: plusMs(NOW, hourMs) },
      }),
    },
    assessment: auto,
  } as unknown as CheckContext);

describe('a finding whose latest case a person ended', () => {
  it.each(['denied', 'closed-by-human'] as const)('is asked for after %s, though the mode is auto', (how) => {
    const { state, timeline } = opened([ended(how)]);
    expect(state.name).toBe('awaiting-approval');
    expect(timeline.at(-1)?.why).toContain('a person ended the case before this one');
  });

  it.each(['resolved', 'self-resolved', 'suppressed'] as const)('is healed after %s', (how) => {
    expect(opened([ended(how)]).state.name).toBe('queued');
  });

  it('is healed again when a later case ended otherwise', () => {
    expect(opened([ended('denied', 1), ended('resolved', 2)]).state.name).toBe('queued');
  });

  it('does not start without a quorum, and does with one', async () => {
    expect(await checkOf([ended('denied')])).toMatchObject({ answer: 'no', tells: { kind: 'assessed' } });
    expect(await checkOf([ended('denied')], [approve])).toMatchObject({ answer: 'yes' });
    expect(await checkOf([ended('resolved')])).toMatchObject({ answer: 'yes' });
  });
});
