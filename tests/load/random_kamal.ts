/**
 * Random configurations of Kamal's, made along the schema that editors check them with.
 *
 * @module
 */

import type { JsonSchema } from "../../sdk/config/docs_schema.ts";
import { isPlainObject, type PlainObject } from "../../sdk/config/plain_data.ts";
import { yamlJsonSchemaOf } from "../../sdk/load/docs_yaml.ts";
import type { Random } from "../random.ts";

/** What a file says that is laid over another for a destination: less, and no service. */
export function randomOverlay(random: Random): PlainObject {
  const { service: _, primary_role: __, ...overlay } = new Writer(random, 0.25).file();
  return overlay;
}

/** What a `config/deploy.yml` says; now and then it breaks a rule that spans several keys. */
export function randomKamal(random: Random): PlainObject {
  return new Writer(random, 0.4).file();
}

const SCHEMA = yamlJsonSchemaOf("");
const NAMES = ["web", "jobs", "cron_2", "mail-out", "eu.west", "toString", "secret", "__proto__"];
const HOSTS = ["10.0.0.1", "10.0.0.2", "deploy@10.0.0.3", "10.0.0.4:2222", "app.acme.dev", "::1"];
const TEXTS = [
  ...["plain", "two words", " spaces around ", "it's", 'a "quote"', "`id`", "$HOME ${b} $(c)"],
  ...[
    "back\\slash \\n",
    "line\nbreak",
    "\ttab",
    "*/ // #",
    "- dash",
    "--flag=x",
    "a: b",
    "<<",
    "~",
  ],
  ...["yes", "no", "null", "017", "0o17", "1_000", "12:30:45", "2024-01-01", "1e3", ".5", "0x1F"],
  ...[
    "é ü ß",
    "日本語",
    "🚢🇩🇪",
    "\u2028",
    "\u00a0",
    "secret",
    "${process.exit()}",
    "x".repeat(300),
  ],
];

const HOST_LISTS_REGEXP = /^servers(\.\*(\.hosts)?)?$|^accessories\.\*\.hosts$/;

/** Places whose texts have a form that the schema does not tell. */
const FORMS: Readonly<Record<string, (random: Random) => unknown>> = {
  service: (random) => random.pick(["shop", "Shop_2", "a-b-c"]),
  image: (random) => random.pick(["acme/shop", "shop", "a/b/c"]),
  minimum_version: () => "2.0.0",
  "registry.username": () => ["CI_USER"],
  "registry.password": () => ["CI_PASSWORD"],
  primary_role: () => "web",
  aliases: () => ({ logs: "app logs -f", console: 'app exec "bin/rails console"' }),
  "ssh.user": (random) => random.pick(["deploy", "root"]),
  "boot.limit": (random) => random.pick([1, 3, "25%"]),
  "builder.arch": (random) => random.pick(["amd64", ["arm64"]]),
  "proxy.healthcheck.path": (random) => random.pick(["/up", "/healthz?a=b"]),
  "servers.*.proxy.healthcheck.path": () => "/ready",
  "servers.*.options.restart": (random) => random.pick(["no", "always", "on-failure:3"]),
  "accessories.*.options.restart": (random) => random.pick(["no", "on-failure"]),
};

class Writer {
  readonly #random: Random;
  readonly #share: number;

  constructor(random: Random, share: number) {
    this.#random = random;
    this.#share = share;
  }

