/**
 * Measures one policy decision: the time to find the entry for a finding, in policies of 200 and 1,000
 * mixed entries. Findings hit entries from the first to the last, and a quarter of them hit none.
 */
import { performance } from 'node:perf_hooks';
import { parsePolicy } from '../domain/policy/parse-policy.ts';
import type { PolicySubject } from '../domain/policy/policy.ts';
import { formatProblem } from '../domain/policy/policy-problem.ts';
import { compilePolicy } from '../domain/policy/select-policy.ts';

export interface PolicyDecisionFigure {
  readonly entries: number;
  readonly microsPerDecision: number;
}

const DECISIONS = 50_000;
const ROUNDS = 7;
const SUBJECTS = 512;

export const benchPolicyDecision = (): PolicyDecisionFigure[] => [200, 1_000].map(measure);

const measure = (entries: number): PolicyDecisionFigure => {
  const parsed = parsePolicy(mixedPolicy(entries), 'bench.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const { select } = compilePolicy(parsed.policy);
  const subjects = Array.from({ length: SUBJECTS }, (_, number) => mixedSubject(number, entries));
  let matched = 0;
  const run = (): void => {
    for (let count = 0; count < DECISIONS; count += 1) {
      const subject = subjects[count % SUBJECTS] as PolicySubject;
      if (select(subject).index !== undefined) matched += 1;
    }
  };
  run();
  // The fastest of some rounds: what else the machine does can only make a round slower.
  const roundsMs = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    run();
    return performance.now() - startedAt;
  });
  const microsPerDecision = (Math.min(...roundsMs) * 1_000) / DECISIONS;
  if (matched === 0) throw new Error('no finding matched any entry: the policy is not the one to measure');
  return { entries, microsPerDecision };
};

/** A sixth each: exact rules, prefix, wildcard, anything-but, tags, `$or`. Every entry has its own service. */
export const mixedPolicy = (entries: number): string => {
  const lines = ['version: 1', 'entries:'];
  for (let number = 0; number < entries; number += 1) {
    lines.push(`  - {name: entry-${number}, match: ${mixedMatch(number)}, severity: low, mode: auto}`);
  }
  return lines.join('\n');
};

const mixedMatch = (number: number): string => {
  switch (number % 6) {
    case 0:
      return `{rule: [service-${number}-encrypted, SERVICE_${number}_ENCRYPTED, service-${number}-logged]}`;
    case 1:
      return `{rule: [{prefix: service-${number}-}], account: [{anything-but: ["999999999999"]}]}`;
    case 2:
      return `{rule: [{wildcard: "*-${number}-*-enabled"}]}`;
    case 3:
      return `{resourceType: [AWS::Service${number % 40}::Thing], rule: [{anything-but: {prefix: [x-, y-]}}], region: [region-${number}]}`;
    case 4:
      return `{tags: {service: [s-${number}], env: [{exists: true}]}}`;
    default:
      return `{$or: [{rule: [service-${number}-checked]}, {resourceId: [{suffix: "-${number}-special"}]}]}`;
  }
};

const mixedSubject = (number: number, entries: number): PolicySubject => {
  const isMiss = number % 4 === 3;
  // Steps through the policy in strides, so that all places and kinds are hit evenly.
  const hit = isMiss ? entries + number : (number * 37) % entries;
  const feature = ['encrypted', 'public', 'backup-enabled', 'tagged', 'owned', 'checked'][hit % 6];
  return {
    rule: [
      `SERVICE_${hit}_${feature?.toUpperCase()}`,
      `securityhub-service-${hit}-${feature}-1a2b3c4d`,
      `service-${hit}-${feature}`,
    ],
    resourceType: `AWS::Service${hit % 40}::Thing`,
    resourceId: `arn:aws:service:eu-west-1:111122223333:thing/thing-${hit}-plain`,
    account: '111122223333',
    region: `region-${hit}`,
    tags: { env: 'prod', team: 'payments', service: `s-${hit}` },
    severity: 'medium',
    frameworks: ['cis', 'pci'],
  };
};
