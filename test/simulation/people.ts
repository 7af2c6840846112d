/** The people around selfheal: they approve, deny, decide twice, on an old hash, or never; some close a case. */
import type { Case } from '../../domain/case/case.ts';
import { PortError } from '../../domain/ports.ts';
import { minuteMs } from '../../domain/time.ts';
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
    if (!key.startsWith('case#') || !this.active) return;
    const was = before && (before.case as Case);
    const is = after.case as Case;
    if (is.state.name === 'awaiting-approval' && was?.state.name !== 'awaiting-approval')
      this.ask(is.id, is.state.planHash);
    if (is.state.name === 'needs-human' && was?.state.name !== 'needs-human') this.handOver(is.id);
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
    this.answered(process.selfheal.decide(caseId, { planHash, answer, who, reason: 'simulated' }));
  }

  private handOver(caseId: string): void {
    const { random, scheduler, fabric } = this.world;
    if (random() < 0.9) return;
    scheduler.after(random() * 60 * minuteMs, () => {
      const process = fabric.anyone();
      if (this.active && process) this.answered(process.selfheal.close(caseId, 'ada', 'done by hand'));
    });
  }

  private answered(answer: Promise<unknown>): void {
    answer.catch((error: unknown) => {
      if (!(error instanceof PortError)) this.world.safety.onUnforeseen(error);
    });
  }
}
