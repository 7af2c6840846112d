/**
 * Permits as simple as they can be said: no conditions, no races, everything in maps. The store must answer
 * as this does, and the model itself is checked after every step against what must never be.
 */
import { type Lane, laneId } from '../../domain/finding.ts';
import { laneScopeId, type PermitAnswer, type PermitRequest, type PermitScope } from '../../domain/permit.ts';
import { epochMs, type Instant, plusMs } from '../../domain/time.ts';

interface Lease {
  readonly holder: string;
  expiresAt: Instant;
}

interface Scope {
  readonly leases: Map<string, Lease>;
  nextSlotAt?: Instant;
  waitedFor: boolean;
  arrivals: number;
  drainer?: string;
  drainUntil?: Instant;
}

export class PermitModel {
  private readonly scopes = new Map<string, Scope>();
  private readonly slots = new Map<string, Instant[]>();

  acquire(request: PermitRequest): PermitAnswer {
    const taken: Scope[] = [];
    for (const wanted of request.scopes) {
      const scope = this.at(wanted.id);
      const own = this.live(scope, request.now).get(request.resourceKey);
      if (own?.holder === request.holder) {
        if (own.expiresAt < request.expiresAt) own.expiresAt = request.expiresAt;
        continue;
      }
      const refusal = this.refusal(wanted, request);
      if (refusal) {
        for (const { leases } of taken) leases.delete(request.resourceKey);
        return refusal;
      }
      scope.leases.set(request.resourceKey, { holder: request.holder, expiresAt: request.expiresAt });
      taken.push(scope);
      if (wanted.startIntervalMs !== undefined) {
        scope.nextSlotAt = plusMs(request.now, wanted.startIntervalMs);
        this.slots.set(wanted.id, [...(this.slots.get(wanted.id) ?? []), request.now]);
      }
    }
    return { kind: 'granted' };
  }

  peek(request: PermitRequest): PermitAnswer {
    for (const wanted of request.scopes) {
      const own = this.live(this.at(wanted.id), request.now).get(request.resourceKey);
      const refusal = own?.holder === request.holder ? undefined : this.refusal(wanted, request);
      if (refusal) return refusal;
    }
    return { kind: 'granted' };
  }

  release(scopeIds: readonly string[], resourceKey: string, holder: string): void {
    for (const id of scopeIds) {
      const { leases } = this.at(id);
      if (leases.get(resourceKey)?.holder === holder) leases.delete(resourceKey);
    }
  }

  noteWaiting(lane: Lane): void {
    const scope = this.laneScope(lane);
    scope.waitedFor = true;
    scope.arrivals += 1;
  }

  /** The arrivals seen, or undefined when somebody else drains or nobody waits. */
  beginDrain(lane: Lane, drainer: string, now: Instant, until: Instant): number | undefined {
    const scope = this.laneScope(lane);
    const takenByOther =
      scope.drainer !== undefined && scope.drainer !== drainer && (scope.drainUntil ?? '') > now;
    if (!scope.waitedFor || takenByOther) return undefined;
    scope.drainer = drainer;
    scope.drainUntil = until;
    return scope.arrivals;
  }

  endDrain(lane: Lane, drainer: string, emptyAt?: number): boolean {
    const scope = this.laneScope(lane);
    if (scope.drainer !== drainer || (emptyAt !== undefined && scope.arrivals !== emptyAt)) return false;
    delete scope.drainer;
    delete scope.drainUntil;
    if (emptyAt !== undefined) scope.waitedFor = false;
    return true;
  }

  /** Leases of a scope that have not expired. */
  heldIn(scopeId: string, now: Instant): ReadonlyMap<string, Lease> {
    return this.live(this.at(scopeId), now);
  }

  isWaitedFor(scopeId: string): boolean {
    return this.at(scopeId).waitedFor;
  }

  /** Throws when something is true that never may be. */
  assertSound(limits: readonly PermitScope[], now: Instant): void {
    for (const { id, concurrencyMax = Number.POSITIVE_INFINITY, startIntervalMs = 0 } of limits) {
      const held = this.heldIn(id, now).size;
      if (held > concurrencyMax) throw new Error(`${held} at work in ${id}, allowed are ${concurrencyMax}`);
      const slots = (this.slots.get(id) ?? []).map(epochMs);
      slots.slice(1).forEach((slot, n) => {
        if (slot - (slots[n] ?? 0) < startIntervalMs)
          throw new Error(`two starts in ${id} less than ${startIntervalMs} ms apart`);
      });
    }
  }

  private refusal(
    { id, concurrencyMax, startIntervalMs }: PermitScope,
    { resourceKey, now, queueUp }: PermitRequest,
  ): PermitAnswer | undefined {
    const scope = this.at(id);
    const live = this.live(scope, now);
    if (live.has(resourceKey)) return { kind: 'resource-busy', scope: id };
    if (concurrencyMax !== undefined && live.size >= concurrencyMax) return { kind: 'full', scope: id };
    if (queueUp && id.startsWith(laneScopeId('')) && scope.waitedFor)
      return { kind: 'behind-others', scope: id };
    if (startIntervalMs !== undefined && scope.nextSlotAt !== undefined && scope.nextSlotAt > now)
      return { kind: 'pace', scope: id, retryAt: scope.nextSlotAt };
    return undefined;
  }

  private live({ leases }: Scope, now: Instant): ReadonlyMap<string, Lease> {
    return new Map([...leases].filter(([, { expiresAt }]) => expiresAt > now));
  }

  private laneScope(lane: Lane): Scope {
    return this.at(laneScopeId(laneId(lane)));
  }

  private at(id: string): Scope {
    const known = this.scopes.get(id) ?? { leases: new Map(), waitedFor: false, arrivals: 0 };
    this.scopes.set(id, known);
    return known;
  }
}
