/** An exemption was added: which open cases are woken for it, and what a wake-up then does. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { createEngine } from '../../../domain/engine/engine.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import type { StoredExemption } from '../../../domain/exemption/exemption.ts';
import { caseId, findingId } from '../../../domain/finding.ts';
import { type Due, PortError } from '../../../domain/ports.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';
import { memoryPorts } from '../../support/memory-engine.ts';
import { parsedPolicy, policyText } from '../../support/published-policies.ts';

const BOOK = policyBook(parsedPolicy(policyText('any')).policy);
const EXEMPTION: StoredExemption = {
  name: 'by-hand',
  match: { resourceId: [{ prefix: 'my-' }] },
  owner: 'ops',
  reason: 'only a cache',
  who: 'ada',
  since: NOW,
};
/** A case of a finding of its own: its resource is called `of`. */
const about = (of: string, one: Case): Case => {
  const its = { ...finding, resourceId: of };
  return { ...one, id: caseId(its, 1), findingId: findingId(its), finding: its };
};
const CASES: readonly Case[] = [
  about('my-observing', aCase('observing')),
  about('my-held', aCase('held', { reason: 'stop-switch' })),
  about('my-queued', aCase('queued')),
  about('my-asked', aCase('awaiting-approval')),
  about('my-handed-over', aCase('needs-human')),
  about('other', aCase('observing')),
];
const NAMES = new Map(CASES.map(({ id, finding: { resourceId } }) => [id, resourceId]));

const worldOf = async (match: unknown = EXEMPTION.match) => {
  const { ports, done } = memoryPorts();
  const sent: Due[] = [];
  ports.wakes.send = async (wakes) => void sent.push(...wakes.map(({ wake }) => wake));
  const engine = createEngine({
    ports,
    catalog: loadCatalog(),
    policy: () => BOOK,
    globalLaneRegion: 'us-east-1',
  });
  for (const one of CASES) await ports.cases.open(one);
  await ports.exemptions.put({ ...EXEMPTION, match });
  await ports.exemptions.announce();
  await engine.tick();
  const forExemption = sent.filter((wake) => 'caseId' in wake && wake.exemptionSequence !== undefined);
  const wake = async () => {
    const answers = await engine.woken(
      CASES.map(({ id }) => ({
        wake: { caseId: id, exemptionSequence: 1 },
        messageId: id,
        redelivered: false,
      })),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    return Object.fromEntries(
      await Promise.all(
        CASES.map(async ({ id }) => [NAMES.get(id), (await ports.cases.get(id))?.state.name]),
      ),
    );
  };
  return {
    ports,
    done,
    woken: forExemption.map((one) => ('caseId' in one ? NAMES.get(one.caseId) : '')),
    wake,
  };
};

describe('when an exemption was added', () => {
  it('wakes what it covers and is observed or held, and leaves the others', async () => {
    const { woken } = await worldOf();
    expect(woken.toSorted()).toEqual(['my-held', 'my-observing']);
  });

  it('wakes all that is observed or held where it looks at tags, which are not read here', async () => {
    const { woken } = await worldOf({ tags: { env: ['dev'] } });
    expect(woken.toSorted()).toEqual(['my-held', 'my-observing', 'other']);
  });

  it('closes what is exempt; what is not, or is at a person, stays as it was, and nothing is started', async () => {
    const { wake, done } = await worldOf();
    expect(await wake()).toEqual({
      'my-observing': 'suppressed',
      'my-held': 'suppressed',
      'my-queued': 'queued',
      'my-asked': 'awaiting-approval',
      'my-handed-over': 'needs-human',
      other: 'observing',
    });
    expect(done).not.toContain('start');
  });

  it('leaves all as it was when it cannot be told what is exempt', async () => {
    const { wake, done, ports } = await worldOf();
    ports.compliance.rule = async () => {
      throw new PortError('transient', 'ThrottlingException', 'config:Describe', 'Rate exceeded');
    };
    expect(await wake()).toMatchObject({ 'my-observing': 'observing', 'my-held': 'held' });
    expect(done).not.toContain('start');
  });
});
