/**
 * Guesses which word was meant.
 *
 * @module
 */

/**
 * The candidate that a mistyped word most likely stands for; `undefined` where none is near.
 *
 * A word in another spelling, such as `app_port` for `appPort`, counts as near.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = 1 + Math.max(1, Math.floor(word.length / 3));
  for (const candidate of candidates) {
    const [from, to] = [letters(word), letters(candidate)];
    // So many letters must be added or dropped at least; counting takes long where a word has no end.
    if (Math.abs(from.length - to.length) >= bestDistance) continue;
    const distance = editDistance(from, to);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A suggestion to put behind a complaint, or the whole choice where nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const best = closest(word, candidates);
  if (best !== undefined) return `, did you mean "${best}"?`;
  return candidates.length > 0 ? `, known are ${candidates.join(", ")}` : "";
}

/** What there is to say of a key that is not known; a long choice is not told. */
export function unknownKey(key: string, known: readonly string[]): string {
  const best = closest(key, known);
  if (best !== undefined) return `unknown key, did you mean "${best}"?`;
  if (known.includes("clear") && known.includes("secret") && key !== "tags") {
    return `unknown key beside ${known.join(", ")}: variables that may be seen stand below clear`;
  }
  if (known.length > LONGEST_CHOICE) return "unknown key; sextant docs explains those there are";
  return `unknown key${didYouMean(key, known)}`;
}

const LONGEST_CHOICE = 14;

function letters(word: string): string {
  return word.replaceAll(/[_-]/g, "").toLowerCase();
}

/** Counts the letters to add, drop, change or swap, by the table of Damerau and Levenshtein. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= to.length; column++) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      const isSwap = row > 1 && column > 1 &&
        from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + change,
        isSwap ? at(row - 2, column - 2) + 1 : Infinity,
      ));
    }
  }
  return at(from.length, to.length);
}
