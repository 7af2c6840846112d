/** Whom a resource's tags name: the owner, who is told, and who changed it last, who must not decide on it. */
import { describe, expect, it } from 'vitest';
import { assess } from '../../../domain/engine/assess.ts';
import { doubtfulBook, policyBook } from '../../../domain/engine/policy-book.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';

const catalog = loadCatalog();

const bookOf = (policy: string) => {
  const parsed = parsePolicy(`version: 1\ntopics: { shop: a, all: b, oncall: c }\n${policy}`, 'people');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyBook(parsed.policy);
};

const NOBODY_ASKED: Ports['compliance']['tags'] = async () => {
  throw new Error('no tag is asked for');
};

const assessedBy = async (
  book: ReturnType<typeof policyBook>,
  tags: Readonly<Record<string, string>> | Ports['compliance']['tags'],
) => {
  const ports = {
    compliance: {
      rule: async () => ({ owner: 'aws', identifier: finding.ruleIdentifier }),
      tags: typeof tags === 'function' ? tags : async () => tags,
    },
    runbooks: { defaultVersion: async () => '1' },
    roles: {
      executorRoleArn: () => `arn:aws:iam::${finding.account}:role/executor`,
      automationRoleArn: () => `arn:aws:iam::${finding.account}:role/automation`,
    },
    clock: { now: () => NOW },
  } as unknown as Ports;
  const exemptions = createExemptions({ all: async () => [] });
  const { origin, lane } = aCase('queued');
  const { assessment } = await assess(
    { catalog, policy: () => book, exemptions, ports },
    finding,
    origin,
    lane,
  );
  return assessment;
};
const assessed = (policy: string, tags: Parameters<typeof assessedBy>[1]) => assessedBy(bookOf(policy), tags);

const OWNED = `owners: { tag: team, contacts: { shop: shop }, fallback: all }
entries: [{ name: a, match: {}, severity: low, mode: auto, notify: [oncall, owner] }]
`;

describe('owner under notify', () => {
  it.each([
    ["the contact of the tag's value", { team: 'shop' }, ['oncall', 'shop']],
    ['the one for all others without the tag', {}, ['oncall', 'all']],
    ['the one for all others of an owner without a contact', { team: 'billing' }, ['oncall', 'all']],
    ['the one for all others of a name of the language', { team: 'constructor' }, ['oncall', 'all']],
  ])('is %s', async (_, tags: Readonly<Record<string, string>>, notify) => {
    const { terms, outcome } = await assessed(OWNED, tags);
    expect(terms.notify).toEqual(notify);
    expect(terms).not.toHaveProperty('ownerTopic');
    expect(outcome.kind).toBe('planned');
  });

  it('is told once where the policy tells the same topic anyway', async () => {
    const { terms } = await assessed(OWNED.replace('[oncall, owner]', '[shop, owner]'), { team: 'shop' });
    expect(terms.notify).toEqual(['shop']);
  });

  it('is the one for all others while no policy can be trusted: no tag is read then', async () => {
    const book = bookOf(`owners: { tag: team, fallback: all }
defaults: { notify: { high: [owner, oncall] } }
entries: []
`);
    const { terms, outcome } = await assessedBy(doubtfulBook(book.policy, 'it is gone'), NOBODY_ASKED);
    expect(outcome).toEqual({ kind: 'no-policy', why: 'it is gone' });
    expect(terms.notify).toEqual(['all', 'oncall']);
  });
});

const asking = (not: string, entry = 'authors: [bob@example.com]'): string => `changed-by: changed-by
defaults: { notify: [oncall], approval: { not: ${not} } }
entries: [{ name: a, match: {}, mode: approve, ${entry} }]
`;

describe('who changed the resource last', () => {
  const changedBy = async (value: string): Promise<string | undefined> =>
    (await assessed(asking('[changer]'), { 'changed-by': value })).terms.changedBy;

  it('is who its tag names, in the spelling of decisions', async () => {
    expect(await changedBy(' Ada@Example.com ')).toBe('ada@example.com');
    expect(await changedBy('arn:aws:iam::111122223333:user/eng/Ada')).toBe('ada');
    expect(
      await changedBy('arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_X_0a/ada@example.com'),
    ).toBe('ada@example.com');
  });

  it('is not known without the tag, or where it is empty: nobody is left out by it', async () => {
    for (const tags of [{}, { 'changed-by': ' ' }, { 'Changed-By': 'ada' }])
      expect((await assessed(asking('[changer]'), tags)).terms).not.toHaveProperty('changedBy');
  });

  it('is asked for only where an entry leaves the changer out', async () => {
    expect(bookOf(asking('[changer]'))).toMatchObject({ needsTags: true, tagKeys: ['changed-by'] });
    expect(bookOf(asking('[author]'))).toMatchObject({ needsTags: false, tagKeys: [] });
    const { terms, outcome } = await assessed(asking('[author]'), NOBODY_ASKED);
    expect(outcome.kind).toBe('planned');
    expect(terms).not.toHaveProperty('changedBy');
    const read = await assessed(`owners: { tag: team, fallback: all }\n${asking('[author]')}`, {
      'changed-by': 'ada',
    });
    expect(read.terms).not.toHaveProperty('changedBy');
  });

  it('is recorded with the case, as every tag that the policy looks at', async () => {
    const { tags } = await assessed(asking('[changer]'), { 'changed-by': 'ada', cost: '42' });
    expect(tags).toEqual({ 'changed-by': 'ada' });
  });

  it('is a doubt where the tags cannot be read: nothing is planned', async () => {
    const { outcome } = await assessed(asking('[changer]'), async () => {
      throw new PortError('terminal', 'AccessDeniedException', 'config:SelectResourceConfig', 'no');
    });
    expect(outcome).toEqual({
      kind: 'unreadable',
      why: 'config:SelectResourceConfig failed with AccessDeniedException: no',
    });
  });
});

describe('who wrote the entry', () => {
  it('is in the terms only where the policy leaves them out of deciding', async () => {
    expect((await assessed(asking('[author]'), {})).terms.authors).toEqual(['bob@example.com']);
    expect((await assessed(asking('[requester]'), {})).terms).not.toHaveProperty('authors');
    expect((await assessed(asking('[author]', 'severity: high'), {})).terms).not.toHaveProperty('authors');
  });
});
