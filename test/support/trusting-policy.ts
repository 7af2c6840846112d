/**
 * The default policy as an operator has it who trusts its rules with more than fifty resources an hour: for what
 * heals many at once, and is not about the backlog guard.
 */
export const trusting = (policy: string): string =>
  policy.replace(/^ {2}backlog: .*$/m, '  backlog: { resources: 500, window: 1m }');
