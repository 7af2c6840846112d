/**
 * A simulated world: selfheal's processes, the queues, the table, SSM, Config and the people around them, all
 * driven by one seed and one virtual clock. The same seed gives the same run, bit for bit.
 */
import type { Case } from '../../domain/case/case.ts';
import type { CaseChanged } from '../../domain/case-changed.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { ComplianceReport } from '../../domain/engine/intake.ts';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import type { Message } from '../../domain/message.ts';
import { type Due, PortError } from '../../domain/ports.ts';
import type { StopSwitch } from '../../domain/stop-switch.ts';
import { stopScopeId } from '../../domain/stop-switch.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { parseCaseId } from '../../infra/dynamodb/case-item.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { CONTROL_KEY } from '../../infra/dynamodb/table.ts';
import { Fabric } from './fabric.ts';
import { drawFate, type Fate, type FaultRates, NO_FAULTS } from './fate.ts';
import { MemoryTable, tableClient } from './memory-table.ts';
import { People } from './people.ts';
import { caseIn, Safety } from './safety.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedConfig, type Watched } from './simulated-config.ts';
import { type Execution, type RunEnd, SimulatedSsm } from './simulated-ssm.ts';

export const START = '2026-11-21T03:00:00.000Z';

export interface WorldOptions {
  readonly random: () => number;
  readonly catalog: Catalog;
  readonly policy: PolicyBook;
  readonly rates: FaultRates;
  readonly processes: number;
  /** How long SSM remembers a ClientToken. */
  readonly tokenKeptMs: number;
  readonly indexLagMsMax: number;
  /** Says when a process dies, by the number of the call, instead of the seed. */
  readonly crashAt?: (call: number) => 'before' | 'after' | undefined;
  readonly keepTrace?: boolean;
  /** How many resources each rule looks at. */
  readonly ruleResources?: number;
  /** How each run ends, instead of what the seed draws. */
  readonly runs?: RunEnd;
}

/** What Config reports on: one resource by one rule. */
export const reportKey = ({
  account,
  origin,
  resourceId,
}: Pick<ComplianceReport, 'account' | 'origin' | 'resourceId'>): string =>
  [account, origin.region, origin.configRuleName, resourceId].join(' ');

export class World {
  readonly random: () => number;
  readonly scheduler: Scheduler;
  readonly catalog: Catalog;
  readonly table: MemoryTable;
  readonly ssm: SimulatedSsm;
  readonly config: SimulatedConfig;
  readonly safety: Safety;
  readonly fabric: Fabric;
  readonly people: People;
  readonly lines: string[] = [];
  /** What was told people, in order. */
  readonly announcements: Message[] = [];
  readonly ruleResources: number;
  /** Whose newest change never came as an event, by `reportKey`: nobody can know of it. */
  readonly droppedReports = new Set<string>();
  policy: PolicyBook;
  rates: FaultRates;
  violation: string | undefined;
  calls = 0;
  /** How often each operation was called. */
  readonly callsOf = new Map<string, number>();
  deaths = 0;
  private hash = 0x811c9dc5;
  private readonly options: WorldOptions;

  constructor(options: WorldOptions) {
    const { random, catalog, policy, rates, processes, tokenKeptMs, indexLagMsMax } = options;
    this.options = options;
    this.random = random;
    this.catalog = catalog;
    this.policy = policy;
    this.rates = rates;
    this.ruleResources = options.ruleResources ?? 20;
    this.scheduler = new Scheduler(epochMs(START), random);
    const { scheduler } = this;
    this.safety = new Safety(this);
    this.people = new People(this);
    this.table = new MemoryTable({
      nowMs: () => scheduler.nowMs,
      lagMs: () => random() * random() * indexLagMsMax,
      onWrite: (written) => {
        this.safety.onWrite(written);
        this.people.onWrite(written);
      },
    });
    this.ssm = new SimulatedSsm({
      scheduler,
      random,
      tokenKeptMs,
      nextEnd: () => this.nextEnd(),
      onStart: (execution) => this.safety.onStart(execution),
      onEnd: (execution) => this.ended(execution),
    });
    this.config = new SimulatedConfig({
      scheduler,
      random,
      isVague: () => this.rates !== NO_FAULTS && random() < 0.02,
      onChanged: (watched) => this.reported(watched),
    });
    this.fabric = new Fabric(this, processes);
    this.tickEvery();
  }

  fateOf(operation: string): Fate {
    this.calls += 1;
    this.callsOf.set(operation, (this.callsOf.get(operation) ?? 0) + 1);
    const fate = drawFate(this.random, operation, this.rates);
    const crash = this.options.crashAt?.(this.calls);
    return crash ? { ...fate, crash } : fate;
  }

  faultsStop(): void {
    this.rates = NO_FAULTS;
  }

  onDeath(): void {
    this.deaths += 1;
    this.fabric.onDeath();
  }

  caseOf(caseId: string): Case | undefined {
    const parts = parseCaseId(caseId);
    return parts && caseIn(this.table.item(`case#${parts.findingId}`, String(parts.number).padStart(8, '0')));
  }

  cases(): readonly Case[] {
    return this.table.items().flatMap((item) => caseIn(item) ?? []);
  }

  newestOf(findingId: string): Case | undefined {
    return this.table
      .partition(`case#${findingId}`)
      .flatMap((item) => caseIn(item) ?? [])
      .sort((a, b) => b.number - a.number)[0];
  }

  breaks(watched: Watched): void {
    this.turns(watched, true);
  }

  heals(watched: Watched): void {
    this.turns(watched, false);
  }

  isDeleted(watched: Watched): void {
    for (const one of this.config.watched)
      if (one.resourceId === watched.resourceId) {
        one.deleted = true;
        this.config.changed(one);
      }
  }

