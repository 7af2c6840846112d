import { describe, expect, it } from 'vitest';
import { createLog } from '../../../infra/observability/log.ts';
import { createMetrics } from '../../../infra/observability/metrics.ts';

describe('the log', () => {
  it('is a line of JSON a fact, whatever is in it', () => {
    const lines: string[] = [];
    const log = createLog((line) => lines.push(line));
    log.warn('message refused', { reason: 'a\nb "c"', level: 'mine', message: 'mine' });
    log.info('tick', { woken: 3 });
    log.error('message failed', {});
    expect(lines.map((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toEqual([
      true,
      true,
      true,
    ]);
    const [first, second, third] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({
      level: 'WARN',
      message: 'message refused',
      service: 'selfheal',
      reason: 'a\nb "c"',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect([second.level, second.woken, third.level]).toEqual(['INFO', 3, 'ERROR']);
  });
});

describe('metrics', () => {
  it("are one line in CloudWatch's embedded format, with what was counted since the last", () => {
    const lines: string[] = [];
    const metrics = createMetrics((line) => lines.push(line));
    metrics.publish();
    metrics.count('CaseOpened');
    metrics.count('CaseOpened', 4);
    metrics.count('MessageRefused');
    metrics.publish();
    metrics.publish();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Selfheal',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'CaseOpened', Unit: 'Count' },
              { Name: 'MessageRefused', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'selfheal',
      CaseOpened: 5,
      MessageRefused: 1,
    });
  });
});
