/** What AWS takes for one run of a runbook: nearly all of what healing costs. */

/** AWS's runbooks have three steps as a rule: find, change, check. */
export const AUTOMATION_STEPS_A_RUN = 3;

/** us-east-1's list price without the free tier; look it up for your Region before you quote the sum. */
export const DOLLARS_PER_AUTOMATION_STEP = 0.002;

/** US dollars for so many runs, each at its first attempt. */
export const dollarsForRuns = (runs: number): number =>
  runs * AUTOMATION_STEPS_A_RUN * DOLLARS_PER_AUTOMATION_STEP;

/** Requests to AWS for one case that heals at its first attempt: `npm run bench` counts them. */
export const REQUESTS_A_RUN = 16;

/**
 * US dollars for them and for what comes with them: what DynamoDB reads and writes, events, messages, functions.
 * List prices as above; docs/deploy.md has the sum.
 */
export const DOLLARS_FOR_REQUESTS = 0.00005;
