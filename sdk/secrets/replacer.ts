/**
 * Replaces many texts at once, however long they are.
 *
 * @module
 */

/** Longer prefixes make fewer candidates at a place; no text may be shorter. */
const PREFIX = 4;

/** So many are sooner looked for one by one, and mostly none is found. */
const FEW = 64;

/** Knows texts and what stands in their place. A regular expression of them all could become too large. */
export class Replacer {
  readonly #few: readonly string[] | undefined;
  readonly #byPrefix = new Map<string, (readonly [text: string, replacement: string])[]>();

  /**
   * Takes texts of at least four characters, each with what stands in its place.
   *
   * @throws {RangeError} If a text is shorter.
   */
  constructor(replacements: ReadonlyMap<string, string>) {
    this.#few = replacements.size <= FEW ? [...replacements.keys()] : undefined;
    // The longest first, so that a text that holds another is replaced as a whole.
    const sorted = [...replacements].sort(([one], [other]) => other.length - one.length);
    for (const [text, replacement] of sorted) {
      if (text.length < PREFIX) throw new RangeError("A text is too short to be looked for");
      const prefix = text.slice(0, PREFIX);
      const known = this.#byPrefix.get(prefix);
      if (known) known.push([text, replacement]);
      else this.#byPrefix.set(prefix, [[text, replacement]]);
    }
  }

  /** Replaces every text, from left to right; what was put in is not looked at again. */
  replaceAll(text: string): string {
    if (this.#few?.every((known) => !text.includes(known))) return text;
    const parts: string[] = [];
    let copied = 0;
    for (let at = 0; at + PREFIX <= text.length;) {
      const candidates = this.#byPrefix.get(text.slice(at, at + PREFIX)) ?? [];
      const found = candidates.find(([candidate]) => text.startsWith(candidate, at));
      if (!found) {
        at++;
        continue;
      }
      parts.push(text.slice(copied, at), found[1]);
      at = copied = at + found[0].length;
    }
    return parts.length === 0 ? text : [...parts, text.slice(copied)].join("");
  }
}
