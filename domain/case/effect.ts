/** Orders that a transition gives. Each is idempotent by construction, so it may be given again. */
export type Effect =
  /** Ask the policy again and make the plan again. */
  | { readonly kind: 'assess' }
  /** Run every check before a start, the permit last. */
  | { readonly kind: 'seek-start' }
  | { readonly kind: 'start-runbook' }
  | { readonly kind: 'find-execution' }
  | { readonly kind: 'read-execution' }
  | { readonly kind: 'stop-runbook' }
  | { readonly kind: 'read-compliance' }
  | { readonly kind: 'request-evaluation' }
  | { readonly kind: 'announce' }
  /** Give back what this token holds in these scopes. */
  | { readonly kind: 'release-permit'; readonly clientToken: string; readonly scopes: readonly string[] };
