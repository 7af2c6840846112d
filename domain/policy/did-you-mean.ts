/**
 * Most mistakes in a policy are typing mistakes: the nearest known word is worth more than a list of all.
 */

const LENGTH_MAX = 64;

/**
 * The known word that is nearest to what was written, if one is near enough to be meant.
 *
 * @param editsMax how many letters may be wrong; without it a third of them
 */
export const didYouMean = (
  written: string,
  known: readonly string[],
  editsMax = Math.max(1, Math.floor(written.length / 3)),
): string | undefined => {
  if (written.length === 0 || written.length > LENGTH_MAX) return undefined;
  const wanted = normalized(written);
  let best: string | undefined;
  let bestDistance = editsMax + 1;
  for (const word of known) {
    const candidate = normalized(word);
    // Each edit changes the length by one at most.
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
};

/** `maxBackoff`, `max_backoff` and `max-backoff` are the same wish. */
const normalized = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** Edits between two words: insert, remove, replace, or swap two neighbours. */
const editDistance = (left: string, right: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
};
