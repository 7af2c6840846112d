/**
 * How many more resources of a rule may be started unasked now. Only the permit store knows how it counts, so it is
 * asked what it would answer if so many more were started, until the greatest number is found.
 */

import type { Finding } from '../finding.ts';
import { ruleScopeId } from '../permit.ts';
import type { BacklogGuard } from '../policy/policy.ts';
import type { Ports } from '../ports.ts';
import type { Unasked } from './previewed.ts';

export type BacklogRoom = (finding: Finding, backlog: BacklogGuard) => Promise<Unasked>;

/** Remembers the answers: it is for one preview. */
export const createBacklogRoom = ({ permits, clock }: Pick<Ports, 'permits' | 'clock'>): BacklogRoom => {
  const answers = new Map<string, Promise<Unasked>>();
  const wouldStart = async (id: string, { resourcesMax, windowMs }: BacklogGuard, startedBefore: number) => {
    const now = clock.now();
    const touches = [{ kind: 'backlog' as const, resourcesMax: resourcesMax - startedBefore, windowMs }];
    const answer = await permits.peek({
      scopes: [{ id, unleased: true, counting: { touches, keptMs: windowMs } }],
      resourceKey: NOBODY,
      holder: NOBODY,
      now,
      expiresAt: now,
      queueUp: false,
    });
    return answer.kind === 'granted';
  };
  const find = async (rule: string, backlog: BacklogGuard): Promise<Unasked> => {
    let [room, tooMany] = [0, backlog.resourcesMax + 1];
    while (tooMany - room > 1) {
      const middle = Math.floor((room + tooMany) / 2);
      if (await wouldStart(rule, backlog, middle - 1)) room = middle;
      else tooMany = middle;
    }
    return { rule, room, resourcesMax: backlog.resourcesMax, windowMs: backlog.windowMs };
  };
  return (finding, backlog) => {
    const rule = ruleScopeId(finding);
    const key = JSON.stringify([rule, backlog]);
    const known = answers.get(key) ?? find(rule, backlog);
    answers.set(key, known);
    return known;
  };
};

const NOBODY = 'a-preview';
