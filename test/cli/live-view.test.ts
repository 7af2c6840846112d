import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import { changeLine, changesTable } from '../../cli/render/changes.ts';
import { type SentMessage, summary } from '../../cli/render/summary.ts';
import { caseChanged } from '../../domain/case-changed.ts';
import { aCase, NOW } from '../support/cases.ts';
import { memoryIo } from './memory-io.ts';

const style = pico.createColors(false);
const entry = {
  at: NOW,
  who: 'selfheal',
  what: 'attempt-started',
  why: 'a permit\nwas free',
  state: 'running',
} as const;
const running = caseChanged(aCase('running', {}, { timeline: [entry] }), 'starting');

describe('a change without a terminal', () => {
  it('is one line: when, which case, what, from where to where, why', () => {
    expect(changeLine(running, style)).toBe(
      `03:00:00  ${running.caseId}  S3 Bucket shop-prod-orders  starting → running  a permit was free`,
    );
  });
});

describe('changes on a terminal', () => {
  it('take no more lines than there are, the latest last', () => {
    const many = Array.from({ length: 50 }, (_, n) => ({ ...running, caseId: `case-${n}` }));
    const lines = changesTable(many, memoryIo({}, { rows: 10, columns: 80 })).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toContain('case-49');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('the summary', () => {
  const awaiting = aCase('awaiting-approval', {}, { id: 'asks-1', severity: 'medium' });
  const message = (id: string, topic: string): SentMessage => ({
    topic,
    subject: `Approve? ${id}`,
    lines: [`the whole of ${id}`],
    text: `case ${id}`,
  });

  it('counts what healed, what was retried, what waits and what needs a person', () => {
    const told = summary(
      [
        aCase('resolved', {}, { attempts: 1 }),
        aCase('resolved', {}, { id: 'again-1', attempts: 2, lastFailure: 'Failed: a step' }),
        awaiting,
        aCase('needs-human', { reason: 'nobody can', manualSteps: ['Stop it.', 'Start it.'] }),
        aCase('self-resolved'),
      ],
      [message('asks-1', 'oncall'), message('asks-1', 'team')],
      style,
    );
    expect(told).toContain('2 healed with verdict COMPLIANT\n');
    expect(told).toContain('1 failed, retried and then healed\n');
    expect(told).toContain('(case again-1): 2 attempts; first Failed: a step');
    expect(told).toContain('1 awaiting approval\n');
    expect(told).toContain(
      'announced over SNS to oncall, team:\n    | Approve? asks-1\n    | the whole of asks-1',
    );
    expect(told).toContain('1 needs-human\n');
    expect(told).toContain('      1. Stop it.\n      2. Start it.');
    expect(told).toContain('1 other');
  });

  it('shows the whole message of the most severe, and the subjects of the others', () => {
    const worse = aCase('awaiting-approval', {}, { id: 'worse-1', severity: 'critical' });
    const told = summary([awaiting, worse], [message('asks-1', 'team'), message('worse-1', 'team')], style);
    expect(told).toContain('the whole of worse-1');
    expect(told).toContain('Approve? asks-1');
    expect(told).not.toContain('the whole of asks-1');
  });
});
