/**
 * What every key of a deployment means, taken from the schemas that check it.
 *
 * @module
 */

import { type JsonSchema, schemaAt, writtenJsonSchema } from "./docs_schema.ts";

/** A part of a deployment that is explained on its own. */
export interface DocsSection {
  /** What it is called, such as `proxy`. */
  readonly name: string;
  /** What it is, in a sentence. */
  readonly summary: string;
  /** Where it stands in a deployment, such as `servers.*`; empty for the whole of it. */
  readonly place: string;
}

/** A key, and what it means. */
export interface DocsKey {
  /** Names from the section down to it; `*` stands for any name. */
  readonly path: readonly string[];
  /** What its value is, in words. */
  readonly kind: string;
  /** What it means. */
  readonly description: string;
  /** Whether it may not be missing. */
  readonly isRequired: boolean;
  /** What holds without it; `undefined` where that depends, or is nothing. */
  readonly usual: unknown;
  /** A value as an example; `undefined` for a key that holds others. */
  readonly example: unknown;
  /** The section that has more about it; `undefined` where there is none. */
  readonly section: string | undefined;
}

/** Every section by its name. */
export const SECTIONS: readonly DocsSection[] = Object.freeze([
  {
    name: "accessory",
    summary:
      "A long-lived container beside the app, with one of role, roles, host, hosts, tag, tags",
    place: "accessories.*",
  },
  {
    name: "aliases",
    summary: "Names of one's own for commands of sextant",
    place: "aliases",
  },
  {
    name: "boot",
    summary: "In which groups hosts switch versions, and what goes back when one fails",
    place: "boot",
  },
  { name: "builder", summary: "How the image is built", place: "builder" },
  { name: "configuration", summary: "Everything that a deployment may say", place: "" },
  {
    name: "env",
    summary:
      "Environment variables: values that may be seen, and secrets by name; or values alone, by name",
    place: "env",
  },
  {
    name: "host",
    summary: "A host with its own login and tags; or its address alone, such as user@host:port",
    place: "servers.*.hosts.*",
  },
  {
    name: "logging",
    summary: "Docker's log driver for the app's and the accessories' containers",
    place: "logging",
  },
  {
    name: "proxy",
    summary: "How kamal-proxy sends traffic to the primary role, and to roles that ask for it",
    place: "proxy",
  },
  {
    name: "registry",
    summary: "Where the image is pushed to and pulled from, and who logs in",
    place: "registry",
  },
  {
    name: "canary",
    summary: "Who gets a version that stands beside the one that serves",
    place: "canary",
  },
  {
    name: "release",
    summary: "A command that runs once, in the new image, before anything boots",
    place: "release",
  },
  {
    name: "role",
    summary: "Hosts that run the same container with the same command; or its hosts alone",
    place: "servers.*",
  },
  { name: "servers", summary: "Roles by name", place: "servers" },
  { name: "settings", summary: "Timeouts, paths, and what is kept", place: "settings" },
  { name: "ssh", summary: "How hosts are reached", place: "ssh" },
  {
    name: "traefik",
    summary: "Traefik in the place of kamal-proxy, as with Kamal 1",
    place: "traefik",
  },
  { name: "sshkit", summary: "How connections are made", place: "sshkit" },
]);

/** Places where a section stands a second time. */
const MORE_PLACES: Readonly<Record<string, string>> = {
  "servers.*.env": "env",
  "traefik.env": "env",
  "servers.*.proxy": "proxy",
  "servers.*.logging": "logging",
  "accessories.*.env": "env",
  "accessories.*.host": "host",
  "accessories.*.hosts.*": "host",
  "env.tags.*": "env",
};

/** Other names of sections. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  accessories: "accessory",
  alias: "aliases",
  hosts: "host",
  roles: "role",
  root: "configuration",
};

/** The section of a name; `undefined` where there is none. */
export function findSection(name: string): DocsSection | undefined {
  const known = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : name;
  return SECTIONS.find((section) => section.name === known);
}

