/**
 * The schemas of the configuration as YAML sees them: its keys are theirs in snake_case.
 *
 * @module
 */

import type * as z from "zod";
import { specSchema } from "../config/spec_schema.ts";

/** A schema whose kind is not known yet. */
export type AnySchema = z.core.$ZodType;

/** What a schema asks for, as far as reading YAML depends on it. */
export type SchemaKind =
  /** Keys that are known, by their names in YAML. */
  | { readonly kind: "fields"; readonly fields: ReadonlyMap<string, SchemaField> }
  /** Keys of any name. */
  | { readonly kind: "record"; readonly value: AnySchema }
  | { readonly kind: "list"; readonly item: AnySchema }
  /** One of several. */
  | { readonly kind: "choice"; readonly choices: readonly SchemaKind[] }
  | { readonly kind: "text" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  /** Whatever the schema itself looks at. */
  | { readonly kind: "other" };

/** A key of a schema. */
export interface SchemaField {
  /** Its name in TypeScript. */
  readonly name: string;
  /** What it asks for. */
  readonly schema: AnySchema;
}

/** Tells what a schema asks for. */
export function kindOf(schema: AnySchema): SchemaKind {
  // Every schema of zod's own is one of these; the type of a schema does not say which.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
      return kindOf(def.innerType);
    case "object":
      return { kind: "fields", fields: fieldsOf(def.shape) };
    case "record":
      return { kind: "record", value: def.valueType };
    case "array":
      return { kind: "list", item: def.element };
    case "union":
      return { kind: "choice", choices: def.options.map(kindOf) };
    case "string":
      return { kind: "text" };
    case "number":
      return { kind: "number" };
    case "boolean":
      return { kind: "boolean" };
    default:
      return { kind: "other" };
  }
}

/** The root keys of a YAML file: nouns, and the settings beside them. */
export function rootFields(): {
  readonly nouns: ReadonlyMap<string, SchemaField>;
  readonly settings: ReadonlyMap<string, SchemaField>;
} {
  const nouns = new Map(fieldsIn(specSchema));
  const settings = nouns.get("settings");
  // Functions cannot stand in YAML.
  for (const name of ["settings", "hooks", "secrets"]) nouns.delete(name);
  return { nouns, settings: settings ? fieldsIn(settings.schema) : new Map() };
}

/** Whether a word is the name of a field in TypeScript, anywhere in a deployment. */
export function isFieldName(word: string): boolean {
  return FIELD_NAMES.has(word);
}

/** A name in YAML's spelling, such as `app_port` for `appPort`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function fieldsIn(schema: AnySchema): ReadonlyMap<string, SchemaField> {
  const kind = kindOf(schema);
  return kind.kind === "fields" ? kind.fields : new Map();
}

function fieldsOf(shape: z.core.$ZodShape): ReadonlyMap<string, SchemaField> {
  return new Map(
    Object.entries(shape).map(([name, schema]) => [snakeCase(name), { name, schema }]),
  );
}

const FIELD_NAMES: ReadonlySet<string> = new Set(namesIn(kindOf(specSchema)));

function namesIn(kind: SchemaKind): readonly string[] {
  switch (kind.kind) {
    case "fields":
      return [...kind.fields.values()].flatMap(({ name, schema }) => {
        return [name, ...namesIn(kindOf(schema))];
      });
    case "record":
      return namesIn(kindOf(kind.value));
    case "list":
      return namesIn(kindOf(kind.item));
    case "choice":
      return kind.choices.flatMap(namesIn);
    default:
      return [];
  }
}