  file(): PlainObject {
    const { service, image, servers, ...rest } = this.#fields(SCHEMA, "");
    const { require_destination: _, ...more } = rest;
    return {
      service: service ?? this.#value(SCHEMA.properties?.["service"] ?? {}, "service"),
      image: image ?? "acme/shop",
      servers: servers ?? [this.#random.pick(HOSTS)],
      ...more,
    };
  }

  #value(schema: JsonSchema, place: string): unknown {
    const form = FORMS[place] ?? FORMS[place.replace(/\.\w+$/, ".*")];
    if (form !== undefined) return form(this.#random);
    if (schema.anyOf) return this.#value(this.#random.pick(schema.anyOf), place);
    if (schema.enum) return this.#random.pick(schema.enum);
    const [example] = schema.examples ?? [];
    if (example !== undefined && !isPlainObject(example) && this.#random.chance(0.3)) {
      return example;
    }
    const [type] = [schema.type ?? "string"].flat();
    if (type === "object") return this.#object(schema, place);
    if (type === "array") return this.#list(schema, place);
    if (type === "boolean") return this.#random.chance(0.5);
    if (type === "integer" || type === "number") {
      const least = schema.minimum ?? 0;
      return this.#random.integer(least, Math.min(schema.maximum ?? 900, least + 900));
    }
    return this.#text(place);
  }

  #object(schema: JsonSchema, place: string): PlainObject {
    if (schema.properties) return cleared(this.#fields(schema, place), place, this.#random);
    const values = schema.additionalProperties;
    const names = place === "servers" ? ["web", ...this.#names()] : this.#names();
    return Object.fromEntries([...new Set(names)].map((name) => {
      const schema = typeof values === "object" ? values : { type: "string" };
      return [name, this.#value(schema, `${place}.*`)];
    }));
  }

  #fields(schema: JsonSchema, place: string): PlainObject {
    const entries = Object.entries(schema.properties ?? {}).filter(([name, inner]) =>
      schema.required?.includes(name) || (isTold(inner) && this.#random.chance(this.#share))
    );
    return Object.fromEntries(
      entries.map(([name, inner]) => [name, this.#value(inner, place ? `${place}.${name}` : name)]),
    );
  }

  #list({ items = {}, minItems = 0, maxItems = 3 }: JsonSchema, place: string): readonly unknown[] {
    if (HOST_LISTS_REGEXP.test(place)) return this.#hosts();
    const length = this.#random.integer(Math.max(minItems, 1), maxItems);
    return Array.from({ length }, () => this.#value(items, `${place}.*`));
  }

  /** Hosts as such, with a tag, or with several. */
  #hosts(): readonly unknown[] {
    const start = this.#random.integer(0, HOSTS.length - 1);
    return HOSTS.slice(start, start + 2).map((host) =>
      this.#random.pick([host, host, { [host]: "eu" }, { [host]: ["eu", "us"] }])
    );
  }

  #names(): readonly string[] {
    return Array.from({ length: this.#random.integer(0, 2) }, () => this.#random.pick(NAMES));
  }

  #text(place: string): string {
    if (/hosts?(\.\*)*$/.test(place) && !place.startsWith("proxy")) return this.#random.pick(HOSTS);
    if (/^(env|.*\.env)\b.*secret/.test(place)) return this.#random.pick(["KEY", "A:KEY", "TOKEN"]);
    if (/(env|labels|options|args)(\.[\w*]+)*\.\*$|\.(cmd|driver)$/.test(place)) {
      return this.#random.pick(TEXTS);
    }
    return this.#random.pick(["web", "eu", "/up", "a.example.com", "data:/data", "10m"]);
  }
}

/** Whether a schema says what its values are; those of Kamal 1's keys do not. */
function isTold({ type, anyOf, enum: values }: JsonSchema): boolean {
  return type !== undefined || anyOf !== undefined || values !== undefined;
}

/** Takes away what may not stand beside other keys. */
function cleared(fields: PlainObject, place: string, random: Random): PlainObject {
  const dropped = (groups: readonly (readonly string[])[]): PlainObject => {
    const unwanted = groups.flatMap((group) => {
      const there = group.filter((key) => key in fields);
      const kept = there.length > 0 ? random.pick(there) : undefined;
      return there.filter((key) => key !== kept);
    });
    return Object.fromEntries(Object.entries(fields).filter(([key]) => !unwanted.includes(key)));
  };
  if (place === "registry") {
    return { ...fields, username: ["CI_USER"], password: ["CI_PASSWORD"] };
  }
  if (/^accessories\.\*$/.test(place)) {
    const { role: _, roles: __, tag: ___, tags: ____, hosts, ...rest } = fields;
    if (hosts === undefined) return { host: "10.0.0.9", ...rest };
    const { host: _____, ...several } = rest;
    return { ...several, hosts };
  }
  if (/^servers\.\*$/.test(place)) return { hosts: [random.pick(HOSTS)], ...fields };
  if (/proxy$/.test(place)) {
    const { ssl: _, ...rest } = dropped([["host", "hosts"], ["path_prefix", "path_prefixes"]]);
    return rest;
  }
  return fields;
}
