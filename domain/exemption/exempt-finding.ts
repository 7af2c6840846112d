/** An exemption for the finding of one case, made with the denial of its plan; and taken off again when that failed. */
import type { Case } from '../case/case.ts';
import type { Exempting, Ports } from '../ports.ts';
import { unreachable } from '../unreachable.ts';
import { addExemption, removeExemption } from './change-exemptions.ts';

export const exemptFindings = (ports: Pick<Ports, 'exemptions' | 'clock'>): Exempting => ({
  exempt: async (about, { who, reason, until }, policy) => {
    const name = exemptionNameOf(about);
    const added = await addExemption(
      ports,
      // An instant is the same everywhere; and none is without an end.
      { timezone: 'UTC', endlessExemptions: [], exemptions: policy.exemptions },
      {
        name,
        match: matchOf(about),
        owner: who,
        reason: reason.slice(0, REASON_CHARS_MAX),
        expires: until.replace(/\.\d+Z$/, ''),
      },
      who,
    );
    switch (added.kind) {
      case 'in-force':
        return { ok: true, name };
      case 'refused':
        return { ok: false, reason: added.problems.join('; ') };
      case 'taken':
        return {
          ok: false,
          reason: `there is another exemption "${name}" already (selfheal exempt show ${name})`,
        };
      case 'too-many':
        return {
          ok: false,
          reason: 'there are as many exemptions as may be: remove those that have expired',
        };
      case 'not-announced':
        return {
          ok: false,
          reason: `it is written, and not in force yet (${added.error.operation} failed with ${added.error.code}): give the same again, which completes it`,
        };
      default:
        return unreachable(added);
    }
  },

  withdraw: async (name) => {
    const removed = await removeExemption(ports, name);
    return removed.kind === 'not-announced' ? removed.error.message : undefined;
  },
});

/** By the case, so that two who deny it at once do not both make one. */
export const exemptionNameOf = ({ id }: Pick<Case, 'id'>): string => `denied-${id}`;

/** The very finding, and nothing beside it. */
const matchOf = ({ finding }: Pick<Case, 'finding'>): Readonly<Record<string, readonly string[]>> => ({
  account: [finding.account],
  region: [finding.region],
  rule: [finding.rule],
  resourceType: [finding.resourceType],
  resourceId: [finding.resourceId],
});

/** What an exemption's reason may have. */
const REASON_CHARS_MAX = 500;
