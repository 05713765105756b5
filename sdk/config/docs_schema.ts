/**
 * What a deployment may say, as JSON Schema: for `sextant docs`, and for editors.
 *
 * @module
 */

import * as z from "zod";
import { usualValues } from "./docs_defaults.ts";
import { specSchema } from "./spec_schema.ts";

/** A JSON Schema of draft 2020-12, as far as the schemas of the configuration need one. */
export interface JsonSchema {
  /** Where the draft is defined; at the root alone. */
  readonly $schema?: string;
  /** Kinds of value. */
  readonly type?: string | readonly string[];
  /** Schemas of which one is enough. */
  readonly anyOf?: readonly JsonSchema[];
  /** All values that there are. */
  readonly enum?: readonly unknown[];
  /** The one value that there is. */
  readonly const?: unknown;
  /** What a text looks like. */
  readonly pattern?: string;
  /** Smallest number. */
  readonly minimum?: number;
  /** Largest number. */
  readonly maximum?: number;
  /** Fewest items of a list. */
  readonly minItems?: number;
  /** Most items of a list. */
  readonly maxItems?: number;
  /** Fewest keys of an object. */
  readonly minProperties?: number;
  /** Most keys of an object. */
  readonly maxProperties?: number;
  /** What stands in a list. */
  readonly items?: JsonSchema;
  /** Known keys. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Keys of a certain form. */
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  /** What the names of keys look like. */
  readonly propertyNames?: JsonSchema;
  /** All other keys. */
  readonly additionalProperties?: JsonSchema | boolean;
  /** Keys that may not be missing. */
  readonly required?: readonly string[];
  /** What the value means. */
  readonly description?: string;
  /** Values as an example. */
  readonly examples?: readonly unknown[];
  /** The value where none is given. */
  readonly default?: unknown;
}

/** Where in a schema: names of keys, `*` for any key of a map and any item of a list. */
export type SchemaPath = readonly string[];

/** The schema of a deployment in its long form, with TypeScript's names. */
export function longJsonSchema(): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(specSchema, {
    // Secrets are looked at by functions of their own.
    unrepresentable: "any",
    io: "input",
    override: ({ jsonSchema }) => {
      if (Object.hasOwn(jsonSchema, "example")) jsonSchema.examples = [jsonSchema["example"]];
      delete jsonSchema["example"];
      // Not among the formats that JSON Schema knows; the pattern says the same.
      delete jsonSchema.format;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  }) as JsonSchema;
  // Ids of functions are no matter of who writes a deployment.
  const { hooks: _, secrets: __, ...properties } = schema.properties ?? {};
  return withFacts({ ...schema, properties });
}

/** The schema of a deployment as it may be written, short forms included, with TypeScript's names. */
export function writtenJsonSchema(): JsonSchema {
  return SHORT_FORMS.reduce<JsonSchema>(
    (schema, [path, change]) => changeAt(schema, path.split("."), change),
    longJsonSchema(),
  );
}

/** The schema with another one at a place; where there is no such place, the schema itself. */
export function changeAt(
  schema: JsonSchema,
  [key, ...rest]: SchemaPath,
  change: (schema: JsonSchema) => JsonSchema,
): JsonSchema {
  if (key === undefined) return change(schema);
  const within = (inner: JsonSchema): JsonSchema => changeAt(inner, rest, change);
  if (schema.anyOf) {
    return { ...schema, anyOf: schema.anyOf.map((one) => changeAt(one, [key, ...rest], change)) };
  }
  if (key === "*" && schema.items) return { ...schema, items: within(schema.items) };
  if (key === "*" && typeof schema.additionalProperties === "object") {
    return { ...schema, additionalProperties: within(schema.additionalProperties) };
  }
  const property = schema.properties?.[key];
  if (property === undefined) return schema;
  return { ...schema, properties: { ...schema.properties, [key]: within(property) } };
}

/** The schema at a place; `undefined` where there is none. */
export function schemaAt(schema: JsonSchema, path: SchemaPath): JsonSchema | undefined {
  let found: JsonSchema | undefined;
  changeAt(schema, path, (inner) => found = inner);
  return found;
}

/** What the schemas of the configuration do not say themselves: defaults, and secrets. */
function withFacts(schema: JsonSchema): JsonSchema {
  const facts = [
    ...Object.entries(usualValues()).map(([path, value]) => [path, { default: value }] as const),
    ...Object.entries(SECRETS),
  ];
  return facts.reduce<JsonSchema>(
    (whole, [path, fact]) => changeAt(whole, path.split("."), (inner) => ({ ...inner, ...fact })),
    schema,
  );
}

const SECRET: JsonSchema = {
  type: "object",
  properties: { secret: { type: "string", pattern: "^[\\w.-]+$" } },
  required: ["secret"],
  additionalProperties: false,
};

const SECRETS: Readonly<Record<string, JsonSchema>> = {
  "registry.username": { anyOf: [{ type: "string" }, SECRET] },
  "registry.password": SECRET,
  "accessories.*.registry.username": { anyOf: [{ type: "string" }, SECRET] },
  "accessories.*.registry.password": SECRET,
};

/** A value in its long form, or short; what is said about it stays outside. */
function shorten(...forms: readonly JsonSchema[]): (schema: JsonSchema) => JsonSchema {
  return ({ description, examples, default: usual, ...long }) => ({
    ...description === undefined ? {} : { description },
    ...examples === undefined ? {} : { examples },
    ...usual === undefined ? {} : { default: usual },
    anyOf: [...forms, long],
  });
}

const shortHost = shorten({ type: "string" });
const shortEnv = shorten({
  type: "object",
  propertyNames: { pattern: "^(?!(?:clear|secret|tags)$)" },
  additionalProperties: { type: ["string", "number", "boolean"] },
});

/** The inner ones first, so that an outer one takes them along. */
const SHORT_FORMS: readonly (readonly [string, (schema: JsonSchema) => JsonSchema])[] = [
  ["accessories.*.host", shortHost],
  ["accessories.*.hosts.*", shortHost],
  ["accessories.*.env", shortEnv],
  ["servers.*.hosts.*", shortHost],
  ["servers.*.env", shortEnv],
  ["servers.*", (role) => shorten(role.properties?.["hosts"] ?? {})(role)],
  ["env.tags.*", shortEnv],
  ["env", shortEnv],
];
