/** How a rule of the sandbox can fare; apart from the routes, for the command line names the same. */
export const RULE_STATES = ['well', 'errs', 'never-evaluated'] as const;

export interface ListedRule {
  readonly account: string;
  readonly region: string;
  readonly rule: string;
  readonly state: (typeof RULE_STATES)[number];
  /** What Config tells of its last failed evaluation. */
  readonly why?: string;
  /** By compliance type: how many results it has. */
  readonly results: Readonly<Record<string, number>>;
}
