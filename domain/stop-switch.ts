/** The stop switch: stops every new start, at once, for everything or for one account, rule or runbook. */
import type { Case } from './case/case.ts';
import { plainRuleName } from './finding.ts';
import type { Instant } from './time.ts';

export interface StopSwitch {
  readonly scope:
    | { readonly kind: 'everything' }
    | { readonly kind: 'account' | 'rule' | 'runbook'; readonly name: string };
  readonly who: string;
  readonly reason: string;
  readonly since: Instant;
  /** What runs in the scope is stopped too. */
  readonly cancelRunning?: true;
}

type Stoppable = Pick<Case, 'finding' | 'lane'> & { readonly document: string };

/** The first switch that stops this, if any. */
export const stoppedBy = (switches: readonly StopSwitch[], stoppable: Stoppable): StopSwitch | undefined =>
  switches.find(({ scope }) => {
    switch (scope.kind) {
      case 'everything':
        return true;
      case 'account':
        return scope.name === stoppable.lane.account;
      case 'rule':
        return [
          stoppable.finding.rule,
          plainRuleName(stoppable.finding.rule),
          stoppable.finding.ruleIdentifier,
        ].includes(scope.name);
      case 'runbook':
        return scope.name === stoppable.document;
      default:
        return true;
    }
  });

/** @example 'everything is stopped since 2026-11-21T02:00:00.000Z by ada: bad release' */
export const describeStop = ({ scope, who, reason, since }: StopSwitch): string =>
  `${scope.kind === 'everything' ? 'everything' : `${scope.kind} ${scope.name}`} is stopped since ${since} by ${who}: ${reason}`;

export const stopScopeId = (scope: StopSwitch['scope']): string =>
  scope.kind === 'everything' ? 'everything' : `${scope.kind}#${scope.name}`;
