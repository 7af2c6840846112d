/**
 * AWS Config: it records changes late and evaluates later; only a change of the compliance type makes an event.
 * Rules triggered by changes look by themselves, periodic ones when they are asked or when their hours are up.
 */
import type { ComplianceType, Evaluation } from '../../domain/case/case.ts';
import type { EvaluationOrigin, Finding } from '../../domain/finding.ts';
import type { ConfigRule } from '../../domain/ports.ts';
import { hourMs, instant, minuteMs, secondMs } from '../../domain/time.ts';
import type { Scheduler } from './scheduler.ts';

export interface SimulatedRule {
  readonly name: string;
  readonly identifier: string;
  readonly trigger: 'change' | 'periodic';
}

/** One resource as one rule sees it. */
export interface Watched {
  readonly rule: SimulatedRule;
  readonly account: string;
  readonly region: string;
  readonly resourceId: string;
  /** How it is. */
  broken: boolean;
  deleted: boolean;
  /** How Config has recorded it: later. */
  recordedBroken: boolean;
  recordedDeleted: boolean;
  evaluation?: Evaluation;
  /** Every evaluation there was. */
  readonly history: Evaluation[];
}

export interface SimulatedConfigOptions {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  /** True where an evaluation should come out as no answer. */
  readonly isVague: () => boolean;
  readonly onChanged: (watched: Watched, evaluation: Evaluation) => void;
}

export class SimulatedConfig {
  readonly watched: Watched[] = [];
  private readonly byKey = new Map<string, Watched>();
  private readonly askedMs = new Map<string, number>();
  private readonly options: SimulatedConfigOptions;

  constructor(options: SimulatedConfigOptions) {
    this.options = options;
  }

  watch(rule: SimulatedRule, place: Pick<Watched, 'account' | 'region' | 'resourceId'>): Watched {
    const watched: Watched = {
      rule,
      ...place,
      broken: false,
      deleted: false,
      recordedBroken: false,
      recordedDeleted: false,
      history: [],
    };
    this.watched.push(watched);
    this.byKey.set(keyOf(rule.name, watched), watched);
    if (rule.trigger === 'periodic') this.lookEvery(watched);
    return watched;
  }

  /** The resource has changed; Config hears of it in its own time. */
  changed(watched: Watched): void {
    const { scheduler, random } = this.options;
    scheduler.after(10 * secondMs + 30 * secondMs * random(), () => {
      watched.recordedBroken = watched.broken;
      watched.recordedDeleted = watched.deleted;
      if (watched.deleted) delete watched.evaluation;
      else if (watched.rule.trigger === 'change') this.evaluate(watched);
    });
  }

  read(origin: EvaluationOrigin, finding: Finding): Evaluation | undefined {
    return this.watchedBy(origin, finding)?.evaluation;
  }

  watchedBy(origin: EvaluationOrigin, finding: Finding): Watched | undefined {
    const { account, resourceId } = finding;
    return this.byKey.get(keyOf(origin.configRuleName, { account, region: origin.region, resourceId }));
  }

  requestEvaluation({ configRuleName, region }: EvaluationOrigin): void {
    const { nowMs } = this.options.scheduler;
    const key = `${configRuleName} ${region}`;
    if (nowMs - (this.askedMs.get(key) ?? Number.NEGATIVE_INFINITY) < minuteMs) return;
    this.askedMs.set(key, nowMs);
    for (const watched of this.watched)
      if (watched.rule.name === configRuleName && watched.region === region) this.evaluate(watched);
  }

  rule({ configRuleName }: EvaluationOrigin): ConfigRule | undefined {
    const found = this.watched.find(({ rule }) => rule.name === configRuleName)?.rule;
    return found && { owner: 'aws', identifier: found.identifier };
  }

  private lookEvery(watched: Watched): void {
    this.options.scheduler.after(hourMs * (0.2 + this.options.random()), () => {
      this.evaluate(watched);
      if (!watched.deleted) this.lookEvery(watched);
    });
  }

  /** The rule looks now and its result is recorded a little later, in the order in which it looked. */
  private evaluate(watched: Watched): void {
    if (watched.recordedDeleted) return;
    const { scheduler, random, isVague, onChanged } = this.options;
    const invokedAt = scheduler.now();
    const seen: ComplianceType = watched.recordedBroken ? 'NON_COMPLIANT' : 'COMPLIANT';
    const compliance = isVague() ? 'INSUFFICIENT_DATA' : seen;
    scheduler.after(200 + 3 * secondMs * random(), () => {
      const { evaluation: before } = watched;
      if (watched.recordedDeleted || (before?.invokedAt ?? '') > invokedAt) return;
      const evaluation: Evaluation = { compliance, invokedAt, recordedAt: instant(scheduler.nowMs) };
      watched.evaluation = evaluation;
      watched.history.push(evaluation);
      // A resource is COMPLIANT from its beginning here: its first evaluation is no news.
      if ((before?.compliance ?? 'COMPLIANT') !== compliance) onChanged(watched, evaluation);
    });
  }
}

const keyOf = (
  ruleName: string,
  { account, region, resourceId }: Pick<Watched, 'account' | 'region' | 'resourceId'>,
): string => `${ruleName} ${account} ${region} ${resourceId}`;
