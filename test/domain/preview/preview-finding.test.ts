/** What would happen to a finding whose case is further along, and that asking cannot do anything. */
import { describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../../domain/case/case.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { lookingOnly } from '../../../domain/preview/looking-only.ts';
import { previewReports } from '../../../domain/preview/preview-reports.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';
import { parsedPolicy } from '../../support/published-policies.ts';

const catalog = loadCatalog();
const book = (mode: string) =>
  policyBook(
    parsedPolicy(
      `version: 1\ntopics: { oncall: x }\ndefaults: { notify: [oncall] }\nentries: [{ name: all, match: {}, mode: ${mode} }]`,
    ).policy,
  );
/** A world in which all is well: Config knows the rule, nothing is stopped, permits are free. */
const portsWith = (newest: Case | undefined, given: Partial<Ports['compliance']> = {}): Ports =>
  ({
    cases: { newestOfMany: async () => new Map(newest ? [[newest.findingId, newest]] : []) },
    permits: { peek: async () => ({ kind: 'granted' }) },
    controls: { read: async () => ({ stops: [], policySequence: 0, exemptionSequence: 0, breakers: [] }) },
    exemptions: { all: async () => [] },
    runbooks: { defaultVersion: async () => '1' },
    compliance: {
      rule: async () => ({ owner: 'aws', identifier: finding.ruleIdentifier }),
      tags: async () => ({}),
      remediationException: async () => undefined,
      ...given,
    },
    roles: {
      executorRoleArn: (account: string) => `arn:aws:iam::${account}:role/selfheal-executor`,
      automationRoleArn: (account: string) => `arn:aws:iam::${account}:role/selfheal-x`,
    },
    clock: { now: () => NOW },
    random: () => 0.5,
  }) as unknown as Ports;
const preview = async (
  newest: Case | undefined,
  {
    mode = 'auto',
    evaluatedAt = '2026-11-21T02:59:00.000Z',
    ...given
  }: { mode?: string; evaluatedAt?: string } & Partial<Ports['compliance']> = {},
) => {
  const ports = lookingOnly(portsWith(newest, given));
  const [told] = await previewReports(
    {
      ports,
      catalog,
      exemptions: createExemptions(ports.exemptions),
      book: book(mode),
      globalLaneRegion: 'us-east-1',
    },
    [
      {
        account: finding.account,
        origin: { region: finding.region, configRuleName: finding.rule },
        resourceType: finding.resourceType,
        resourceId: finding.resourceId,
        evaluation: { compliance: 'NON_COMPLIANT', recordedAt: evaluatedAt },
        redelivered: false,
      },
    ],
  );
  return told?.now;
};
const heardLater = (state: StateName): Case => ({
  ...aCase(state),
  newestEvaluation: { compliance: 'NON_COMPLIANT', recordedAt: '2026-11-21T02:59:30.000Z' },
});

describe('a finding', () => {
  it.each([
    ['auto', 'run'],
    ['approve', 'approve'],
    ['observe', 'observe'],
  ])('without a case, in mode %s: %s', async (mode, action) => {
    expect(await preview(undefined, { mode })).toMatchObject({ action, mode, entry: 'all' });
  });

  it.each<[StateName, string]>([
    ['observing', 'run'],
    ['held', 'run'],
    ['queued', 'run'],
    ['starting', 'at-work'],
    ['running', 'at-work'],
    ['verifying', 'at-work'],
    ['needs-human', 'needs-human'],
    ['denied', 'settled'],
    ['closed-by-human', 'settled'],
  ])('whose case is %s: %s', async (state, action) => {
    expect((await preview(heardLater(state)))?.action).toBe(action);
  });

  it('whose case was closed is taken up again when Config has evaluated it anew', async () => {
    const anew = { evaluatedAt: '2026-11-21T02:59:31.000Z' };
    expect((await preview(heardLater('resolved'), anew))?.action).toBe('run');
    // What a person said no to is not done unasked, only because Config has evaluated the rule again.
    expect((await preview(heardLater('denied'), anew))?.action).toBe('approve');
  });

  it('of which something cannot be read is unknown, and nothing would be done', async () => {
    const rule = async () => {
      throw new PortError('transient', 'ThrottlingException', 'config:DescribeConfigRules', 'Rate exceeded');
    };
    expect(await preview(undefined, { rule })).toMatchObject({
      action: 'unknown',
      why: expect.stringContaining('ThrottlingException'),
    });
  });

  it('of which a check cannot be made is held, and so is one with which Config says hands off', async () => {
    const remediationException = async () => {
      throw new PortError('terminal', 'AccessDeniedException', 'config:DescribeRemediationExceptions', 'no');
    };
    expect(await preview(undefined, { remediationException })).toMatchObject({
      action: 'held',
      objections: [{ check: 'exemption', answer: 'failed' }],
    });
    const exempt = async () => ({ name: 'config', owner: 'AWS Config', reason: 'by hand' });
    expect((await preview(undefined, { remediationException: exempt }))?.action).toBe('exempt');
  });
});

describe('ports that only look', () => {
  it('refuse all that would change something, what is new included', () => {
    const touched: string[] = [];
    const touch = (name: string) => async () => {
      touched.push(name);
    };
    const ports = {
      ...portsWith(undefined),
      cases: { open: touch('open'), replace: touch('replace') },
      permits: { acquire: touch('acquire'), release: touch('release'), peek: touch('peek') },
      runbooks: { start: touch('start'), stop: touch('stop') },
      somethingNew: { doIt: touch('doIt') },
      announcer: { announce: touch('announce') },
    } as unknown as Ports;
    const looking = lookingOnly(ports) as unknown as Record<string, Record<string, () => unknown>>;
    for (const [port, methods] of Object.entries(ports))
      for (const method of Object.keys(methods))
        if (touchable.has(method))
          expect(() => looking[port]?.[method]?.(), `${port}.${method}`).toThrow('changes nothing');
    expect(touched).toEqual([]);
  });
});

const touchable = new Set(['open', 'replace', 'acquire', 'release', 'start', 'stop', 'doIt', 'announce']);
