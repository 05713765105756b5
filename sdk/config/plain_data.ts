/**
 * Plain data: copied, frozen, and in one order whatever order it was written in.
 *
 * @module
 */

/** An object of which nothing is known but that it is plain. */
export type PlainObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object made of keys and values alone. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * Copies plain data and freezes the copy, so that a later change of the original is not seen; drops what is `undefined`.
 *
 * @throws {TypeError} If something stands within itself.
 */
export function frozenCopy<T>(value: T): T {
  return mapData(value, (entries) => entries) as T;
}

/** Copies plain data with every object's keys in alphabetical order. */
export function sortedCopy<T>(value: T): T {
  return mapData(value, (entries) => entries.toSorted(([a], [b]) => a < b ? -1 : 1)) as T;
}

/** Freezes plain data in place, down to its leaves. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** Reads the value at a path; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

type Entries = readonly (readonly [string, unknown])[];

function mapData(
  value: unknown,
  order: (entries: Entries) => Entries,
  around: readonly unknown[] = [],
): unknown {
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value)) return value;
  if (around.includes(value)) throw new TypeError("an object or a list stands within itself");
  const within = [...around, value];
  if (isList) return Object.freeze(value.map((item) => mapData(item, order, within)));
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, mapData(item, order, within)] as const);
  return Object.freeze(Object.fromEntries(order(entries)));
}
