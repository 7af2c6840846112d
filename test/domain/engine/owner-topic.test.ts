/** Who is told while a grace runs: the contact of the owner whom a tag names, or the one for all others. */
import { describe, expect, it } from 'vitest';
import { assess } from '../../../domain/engine/assess.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';

const catalog = loadCatalog();

const assessed = async (
  tags: Ports['compliance']['tags'],
  {
    grace = 'grace: 4h',
    owners = 'owners: { tag: team, contacts: { shop: shop-team }, fallback: everybody }',
  } = {},
) => {
  const parsed = parsePolicy(
    `version: 1
topics: { shop-team: a, everybody: b, oncall: c }
${owners}
blackouts: { quiet: { match: { account: ['${finding.account}'] }, from: 2026-12-20, until: 2027-01-03 } }
entries: [{ name: all, match: {}, severity: low, mode: auto, notify: [oncall], ${grace} }]
`,
    'owners',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  const ports = {
    compliance: { rule: async () => ({ owner: 'aws', identifier: finding.ruleIdentifier }), tags },
    runbooks: { defaultVersion: async () => '1' },
    roles: { executorRoleArn: () => 'arn:executor', automationRoleArn: () => 'arn:automation' },
    clock: { now: () => NOW },
  } as unknown as Ports;
  const exemptions = createExemptions({ all: async () => [] });
  const { origin, lane } = aCase('queued');
  return assess({ catalog, policy: () => book, exemptions, ports }, finding, origin, lane);
};
const topicFor = async (tags: Readonly<Record<string, string>>, policy = {}) =>
  (await assessed(async () => tags, policy)).assessment.terms.ownerTopic;

describe('the topic of an owner', () => {
  it("is the contact of the tag's value", async () => {
    expect(await topicFor({ team: 'shop' })).toBe('shop-team');
  });

  it.each([
    ['no such tag', {}],
    ['an owner without a contact', { team: 'billing' }],
    ['an owner who is named like a part of the language', { team: 'constructor' }],
    ['a tag with another key', { Team: 'shop' }],
  ])('is the one for all others where there is %s', async (_, tags: Readonly<Record<string, string>>) => {
    expect(await topicFor(tags)).toBe('everybody');
  });

  it('is in no terms where there is no grace, or the policy names no owners', async () => {
    expect(await topicFor({ team: 'shop' }, { grace: 'grace: 0s' })).toBeUndefined();
    expect(await topicFor({ team: 'shop' }, { owners: '' })).toBeUndefined();
  });

  it('is nobody when the tags cannot be read: nothing is planned then', async () => {
    const { assessment, blackouts } = await assessed(async () => {
      throw new PortError('transient', 'ThrottlingException', 'config:SelectResourceConfig', 'Rate exceeded');
    });
    expect(assessment.outcome).toMatchObject({ kind: 'unreadable' });
    expect(blackouts).toEqual([]);
  });
});

it('the blackouts of the finding are beside the assessment, and not in the terms that a case keeps', async () => {
  const { assessment, blackouts } = await assessed(async () => ({}));
  expect(blackouts.map(({ name }) => name)).toEqual(['quiet']);
  expect(JSON.stringify(assessment)).not.toContain('quiet');
});
