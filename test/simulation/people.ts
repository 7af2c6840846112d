/** The people around selfheal: they approve, deny, decide twice, on an old hash, or never; some close a case. */
import type { Batch } from '../../domain/batch.ts';
import type { Case } from '../../domain/case/case.ts';
import { PortError } from '../../domain/ports.ts';
import { minuteMs } from '../../domain/time.ts';
import { BATCH_PARTITION } from '../../infra/dynamodb/table.ts';
import { person } from '../support/identities.ts';
import type { Item } from './expression.ts';
import type { Written } from './memory-table.ts';
import type { World } from './world.ts';

const NAMES = ['ada', 'grace', 'linus'] as const;

export class People {
  active = true;
  /** By case: when SNS took the first message to the owner of its resource. */
  readonly toldMs = new Map<string, number>();
  private readonly world: World;
  private readonly hashes: string[] = ['0'.repeat(64)];

  constructor(world: World) {
    this.world = world;
  }

  ownerTold(caseId: string): void {
    if (!this.toldMs.has(caseId)) this.toldMs.set(caseId, this.world.scheduler.nowMs);
  }

  onWrite({ key, before, after }: Written): void {
    if (this.active && key.startsWith(`${BATCH_PARTITION} `))
      this.askAll(key.slice(BATCH_PARTITION.length + 1), before, after);
    if (!key.startsWith('case#') || !this.active) return;
    const was = before && (before.case as Case);
    const is = after.case as Case;
    if (is.state.name === 'awaiting-approval' && was?.state.name !== 'awaiting-approval')
      this.ask(is.id, is.state.planHash);
    if (is.state.name === 'needs-human' && was?.state.name !== 'needs-human') this.handOver(is.id);
  }

  /** Some decide on all of a batch, as its message shows it. */
  private askAll(id: string, before: Item | undefined, after: Item): void {
    const told = (item: Item | undefined) => (item?.facts as Batch | undefined)?.told;
    const digest = told(after)?.list.digest;
    if (digest === undefined || told(before)?.list.digest === digest) return;
    const { random, scheduler, fabric, safety } = this.world;
    for (const who of NAMES) {
      if (random() < 0.35) continue;
      scheduler.after(random() * 60 * minuteMs * random(), () => {
        const process = fabric.anyone();
        if (!this.active || process === undefined) return;
        for (const { id: caseId, state } of this.world.cases())
          if (state.name === 'awaiting-approval' && state.batch === id)
            safety.approvals.push({ caseId, planHash: state.planHash, who, atMs: scheduler.nowMs });
        const answer = random() < 0.1 ? 'deny' : 'approve';
        this.answered(
          process.selfheal.decideBatch(id, { answer, who: person(who), digest, reason: 'simulated' }),
        );
      });
    }
  }

  private ask(caseId: string, hash: string): void {
    const { random, scheduler } = this.world;
    const old = this.hashes[Math.floor(random() * this.hashes.length)] ?? hash;
    this.hashes.push(hash);
    for (const who of NAMES) {
      if (random() < 0.35) continue;
      const decides = () =>
        this.decide(caseId, random() < 0.15 ? old : hash, who, random() < 0.1 ? 'deny' : 'approve');
      scheduler.after(random() * 90 * minuteMs * random(), decides);
      if (random() < 0.2) scheduler.after(random() * 90 * minuteMs, decides);
    }
  }

  private decide(caseId: string, planHash: string, who: string, answer: 'approve' | 'deny'): void {
    const process = this.world.fabric.anyone();
    if (!this.active || process === undefined) return;
    const { safety, scheduler } = this.world;
    if (answer === 'approve') safety.approvals.push({ caseId, planHash, who, atMs: scheduler.nowMs });
    this.answered(
      process.selfheal.decide(caseId, { planHash, answer, who: person(who), reason: 'simulated' }),
    );
  }

  private handOver(caseId: string): void {
    const { random, scheduler, fabric } = this.world;
    if (random() < 0.9) return;
    scheduler.after(random() * 60 * minuteMs, () => {
      const process = fabric.anyone();
      if (this.active && process)
        this.answered(process.selfheal.close(caseId, person('ada'), 'done by hand'));
    });
  }

  private answered(answer: Promise<unknown>): void {
    answer.catch((error: unknown) => {
      if (!(error instanceof PortError)) this.world.safety.onUnforeseen(error);
    });
  }
}