/** Every key of a section in the order of its schema; what has a section of its own is not looked into. */
export function keysOf({ place }: DocsSection): readonly DocsKey[] {
  const at = pathOf(place);
  const schema = schemaAt(writtenJsonSchema(), at) ?? {};
  const keys = keysIn(schema, at, []);
  if (keys.length > 0) return keys;
  // A map of a section's: there is nothing but that to say.
  return [keyOf(valuesOf(schema) ?? {}, [...at, "*"], ["*"], false)];
}

/** The JSON Schema of a section as it may be written, or of a whole deployment. */
export function jsonSchemaOf(section: DocsSection | undefined): JsonSchema {
  const { $schema, ...whole } = writtenJsonSchema();
  const schema = schemaAt(whole, pathOf(section?.place ?? "")) ?? {};
  return { ...$schema === undefined ? {} : { $schema }, ...schema };
}

function keysIn(
  schema: JsonSchema,
  place: readonly string[],
  path: readonly string[],
): readonly DocsKey[] {
  const { properties = {}, required } = formWithKeys(schema) ?? {};
  return Object.entries(properties).flatMap(([name, child]) => {
    const at = [...place, name];
    const key = keyOf(child, at, [...path, name], required?.includes(name) ?? false);
    if (key.section !== undefined || isSecret(formWithKeys(child))) return [key];
    const values = valuesOf(child);
    const within = values === undefined ? [] : keysIn(values, [...at, "*"], [...key.path, "*"]);
    return [key, ...keysIn(child, at, key.path), ...within];
  });
}

function keyOf(
  schema: JsonSchema,
  place: readonly string[],
  path: readonly string[],
  isRequired: boolean,
): DocsKey {
  const section = sectionAt(place) ?? sectionAt([...place, "*"]);
  const about = SECTIONS.find(({ name }) => name === section);
  return {
    path,
    kind: kindOf(schema),
    description: schema.description ?? about?.summary ?? "",
    isRequired,
    usual: schema.default,
    example: schema.examples?.[0],
    section,
  };
}

/** Of all forms of a value, the one with known keys. */
function formWithKeys(schema: JsonSchema): JsonSchema | undefined {
  return [schema, ...schema.anyOf ?? []].find(({ properties }) => properties !== undefined);
}

/** What stands in a list or under any name. */
function valuesOf({ items, additionalProperties }: JsonSchema): JsonSchema | undefined {
  return items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
}

function isSecret(schema: JsonSchema | undefined): boolean {
  return schema?.required?.join() === "secret";
}

function sectionAt(place: readonly string[]): string | undefined {
  const at = place.join(".");
  return MORE_PLACES[at] ?? SECTIONS.find((section) => section.place === at)?.name;
}

function pathOf(place: string): readonly string[] {
  return place === "" ? [] : place.split(".");
}

/** What a schema asks for, in words. */
function kindOf(schema: JsonSchema): string {
  const { type, items, minimum, maximum } = schema;
  if (schema.enum) return oneOf(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf) return oneOf(schema.anyOf.map(kindOf));
  if (isSecret(schema)) return "name of a secret";
  if (typeof type === "object") return oneOf(type.map((one) => kindOf({ type: one })));
  if (type === "integer" && maximum !== undefined) {
    return `whole number from ${minimum} to ${maximum}`;
  }
  if (type === "integer") {
    return minimum === undefined ? "whole number" : `whole number from ${minimum}`;
  }
  if (type === "array") return `list of ${plural(kindOf(items ?? {}))}`;
  if (type === "object" && schema.properties === undefined) {
    return formWithKeys(valuesOf(schema) ?? {}) ? "objects by name" : "values by name";
  }
  return KIND_NAMES[String(type)] ?? "value";
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  boolean: "true or false",
  object: "object",
};

function plural(kind: string): string {
  return kind.split(" or ").map((one) => `${one}s`).join(" or ");
}

function oneOf(choices: readonly string[]): string {
  const distinct = [...new Set(choices)];
  const last = distinct.at(-1) ?? "";
  if (distinct.length < 2) return last;
  const or = distinct.some((choice) => choice.includes(" or ")) ? ", or " : " or ";
  return `${distinct.slice(0, -1).join(", ")}${or}${last}`;
}
