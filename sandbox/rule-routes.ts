/** How a person has a rule of Config err, be new or be well again, and gives it more results than there are resources. */
import * as z from 'zod';
import { AdminProblem } from './core/admin-routes.ts';
import { type ListedRule, RULE_STATES } from './rule-states.ts';
import type { World } from './service.ts';
import { deployRule, findRule, makeRule } from './services/config/deployed-rules.ts';
import { type ComplianceType, evaluationsIn, putEvaluation } from './services/config/evaluations.ts';
import { recorders } from './services/config/recorder.ts';
import { makeRuleUnwell, ruleHealth } from './services/config/rule-health.ts';

const resultsMax = z.int().min(0).max(20_000).optional();

export const ruleChangeSchema = z.strictObject({
  account: z.string().regex(/^[0-9]{12}$/),
  region: z.string().min(1),
  rule: z.string().min(1).max(128),
  state: z.enum(RULE_STATES),
  errorCode: z.string().min(1).optional(),
  message: z.string().min(1).optional(),
  /** Results to have besides, of a custom rule, which is deployed where there is none of the name. */
  compliant: resultsMax,
  nonCompliant: resultsMax,
});

export const changeRule = (
  world: World,
  change: z.infer<typeof ruleChangeSchema>,
  nowMs: number,
): ListedRule => {
  const { account, region, rule, compliant = 0, nonCompliant = 0 } = change;
  const lane = { account, region };
  if (recorders(world).get(`${account}/${region}`) === undefined)
    throw new AdminProblem(
      `The sandbox has no lane ${account}/${region}. See what there is with: selfheal sandbox recorder`,
      404,
    );
  const isGiven = compliant + nonCompliant > 0;
  const deployed = findRule(world, lane, rule);
  if (deployed === undefined && !isGiven)
    throw new AdminProblem(
      `No rule ${rule} is deployed in ${account}/${region}. Give it results, and it is: --compliant, --non-compliant`,
      404,
    );
  if (deployed?.identifier !== undefined && isGiven)
    throw new AdminProblem(
      `${rule} is one of AWS's own rules: it judges resources, and cannot be given results. Take a name of your own.`,
      400,
    );
  if (deployed === undefined) deployRule(world, makeRule(world, lane, rule, undefined, []));
  const give = (complianceType: ComplianceType, count: number): void => {
    for (let n = 0; n < count; n += 1)
      putEvaluation(
        world,
        { ...lane, type: 'AWS::S3::Bucket', id: `${rule}-${complianceType.toLowerCase()}-${n}` },
        { rule, complianceType, orderingMs: nowMs, invokedMs: nowMs, recordedMs: nowMs },
      );
  };
  give('COMPLIANT', compliant);
  give('NON_COMPLIANT', nonCompliant);
  makeRuleUnwell(world, lane, rule, healthOf(change, nowMs));
  return listed(world, lane, rule);
};

const healthOf = ({ state, errorCode, message }: z.infer<typeof ruleChangeSchema>, nowMs: number) => {
  switch (state) {
    case 'well':
      return undefined;
    case 'never-evaluated':
      return { kind: state } as const;
    case 'errs':
      return {
        kind: state,
        errorCode: errorCode ?? 'InvalidEvaluationResult',
        message: message ?? 'The rule could not be evaluated.',
        sinceMs: nowMs,
      } as const;
  }
};

const listed = (world: World, lane: { account: string; region: string }, rule: string): ListedRule => {
  const health = ruleHealth(world, lane, rule);
  const results: Record<string, number> = {};
  for (const [, evaluation] of evaluationsIn(world, lane))
    if (evaluation.rule === rule)
      results[evaluation.complianceType] = (results[evaluation.complianceType] ?? 0) + 1;
  return {
    ...lane,
    rule,
    state: health?.kind ?? 'well',
    ...(health?.kind === 'errs' && { why: `${health.errorCode}: ${health.message}` }),
    results,
  };
};
