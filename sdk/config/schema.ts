/**
 * The few schema forms that all nouns are made of.
 *
 * @module
 */

import * as z from "zod";
import { isSecretReference, type SecretReference } from "./secret.ts";

/** One schema per field of an interface: a field can be neither forgotten nor made up. */
export type Fields<T> = { readonly [Key in keyof T]-?: z.ZodType<T[Key]> };

/** An object with these fields and no others; `what` says what else may stand in its place, before it is long. */
export function strict<T extends object>(shape: Fields<T>, what = "an object"): z.ZodType<T> {
  const known = Object.keys(shape).join(" ");
  const schema = z.strictObject(shape as z.core.$ZodShape, {
    // Not yet messages: problems.ts puts them into words, with the path and the value.
    error: (issue) => issue.code === "unrecognized_keys" ? known : what,
  });
  // TypeScript cannot compute what fields of T parse to; Fields<T> has tied the two together.
  return schema as unknown as z.ZodType<T>;
}

/** A text that is not empty. */
export function text(): z.ZodType<string> {
  return z.string().check(
    z.refine((value) => value.trim() !== "", { error: "should not be empty" }),
  );
}

/** A whole number from a smallest one on. */
export function whole(minimum = 0): z.ZodType<number> {
  return z.int().check(z.gte(minimum));
}

/** A TCP port. */
export function port(): z.ZodType<number> {
  return z.int().check(z.gte(1), z.lte(65535));
}

/** A map of texts. */
export function textMap(): z.ZodType<Record<string, string | number | boolean>> {
  return z.record(mapName(), z.union([z.string(), z.number(), z.boolean()]));
}

/** A name in front of an equals sign, as commands have it. */
function mapName(): z.ZodString {
  return z.string().check(z.refine((name) => MAP_NAME_REGEXP.test(name), {
    error: 'should be a name without "=", which ends it, and without control characters',
  }));
}

// deno-lint-ignore no-control-regex
const MAP_NAME_REGEXP = /^[^=\x00-\x1f\x7f]+$/;

/** Labels: texts by name, without the names that Sextant sets itself. */
export function labels(): z.ZodType<Record<string, string | number | boolean>> {
  return z.record(
    mapName().check(z.refine((name) => !["service", "role", "destination"].includes(name), {
      error: "is a reserved label; service, role and destination are set by the deploy",
    })),
    z.union([z.string(), z.number(), z.boolean()]),
  );
}

/** A reference to a secret; a value in its place is not repeated. */
export function secretReference(): z.ZodType<SecretReference> {
  return z.custom<SecretReference>(isSecretReference, {
    error: 'should be secret("NAME"), with the name of a secret',
  });
}
