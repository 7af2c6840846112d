/** The stop switch: stops every new start, at once, for everything or for one account, rule or runbook. */
import type { Case } from './case/case.ts';
import { plainRuleName } from './finding.ts';
import type { Instant } from './time.ts';

export interface StopSwitch {
  readonly scope:
    | { readonly kind: 'everything' }
    | { readonly kind: 'account' | 'rule' | 'runbook'; readonly name: string };
  /** Other names of the same rule. */
  readonly aliases?: readonly string[];
  readonly who: string;
  readonly reason: string;
  readonly since: Instant;
  /** What runs in the scope is stopped too. */
  readonly cancelRunning?: true;
  /** When that was ordered, where it was not at first. */
  readonly cancelSince?: Instant;
}

type Stoppable = Pick<Case, 'finding' | 'lane'> & { readonly document: string };

/** The first switch that stops this, if any; names are compared without case. */
export const stoppedBy = <S extends Pick<StopSwitch, 'scope' | 'aliases'> = StopSwitch>(
  switches: readonly S[],
  stoppable: Stoppable,
): S | undefined =>
  switches.find(({ scope, aliases = [] }) => {
    switch (scope.kind) {
      case 'everything':
        return true;
      case 'account':
        return scope.name === stoppable.lane.account;
      case 'rule':
        return [scope.name, ...aliases].some((name) =>
          [
            stoppable.finding.rule,
            plainRuleName(stoppable.finding.rule),
            stoppable.finding.ruleIdentifier,
          ].some((known) => known?.toLowerCase() === name.toLowerCase()),
        );
      case 'runbook':
        return scope.name.toLowerCase() === stoppable.document.toLowerCase();
      default:
        return true;
    }
  });

/** @example 'everything is stopped since 2026-11-21T02:00:00.000Z by ada: bad release' */
export const describeStop = ({ scope, who, reason, since }: StopSwitch): string =>
  `${describeScope(scope)} is stopped since ${since} by ${who}: ${reason}`;

/** @example 'rule INCOMING_SSH_DISABLED' */
export const describeScope = (scope: StopSwitch['scope']): string =>
  scope.kind === 'everything' ? 'everything' : `${scope.kind} ${scope.name}`;

export const stopScopeId = (scope: StopSwitch['scope']): string =>
  scope.kind === 'everything' ? 'everything' : `${scope.kind}#${scope.name}`;
