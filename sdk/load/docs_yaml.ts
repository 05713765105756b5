/**
 * The JSON Schema of `config/deploy.yml`, from that of a deployment in TypeScript.
 *
 * @module
 */

import { changeAt, type JsonSchema, schemaAt, writtenJsonSchema } from "../config/docs_schema.ts";
import { isSecretReference } from "../config/secret.ts";
import { isPlainObject } from "../config/plain_data.ts";
import { YamlDocument } from "./yaml_document.ts";
import { OLD_KEYS, OLD_ROLE_KEY } from "./yaml_kamal_1.ts";
import { nodesOf } from "./yaml_node.ts";
import { isFieldName, snakeCase } from "./yaml_schema.ts";
import { REFUSED_KEYS, type RefusedKey } from "./yaml_unbuilt.ts";

/** The JSON Schema of a section, or of a whole file; editors that know it complete and check what is typed. */
export function yamlJsonSchemaOf(place: string): JsonSchema {
  const { $schema, ...written } = writtenJsonSchema();
  const kamals = [...KAMALS_FORMS, ...harmlessKeys(), ...oldKeys()].reduce<JsonSchema>(
    (schema, [path, change]) =>
      changeAt(schema, path.split(".").filter((name) => name !== ""), change),
    written,
  );
  const schema = place === "" ? rootOf(kamals) : schemaAt(kamals, place.split(".")) ?? {};
  return { ...$schema === undefined ? {} : { $schema }, ...inYaml(schema) };
}

/** A value with the names of its fields in YAML's spelling; names that users choose stay as they are. */
export function inYamlsWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inYamlsWords);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [yamlName(key), inYamlsWords(item)]),
  );
}

/** An example with secrets as YAML has them: a name in a list, alone or with others. */
function withNames(value: unknown): unknown {
  if (isSecretReference(value)) return [value.secret];
  if (Array.isArray(value)) {
    return value.map((item) => isSecretReference(item) ? item.secret : withNames(item));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNames(item)]));
}

/** A field's name in YAML's spelling. */
export function yamlName(name: string): string {
  return isFieldName(name) ? snakeCase(name) : name;
}

type SchemaChange = readonly [path: string, change: (schema: JsonSchema) => JsonSchema];

/** Keys that are refused but for a value that asks for what is done anyway. */
function harmlessKeys(): readonly SchemaChange[] {
  return [...REFUSED_KEYS].flatMap(([place, refused]): readonly SchemaChange[] => {
    const harmless = [true, false, ".kamal"].filter((value) => isHarmless(refused, value));
    return harmless.length === 0 ? [] : [withProperty(place, { enum: harmless })];
  });
}

/** Keys of Kamal 1, each with the one that took its place. */
function oldKeys(): readonly SchemaChange[] {
  const healthcheck: JsonSchema = {
    type: "object",
    description: "Kamal 1's health check",
    properties: {},
    additionalProperties: false,
  };
  const keys = [...OLD_KEYS].map(([place, { now }]) => {
    return withProperty(place, { description: `Kamal 1's word for ${now}` });
  });
  const role = { type: "boolean", description: "Kamal 1's word for proxy: true or false" };
  return [withProperty("healthcheck", healthcheck), withProperty(OLD_ROLE_KEY, role), ...keys];
}

/** Adds a property, unless there is one of that name. */
function withProperty(place: string, property: JsonSchema): SchemaChange {
  const [, parent = "", name = ""] = /^(?:(.*)\.)?(\w+)$/.exec(place) ?? [];
  return [
    parent,
    ({ properties, ...schema }) =>
      properties === undefined
        ? schema
        : { ...schema, properties: { [name]: property, ...properties } },
  ];
}

function isHarmless(refused: RefusedKey, value: unknown): boolean {
  const text = { text: "", lines: [1], filled: new Set<number>(), problems: [] };
  return refused.isHarmless?.(nodesOf(new YamlDocument("", text, value))) ?? false;
}

const HOST_WITH_TAGS: JsonSchema = {
  type: "object",
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: { anyOf: [{ type: "string" }, { type: "array" }] },
};

/** Kamal 1 has a map for the remote builder. */
function orOldRemote({ type, pattern, ...rest }: JsonSchema): JsonSchema {
  const address = {
    ...type === undefined ? {} : { type },
    ...pattern === undefined ? {} : { pattern },
  };
  return { ...rest, anyOf: [address, { type: "object" }] };
}

function orTags(host: JsonSchema): JsonSchema {
  return { ...host, anyOf: [...host.anyOf ?? [], HOST_WITH_TAGS] };
}

/** A secret in a list of them. */
const SECRET_NAME: JsonSchema = { type: "string", pattern: "^[\\w.-]+$" };

/** What Kamal has in more ways than there are in TypeScript. */
const KAMALS_FORMS: readonly SchemaChange[] = [
  ["builder.local", (local) => ({ ...local, type: ["boolean", "object"] })],
  ["builder.remote", orOldRemote],
  ["builder.secrets.*", () => SECRET_NAME],
  ["ssh.keyData.*", () => SECRET_NAME],
  ["accessories.*.hosts.*", orTags],
  ["servers.*.hosts.*", orTags],
  ["servers.*", withTagsInList],
  ["servers", (roles) => {
    const { description, ...byName } = roles;
    const hosts = valuesOf(roles)?.anyOf?.find(({ items }) => items !== undefined) ?? {};
    return { ...description === undefined ? {} : { description }, anyOf: [hosts, byName] };
  }],
];

/** A role that is a list of hosts, as those of a role with more. */
function withTagsInList(role: JsonSchema): JsonSchema {
  const anyOf = role.anyOf?.map((form) =>
    form.items === undefined ? form : { ...form, items: orTags(form.items) }
  );
  return anyOf === undefined ? role : { ...role, anyOf };
}

/** Root scalars stand beside the nouns. */
function rootOf(schema: JsonSchema): JsonSchema {
  const { settings, ...nouns } = schema.properties ?? {};
  return {
    ...schema,
    properties: {
      ...nouns,
      ...settings?.properties,
      minimumVersion: {
        type: ["string", "number"],
        description: "Oldest Kamal that the file is meant for",
      },
    },
    patternProperties: { "^x-": {} },
  };
}

function valuesOf({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** The schema in YAML's spelling, where a secret is a list of its name. */
function inYaml(schema: JsonSchema): JsonSchema {
  if (schema.required?.join() === "secret") {
    const { description } = schema;
    const list: JsonSchema = {
      type: "array",
      items: { type: "string" },
      minItems: 1,
      maxItems: 1,
    };
    return { ...description === undefined ? {} : { description }, ...list };
  }
  const { properties, required, anyOf, items, additionalProperties, examples } = schema;
  return {
    ...schema,
    ...properties === undefined ? {} : {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [snakeCase(name), inYaml(inner)]),
      ),
    },
    ...required === undefined ? {} : { required: required.map(snakeCase) },
    ...anyOf === undefined ? {} : { anyOf: anyOf.map(inYaml) },
    ...items === undefined ? {} : { items: inYaml(items) },
    ...typeof additionalProperties === "object"
      ? { additionalProperties: inYaml(additionalProperties) }
      : {},
    ...examples === undefined
      ? {}
      : { examples: examples.map((value) => inYamlsWords(withNames(value))) },
  };
}
