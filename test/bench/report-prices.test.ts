/** What the weekly report says of the price of requests must be what the documentation adds up. */
import { expect, it } from 'vitest';
import { costOfCases, HEALED_CASE, PRICES } from '../../bench/cost.ts';
import { DOLLARS_FOR_REQUESTS } from '../../domain/price-of-run.ts';

it('the price of a case without its automation steps is the one that reports take', () => {
  const dollars = costOfCases(HEALED_CASE)
    .filter(({ what }) => what !== PRICES.automationSteps.what)
    .reduce((sum, { dollarsPer1000000Cases }) => sum + dollarsPer1000000Cases / 1_000_000, 0);
  expect(dollars).toBeGreaterThan(DOLLARS_FOR_REQUESTS * 0.8);
  expect(dollars).toBeLessThanOrEqual(DOLLARS_FOR_REQUESTS);
});
