import { expect, it } from 'vitest';
import { assess } from '../../../domain/engine/assess.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { seekStart } from '../../../domain/engine/seek-start.ts';
import { createSession } from '../../../domain/engine/session.ts';
import type { Engine } from '../../../domain/engine/tell.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Ports } from '../../../domain/ports.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';
import { memoryPorts } from '../../support/memory-engine.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };

const parsed = parsePolicy(
  `version: 1
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
    blast-radius: { max-resources: 1, window: 8h }
`,
  'policy.yml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const book = policyBook(parsed.policy);

it('does not let all who wait for the blast radius come back at the moment at which one may start', async () => {
  const { ports: some } = memoryPorts();
  let chance = 0;
  const ports: Ports = { ...some, random: () => chance };
  const engine: Engine = {
    ports,
    assessor: {
      catalog: loadCatalog(),
      policy: () => book,
      exemptions: createExemptions(ports.exemptions),
      ports,
    },
  };
  const seek = async (n: number) => {
    const about = { ...finding, resourceId: `bucket-${n}` };
    const { assessment } = await assess(engine.assessor, about, aCase('queued').origin, LANE);
    const { outcome, severity, mode, terms } = assessment;
    if (outcome.kind !== 'planned') throw new Error(JSON.stringify(outcome));
    const { plan, planHash } = outcome;
    const queued = aCase(
      'queued',
      { plan, planHash },
      { id: `case-${n}`, finding: about, severity, mode, terms },
    );
    return seekStart(engine, createSession(ports), queued, { queueUp: false });
  };
  expect(await seek(0)).toMatchObject({ kind: 'told', observation: { kind: 'permit-granted' } });
  await ports.clock.sleep(minuteMs);
  const first = plusMs(NOW, 8 * hourMs);
  for (const [n, [random, until]] of [
    [0, first],
    [0.5, plusMs(first, 30 * minuteMs)],
    [0.999_999_999, plusMs(first, hourMs - 1)],
  ].entries() as IterableIterator<[number, [number, string]]>) {
    chance = random;
    expect(await seek(n + 1)).toMatchObject({
      kind: 'told',
      observation: {
        check: 'blast-radius',
        failed: false,
        reason: expect.stringContaining(`used up until ${first}`),
        next: { kind: 'hold', reason: 'blast-radius', until },
      },
    });
  }
});
