/**
 * The three queues and the processes that read them: at least once, in any order, doubled, late. A message whose
 * process dies, or fails on it, comes again when its visibility ends; after five receives it is set aside.
 */

import type { ExecutionStatusReport, Selfheal } from '../../domain/engine/engine.ts';
import type { ComplianceReport } from '../../domain/engine/intake.ts';
import type { Settled } from '../../domain/engine/settled.ts';
import { type Due, PortError } from '../../domain/ports.ts';
import { secondMs } from '../../domain/time.ts';
import { type Process, startProcess } from './process.ts';
import type { World } from './world.ts';

export type Body =
  | { readonly queue: 'compliance'; readonly report: Omit<ComplianceReport, 'redelivered'> }
  | { readonly queue: 'executions'; readonly report: ExecutionStatusReport }
  | { readonly queue: 'wakes'; readonly wake: Due };

interface Message {
  readonly id: string;
  readonly body: Body;
  visibleMs: number;
  receives: number;
}

interface Slot {
  process: Process;
  busy: number;
}

export class Fabric {
  readonly setAside: Body[] = [];
  private readonly messages = new Map<string, Message>();
  private readonly slots: Slot[] = [];
  private sent = 0;
  private started = 0;
  private readonly world: World;

  constructor(world: World, processes: number) {
    this.world = world;
    for (let n = 0; n < processes; n += 1) this.slots.push({ process: this.newProcess(), busy: 0 });
  }

  send(body: Body, delay: number): void {
    const { scheduler } = this.world;
    const delayMs = Math.ceil(delay);
    this.sent += 1;
    const message: Message = {
      id: `m${this.sent}`,
      body,
      visibleMs: scheduler.nowMs + delayMs,
      receives: 0,
    };
    this.messages.set(message.id, message);
    scheduler.after(delayMs, () => this.deliver(message));
  }

  /** Any process that lives, or none. */
  anyone(): Process | undefined {
    const living = this.slots.filter(({ process }) => process.alive);
    return living[Math.floor(this.world.random() * living.length)]?.process;
  }

  /** Somewhere a new process takes the dead one's place, remembering nothing. */
  onDeath(): void {
    this.world.scheduler.after(secondMs + 20 * secondMs * this.world.random(), () => {
      for (const slot of this.slots)
        if (!slot.process.alive) {
          slot.process = this.newProcess();
          slot.busy = 0;
        }
    });
  }

  private newProcess(): Process {
    this.started += 1;
    return startProcess(this.world, `p${this.started}`);
  }

  private deliver(message: Message): void {
    const { scheduler, random } = this.world;
    if (!this.messages.has(message.id) || message.visibleMs > scheduler.nowMs) return;
    const free = this.slots.filter(({ process, busy }) => process.alive && busy < CONCURRENCY_MAX);
    const slot = free[Math.floor(random() * free.length)];
    if (slot === undefined) {
      scheduler.after(secondMs * random(), () => this.deliver(message));
      return;
    }
    const batch = this.batchWith(message);
    for (const one of batch) {
      one.receives += 1;
      one.visibleMs = scheduler.nowMs + VISIBILITY_MS;
      scheduler.after(VISIBILITY_MS, () => this.deliver(one));
    }
    void this.invoke(slot, batch);
  }

  private batchWith(first: Message): readonly Message[] {
    const { scheduler, random } = this.world;
    const sizeMax = 1 + Math.floor(random() * BATCH_MAX);
    const batch = [first];
    for (const other of this.messages.values()) {
      if (batch.length >= sizeMax) break;
      if (other !== first && other.body.queue === first.body.queue && other.visibleMs <= scheduler.nowMs)
        batch.push(other);
    }
    return batch;
  }

  private async invoke(slot: Slot, batch: readonly Message[]): Promise<void> {
    const { process } = slot;
    slot.busy += 1;
    const settled = await handle(process.selfheal, batch);
    if (slot.process === process) slot.busy -= 1;
    settled.forEach((result, n) => {
      const message = batch[n];
      if (message === undefined) return;
      if (result.ok) this.acknowledge(message);
      else this.failed(message, result.error);
    });
  }

  private acknowledge(message: Message): void {
    this.world.safety.onAcknowledged(message.body);
    // An acknowledgement can be lost too: then the message comes again.
    if (this.world.random() < this.world.rates.answerLost) return;
    this.messages.delete(message.id);
  }

  private failed(message: Message, error: unknown): void {
    this.world.trace(`${message.id} failed ${error instanceof Error ? error.message : ''}`);
    if (!(error instanceof PortError)) this.world.safety.onUnforeseen(error);
    if (message.receives < RECEIVES_MAX) return;
    this.messages.delete(message.id);
    this.setAside.push(message.body);
  }
}

const handle = (selfheal: Selfheal, batch: readonly Message[]): Promise<readonly Settled<unknown>[]> => {
  const of = <Q extends Body['queue']>(queue: Q) =>
    batch.flatMap(({ id, body, receives }) =>
      body.queue === queue
        ? [{ id, redelivered: receives > 1, body: body as Extract<Body, { queue: Q }> }]
        : [],
    );
  switch (batch[0]?.body.queue) {
    case 'compliance':
      return selfheal.complianceReported(
        of('compliance').map(({ body, redelivered }) => ({ ...body.report, redelivered })),
      );
    case 'executions':
      return selfheal.executionReported(of('executions').map(({ body }) => body.report));
    default:
      return selfheal.woken(
        of('wakes').map(({ id, body, redelivered }) => ({ wake: body.wake, messageId: id, redelivered })),
      );
  }
};

const CONCURRENCY_MAX = 2;
const BATCH_MAX = 4;
const VISIBILITY_MS = 90 * secondMs;
const RECEIVES_MAX = 5;