  stop(scope: StopSwitch['scope']): void {
    const since = this.scheduler.now();
    void this.controls.addStopSwitch({ scope, who: 'ada', reason: 'simulated', since });
    this.safety.stops.push({ scope, fromMs: this.scheduler.nowMs, untilMs: Number.POSITIVE_INFINITY });
    this.trace(`stop ${stopScopeId(scope)}`);
  }

  lift(scope: StopSwitch['scope']): void {
    void this.controls.removeStopSwitch(scope, [{ scope, at: this.scheduler.now() }]);
    for (const stop of this.safety.stops)
      if (stopScopeId(stop.scope) === stopScopeId(scope))
        stop.untilMs = Math.min(stop.untilMs, this.scheduler.nowMs);
    this.trace(`lift ${stopScopeId(scope)}`);
  }

  woken(wakes: readonly { readonly wake: Due; readonly delayMs: number }[]): void {
    for (const { wake, delayMs } of wakes) {
      if (this.random() < this.rates.fails) continue;
      this.fabric.send({ queue: 'wakes', wake }, delayMs);
    }
  }

  announced(message: Message): void {
    this.announcements.push(message);
    const { attributes, text } = message;
    const caseId = /^Case (\S+),/m.exec(text)?.[1];
    if (attributes.kind === 'grace' && caseId !== undefined) this.people.ownerTold(caseId);
  }

  published(_changes: readonly CaseChanged[]): void {}

  violated(what: string): void {
    this.trace(`VIOLATION ${what}`);
    this.violation ??= `${this.scheduler.now()} ${what}`;
    this.scheduler.stopped = true;
  }

  trace(line: string): void {
    const stamped = `${this.scheduler.nowMs} ${line}`;
    for (let at = 0; at < stamped.length; at += 1)
      this.hash = Math.imul(this.hash ^ stamped.charCodeAt(at), 0x01000193);
    if (this.options.keepTrace) this.lines.push(`${this.scheduler.now()} ${line}`);
  }

  traceHash(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }

  private readonly controls = createControlStore({
    client: tableClient(async (command) => this.table.execute(command)),
    tableName: 'simulated',
  });

  private turns(watched: Watched, broken: boolean): void {
    if (watched.deleted || watched.broken === broken) return;
    watched.broken = broken;
    this.trace(`${watched.resourceId} ${watched.rule.name} ${broken ? 'breaks' : 'heals'}`);
    this.config.changed(watched);
  }

  /** EventBridge delivers as well as it can: lost, doubled, late. */
  private reported(watched: Watched): void {
    const { evaluation, rule, account, region, resourceId } = watched;
    if (evaluation === undefined) return;
    this.trace(`${resourceId} ${rule.name} ${evaluation.compliance}`);
    this.deliver({
      queue: 'compliance',
      report: {
        account,
        origin: {
          region,
          configRuleName: rule.name,
          configRuleArn: `arn:aws:config:${region}:${account}:config-rule/${rule.name}`,
        },
        resourceType: 'AWS::S3::Bucket',
        resourceId,
        evaluation,
      },
    });
  }

  private ended(execution: Execution): void {
    this.trace(`${execution.id} ${execution.status}`);
    if (execution.status === 'Success' && this.random() < (this.rates === NO_FAULTS ? 1 : 0.85)) {
      const about = this.caseOf(execution.caseId);
      const watched = about && this.config.watchedBy(about.origin, about.finding);
      if (watched) this.heals(watched);
    }
    this.deliver({
      queue: 'executions',
      report: { executionId: execution.id, status: execution.status },
    });
  }

  private deliver(body: Parameters<Fabric['send']>[0]): void {
    const { random, rates } = this;
    const lost = rates !== NO_FAULTS && random() < 0.1;
    if (body.queue === 'compliance') this.droppedReports[lost ? 'add' : 'delete'](reportKey(body.report));
    const copies = lost ? 0 : random() < 0.15 ? 2 : 1;
    for (let n = 0; n < copies; n += 1)
      this.fabric.send(body, random() < 0.9 ? 2 * secondMs * random() : 5 * minuteMs * random());
  }

  private nextEnd(): RunEnd {
    const { random } = this;
    if (this.options.runs) return this.options.runs;
    const afterMs = 2 * secondMs + random() * random() * 5 * minuteMs;
    if (this.rates === NO_FAULTS) return { afterMs, status: 'Success' };
    const drawn = random();
    if (drawn < 0.7) return { afterMs, status: 'Success' };
    if (drawn < 0.82) return { afterMs, status: 'Failed' };
    if (drawn < 0.87) return { afterMs, status: 'TimedOut' };
    if (drawn < 0.91) return { afterMs, status: 'Cancelled' };
    return drawn < 0.95 ? { afterMs, status: 'CompletedWithFailure' } : { afterMs, status: 'hang' };
  }

  /** Once a minute; where nothing is due a tick does nothing, and is left out. */
  private tickEvery(): void {
    this.scheduler.after(minuteMs, () => {
      this.tickEvery();
      const now = this.scheduler.now();
      const hasBreakers = Object.keys(this.table.item(CONTROL_KEY.pk, CONTROL_KEY.sk) ?? {}).some((name) =>
        name.startsWith('breaker#'),
      );
      const someDue =
        hasBreakers || this.table.items().some(({ dueAt }) => typeof dueAt === 'string' && dueAt <= now);
      const ticking = someDue ? this.fabric.anyone() : undefined;
      ticking?.selfheal.tick().catch((error: unknown) => {
        this.trace('tick failed');
        if (!(error instanceof PortError)) this.safety.onUnforeseen(error);
      });
    });
  }
}
