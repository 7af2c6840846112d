/** Not too many attempts of this rule or this runbook have failed; or this one is the probe that shows how it is now. */
import { askedIn } from '../../batch-id.ts';
import { askBreakers, describeBreaker, openedLast } from '../../breaker.ts';
import { hourMs, plusMs } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import { isApproved } from './approval.ts';
import { type Check, cannotTell, noThen, yes } from './check.ts';

export const breaker: Check = async (context) => {
  const { ports, checked, controls, assessment } = context;
  if (controls === undefined || assessment === undefined) return cannotTell('the breakers were not read');
  const { whenOpen } = assessment.terms.breaker;
  const says = askBreakers(controls.breakers, checked, ports.clock.now());
  switch (says.kind) {
    case 'go':
      return yes('no breaker is open');
    case 'probe':
      context.probes = says.scopes;
      return yes(
        `it may go as the probe of the breaker of ${says.scopes.map(({ kind, name }) => `${kind} ${name}`).join(' and ')}`,
      );
    case 'unreadable':
      return cannotTell(
        `the ${describeBreaker(says.breaker)}; selfheal breaker reset --${says.breaker.scope.kind} ${says.breaker.scope.name} mends it`,
      );
    case 'open': {
      const last = openedLast(controls.breakers, checked) ?? says.breaker;
      const reason = `the ${describeBreaker(last)}`;
      // An approval that is older than the breaker says nothing about what keeps failing since.
      if (whenOpen === 'approve')
        return isApproved(context, last.since)
          ? yes(`${reason}; people approved this plan since`)
          : noThen(reason, { kind: 'ask', batch: askedIn('breaker', last.scope.name, last.since) });
      // Whoever waits is woken when the breaker closes, and one of them when a probe is wanted: nobody need look.
      const until = plusMs(ports.clock.now(), HOLD_MS + Math.floor(ports.random() * HOLD_SPREAD_MS));
      return noThen(reason, { kind: 'hold', reason: 'breaker', until });
    }
    default:
      return unreachable(says);
  }
};

/** Only who was held just after the breaker closed, or whose wake-up got lost, comes by this. As long as a stop's. */
const HOLD_MS = hourMs;
const HOLD_SPREAD_MS = hourMs / 2;
