/** What healing cost in a week, by arithmetic: nobody reads a bill for it. */
import {
  AUTOMATION_STEPS_A_RUN,
  DOLLARS_FOR_REQUESTS,
  DOLLARS_PER_AUTOMATION_STEP,
  dollarsForRuns,
  REQUESTS_A_RUN,
} from '../price-of-run.ts';
import type { CaseRow } from './case-row.ts';
import type { Span } from './figures.ts';
import type { Cost } from './weekly-report.ts';

export interface CostFold {
  add(row: CaseRow): void;
  told(): Cost;
}

export const costFold = ({ from, to }: Span): CostFold => {
  const isWithin = (at: string): boolean => from <= at && at < to;
  let runs = 0;
  let rounds = 0;
  return {
    add: ({ openedAt, attempts }) => {
      runs += attempts.filter(({ at }) => isWithin(at)).length;
      // A first attempt is in what its case took from its opening on.
      rounds += Number(isWithin(openedAt)) + attempts.slice(1).filter(({ at }) => isWithin(at)).length;
    },
    told: () => {
      const automationDollars = dollarsForRuns(runs);
      const requestDollars = rounds * DOLLARS_FOR_REQUESTS;
      return {
        automationSteps: runs * AUTOMATION_STEPS_A_RUN,
        automationDollars,
        requests: rounds * REQUESTS_A_RUN,
        requestDollars,
        dollars: automationDollars + requestDollars,
        assumption: ASSUMPTION,
      };
    },
  };
};

const ASSUMPTION = `${AUTOMATION_STEPS_A_RUN} automation steps for each attempt, at $${DOLLARS_PER_AUTOMATION_STEP} a step; ${REQUESTS_A_RUN} requests for each case opened and for each further attempt, which with what they read, write and send come to $${DOLLARS_FOR_REQUESTS.toFixed(5)} each time. These are list prices of us-east-1 without the free tier. What AWS Config takes for recording and evaluating, and what selfheal costs with no case at all, is not in it.`;
