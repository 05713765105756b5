/**
 * Maps of texts, as they stand in environments, labels and arguments.
 *
 * @module
 */

/** Texts by name; numbers, `true` and `false` are written out as text. */
export type TextMap = Readonly<Record<string, string | number | boolean>>;

/** Writes every value out as text. */
export function resolveTextMap(map: TextMap = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));
}
