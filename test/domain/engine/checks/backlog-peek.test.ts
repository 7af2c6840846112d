/** The backlog in "policy explain": what would become of a start now, and that looking changes nothing. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../../domain/case/case.ts';
import type { CheckContext } from '../../../../domain/engine/checks/check.ts';
import { backlogPeek, concurrencyByShare, permitRequest } from '../../../../domain/engine/checks/permit.ts';
import { PortError, type Ports } from '../../../../domain/ports.ts';
import { hourMs, plusMs } from '../../../../domain/time.ts';
import { aCase, assessment, finding, hash, NOW, planned, terms } from '../../../support/cases.ts';
import { memoryPorts } from '../../../support/memory-engine.ts';

const OWN = { ...terms, backlog: { resourcesMax: 2, windowMs: hourMs } };
const APPROVED: Pick<Case, 'approval'> = {
  approval: {
    planHash: hash,
    validUntil: plusMs(NOW, hourMs),
    decisions: [{ planHash: hash, answer: 'approve', who: 'ada', reason: 'agreed', at: NOW }],
  },
};

const contextOf = (ports: Ports, resourceId: string, own = OWN, head: Partial<Case> = {}): CheckContext =>
  ({
    ports,
    checked: {
      ...aCase('queued', {}, { finding: { ...finding, resourceId }, terms: own, ...head }),
      document: 'AWS-ConfigureS3BucketVersioning',
      planHash: hash,
      clientToken: `token-${resourceId}`,
    },
    assessment: { ...assessment({ kind: 'planned', ...planned }), terms: own },
  }) as unknown as CheckContext;

/** A world in which these were started unasked just now. */
const startedUnasked = async (...resourceIds: readonly string[]) => {
  const { ports: some, table } = memoryPorts();
  const ports: Ports = { ...some, ruleResources: { count: async () => 100 } };
  for (const resourceId of resourceIds) {
    const { checked } = contextOf(ports, resourceId);
    const answer = await ports.permits.acquire(
      permitRequest(ports, checked, { queueUp: false, isApproved: false }),
    );
    expect(answer.kind).toBe('granted');
    // The lane's next start slot.
    await ports.clock.sleep(2_000);
  }
  return { ports, table };
};

describe('the backlog, looked at', () => {
  it('is no reason to ask as long as fewer were started unasked than may be', async () => {
    const { ports } = await startedUnasked('a');
    expect(await backlogPeek(contextOf(ports, 'b'))).toEqual({
      answer: 'yes',
      reason: 'fewer than 2 resources of rule#S3_BUCKET_VERSIONING_ENABLED were started unasked in 1h',
    });
  });

  it('is full when as many were, but not for one of these, nor an hour later', async () => {
    const { ports } = await startedUnasked('a', 'b');
    const before = await backlogPeek(contextOf(ports, 'c'));
    expect(before).toMatchObject({
      answer: 'no',
      reason: expect.stringContaining('as many resources of rule#S3_BUCKET_VERSIONING_ENABLED as may be'),
    });
    expect(await backlogPeek(contextOf(ports, 'a'))).toMatchObject({ answer: 'yes' });
    await ports.clock.sleep(hourMs);
    expect(await backlogPeek(contextOf(ports, 'c'))).toMatchObject({ answer: 'yes' });
  });

  it('is none for a plan that people have approved', async () => {
    const { ports } = await startedUnasked('a', 'b');
    expect(await backlogPeek(contextOf(ports, 'c', OWN, APPROVED))).toEqual({
      answer: 'yes',
      reason: 'people have approved this plan',
    });
  });

  it('tells that the blast radius is used up, approved or not, and until when', async () => {
    const { ports } = await startedUnasked('a', 'b');
    const radius = { ...OWN, blastRadius: { resourcesMax: 1, windowMs: hourMs } };
    const first = contextOf(ports, 'c', radius, APPROVED);
    const request = permitRequest(ports, first.checked, { queueUp: false, isApproved: true });
    expect((await ports.permits.acquire(request)).kind).toBe('granted');
    expect(await backlogPeek(contextOf(ports, 'd', radius, APPROVED))).toMatchObject({
      answer: 'no',
      reason: expect.stringMatching(/^the blast radius of rule#\S+ is used up until 2026-11-21T04:00:04/),
    });
  });

  it('writes nothing', async () => {
    const { ports, table } = await startedUnasked('a', 'b');
    const before = JSON.stringify(table.items());
    for (const name of ['a', 'b', 'c']) await backlogPeek(contextOf(ports, name));
    expect(JSON.stringify(table.items())).toBe(before);
  });

  it('is at most as many at once as can be counted, whatever the share of very many comes to', async () => {
    const { ports } = await startedUnasked('a');
    const share = { ...OWN, blastRadius: { concurrentPercentMax: 50, windowMs: hourMs } };
    const byShareOf = (count: number) =>
      concurrencyByShare(
        { ...ports, ruleResources: { count: async () => count } },
        contextOf(ports, 'b', share).checked,
      );
    expect(await Promise.all([1, 3_000, 3_002, 100_000].map(byShareOf))).toEqual([1, 1_500, 1_500, 1_500]);
  });

  it('cannot be told when nobody knows of how many resources the share is', async () => {
    const { ports } = await startedUnasked('a');
    const denied = new PortError('terminal', 'AccessDeniedException', 'config', 'no');
    const away = { ...ports, ruleResources: { count: () => Promise.reject(denied) } };
    const share = { ...OWN, blastRadius: { concurrentPercentMax: 5, windowMs: hourMs } };
    await expect(backlogPeek(contextOf(away, 'b', share))).rejects.toThrow(denied);
  });
});
