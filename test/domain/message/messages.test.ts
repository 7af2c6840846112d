/** The door: what a message waits for, and that nothing that only helps keeps it back. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { createCaseMessages } from '../../../domain/message/messages.ts';
import { variantsOf } from '../../../domain/message/variants.ts';
import type { Links } from '../../../domain/ports.ts';
import { PortError } from '../../../domain/ports.ts';
import { aCase, NOW } from '../../support/cases.ts';
import { CATALOG, payroll } from './samples.ts';

const DOCUMENT = payroll().state.plan.document;
const lastPlanned = { document: DOCUMENT, documentVersion: '3', planHash: 'x' };
const past = (id: string, about: Case): Case => ({ ...about, id, attempts: 1, lastPlanned });
const denied = () =>
  Promise.reject(new PortError('terminal', 'AccessDenied', 'dynamodb:Query', 'not allowed'));

const writing = ({
  recent = async () => [],
  links,
}: {
  readonly recent?: () => Promise<readonly Case[]>;
  readonly links?: Links;
}) => {
  const warned: unknown[] = [];
  const silent = () => undefined;
  const messages = createCaseMessages({
    catalog: CATALOG,
    accountName: (account) => (account === '222222222222' ? 'prod' : undefined),
    ports: {
      cases: { recent } as never,
      ...(links && { links }),
      clock: { now: () => NOW, sleep: async () => undefined },
      log: { info: silent, warn: (_, fields) => void warned.push(fields.without), error: silent },
    },
  });
  return {
    messages,
    warned,
    text: async (about = payroll()) => (await messages.aboutCase(about))?.text ?? '',
  };
};

describe('how often a fix has worked before', () => {
  const cases = [
    past('a-1', aCase('resolved')),
    past('b-1', aCase('resolved')),
    past('c-1', { ...aCase('needs-human'), lastFailure: 'it timed out' }),
    past('d-1', { ...aCase('self-resolved'), lastFailure: 'throttled' }),
    // Not these: still at work, never tried, another runbook, the case itself.
    past('e-1', aCase('running')),
    { ...past('f-1', aCase('resolved')), attempts: 0 },
    { ...past('g-1', aCase('resolved')), lastPlanned: { ...lastPlanned, document: 'Another' } },
    past(payroll().id, aCase('resolved')),
  ];

  it('counts the cases in which the runbook ran and that have ended', async () => {
    const text = await writing({ recent: async () => cases }).text();
    expect(text).toContain('It healed 2 of 4 recent cases (50 %).');
    expect(text).toContain('shop-prod-orders: it timed out');
    expect(text).toContain('shop-prod-orders: throttled');
  });

  it('is read once, and a bounded number of cases', async () => {
    const asked: unknown[] = [];
    await writing({
      recent: async (...given: readonly unknown[]) => {
        asked.push(...given);
        return [];
      },
    }).text();
    expect(asked).toEqual([100]);
  });

  it.each([
    ['the table does not answer', denied],
    ['a case is not what it should be', async () => [{ attempts: 1 } as Case]],
  ])('is not known when %s, and the message goes out', async (_, recent) => {
    const { text, warned } = writing({ recent });
    expect(await text()).toContain('Not known: the earlier cases could not be read just now.');
    expect(warned).toEqual(['no record of earlier cases']);
  });
});

describe('the link', () => {
  it('leads to the decision on exactly this plan, until the request expires', async () => {
    const asked: unknown[] = [];
    const toDecision: Links['toDecision'] = async (...given) => {
      asked.push(...given);
      return 'https://selfheal.example.com/decide/x';
    };
    const { text } = writing({ links: { toDecision } });
    expect(await text()).toContain('Decide here\n  https://selfheal.example.com/decide/x');
    const { planHash, expiresAt } = payroll().state;
    expect(asked).toEqual([payroll().id, planHash, expiresAt]);
  });

  it('is left out when it cannot be made, and the message goes out with commands', async () => {
    const { text, warned } = writing({ links: { toDecision: denied } });
    expect(await text()).not.toContain('Decide here');
    expect(await text()).toContain('selfheal approve');
    expect(warned).toContain('no link');
  });
});

it('a message of nothing but text is said to machines and chat too', () => {
  const text = `${'"'.repeat(29_990)}💥💥💥💥💥💥`;
  const variants = variantsOf({
    subject: 's',
    text: text.repeat(20),
    attributes: { kind: 'policy-refused' },
  });
  expect(Buffer.byteLength(JSON.stringify(variants))).toBeLessThan(250_000);
  expect(variants.default).toMatch(/… the rest is in the case\.$/);
  expect(variants.default).not.toMatch(/\p{Cs}/u);
  expect(JSON.parse(variants.https ?? '').metadata.eventType).toBe('selfheal-policy-refused');
});
