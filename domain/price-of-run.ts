/** What AWS takes for one run of a runbook: nearly all of what healing costs. */

/** AWS's runbooks have three steps as a rule: find, change, check. */
export const AUTOMATION_STEPS_A_RUN = 3;

/** us-east-1's list price without the free tier; look it up for your Region before you quote the sum. */
export const DOLLARS_PER_AUTOMATION_STEP = 0.002;

/** US dollars for so many runs, each at its first attempt. */
export const dollarsForRuns = (runs: number): number =>
  runs * AUTOMATION_STEPS_A_RUN * DOLLARS_PER_AUTOMATION_STEP;
