/** Counts from a list of executions, whoever ran them, how many of them were at work at once. */

/** The most that were at work at any instant, counted at every start and every end. */
export const mostAtWork = (
  executions: readonly { readonly startedMs: number; readonly endedMs?: number | undefined }[],
): number => {
  const edges = executions.flatMap(({ startedMs, endedMs = Number.POSITIVE_INFINITY }) => [
    [startedMs, 1] as const,
    [endedMs, -1] as const,
  ]);
  let atWork = 0;
  let most = 0;
  for (const [, by] of edges.sort(([a, one], [b, other]) => a - b || one - other)) {
    atWork += by;
    most = Math.max(most, atWork);
  }
  return most;
};
