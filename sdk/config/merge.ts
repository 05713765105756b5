/**
 * Puts two objects of plain data together.
 *
 * @module
 */

import { isHostsReference } from "./hosts_function.ts";
import { isPlainObject, type PlainObject } from "./plain_data.ts";
import { isSecretReference } from "./secret.ts";

/** Takes the keys of both objects; where both have one, `both` decides. */
export function mergeWith(
  first: PlainObject,
  second: PlainObject,
  both: (first: unknown, second: unknown, key: string) => unknown,
): PlainObject {
  const keys = new Set([...Object.keys(first), ...Object.keys(second)]);
  // fromEntries and not assignment, so that a key named __proto__ is one like any other.
  return Object.fromEntries([...keys].map((key) => {
    if (!Object.hasOwn(second, key)) return [key, first[key]];
    if (!Object.hasOwn(first, key)) return [key, second[key]];
    return [key, both(first[key], second[key], key)];
  }));
}

/** Whether a value is an object to look into; what stands for a secret or for hosts is one thing. */
export function isMap(value: unknown): value is PlainObject {
  return isPlainObject(value) && !isSecretReference(value) && !isHostsReference(value);
}
