/**
 * The plan hash: what a person approves. It depends on every field of the plan and on nothing else, and
 * anybody can compute it again without selfheal.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Plan } from './plan-model.ts';

/**
 * SHA-256, as 64 hex digits, of the plan's canonical JSON: UTF-8, no white space, the keys of every
 * object in the order of their UTF-16 code units, lists as they are. With the plan in a file:
 * `jq -cSj . plan.json | sha256sum`.
 *
 * @example
 * planHash({ document: 'AWS-ReleaseElasticIP', documentVersion: '1', parameters: { AllocationId: ['eipalloc-0123456789abcdef0'] },
 *   account: '111122223333', region: 'eu-west-1', executorRoleArn: 'arn:aws:iam::111122223333:role/selfheal-executor' })
 * // '275bdc0f34ff0ad2cfbff77dedd064e8b2a81f517ec0da11b9c8ae86fe777635'
 */
export const planHash = (plan: Plan): string =>
  createHash('sha256').update(canonicalJson(plan)).digest('hex');
