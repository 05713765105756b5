/**
 * The text of the `deploy.ts` that a Kamal project becomes.
 *
 * @module
 */

import { isPlainObject, type PlainObject, valueAt } from "../config/plain_data.ts";
import { isSecretReference } from "../config/secret.ts";
import type { ConfigProblem } from "../errors.ts";
import { ERB_FUNCTIONS, type ErbMarks } from "./init_from_erb.ts";
import { literalText, quotedText } from "./init_from_literal.ts";

/** What is said somewhere, and what its ERB gives. */
export interface SpokenFields {
  /** Nouns in their short forms, with marks for ERB. */
  readonly fields: PlainObject;
  /** The same place with ERB filled in. */
  readonly filled: PlainObject;
}

/** What a `deploy.ts` has to say. */
export interface DeployText extends SpokenFields {
  /** The file that it is made from, relative to the project. */
  readonly from: string;
  /** What each destination lays over it. */
  readonly destinations: ReadonlyMap<string, SpokenFields>;
  /** What it cannot say yet. */
  readonly leftOut: readonly ConfigProblem[];
}

/** Writes a `deploy.ts`. */
export function deployText(deployment: DeployText, marks: ErbMarks): string {
  const { from, leftOut } = deployment;
  const writer = new CallWriter(marks);
  const chain = chainOf(deployment, 2, writer);
  const { needs } = marks;
  const context = (["destination", "env"] as const).filter((name) => needs.has(name));
  const functions = (["required", "output"] as const).filter((name) => needs.has(name));
  const isFunction = context.length > 0;
  const names = [
    "deploy",
    ...isFunction ? ["type DeployContext"] : [],
    ...writer.usesSecrets ? ["secret"] : [],
  ];
  return [
    ...header(from, leftOut),
    `import { ${names.join(", ")} } from "@sextant/deploy";`,
    "",
    isFunction
      ? `export default ({ ${context.join(", ")} }: DeployContext) =>\n  ${
        chainOf(deployment, 4, writer)
      };`
      : `export default ${chain};`,
    ...functions.map((name) => ERB_FUNCTIONS[name]?.trimEnd() ?? ""),
  ].join("\n") + "\n";
}

function chainOf(
  { destinations, ...base }: DeployText,
  indent: number,
  writer: CallWriter,
): string {
  const margin = " ".repeat(indent);
  const last = [...destinations.keys()].at(-1);
  const overlays = [...destinations].map(([name, over]) => {
    const calls = writer.callsFor(over, indent + 4, name === last ? 2 : 1);
    const begin = `${margin}.destination(${quotedText(name)}, (app) =>`;
    return calls.length === 0 ? `${begin} app)` : `${begin}\n${margin}  app\n${calls.join("\n")})`;
  });
  const service = writer.scalar(base.fields["service"], ["service"], base.filled);
  return [
    `deploy(${service})`,
    ...writer.callsFor(base, indent, last === undefined ? 1 : 0),
    ...overlays,
  ].join("\n");
}

/** A secret's name, which stands for the call that refers to it. */
class SecretName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Nouns in the order in which a deployment is usually read; all others follow. */
const NOUNS = [
  ...[
    "image",
    "registry",
    "servers",
    "proxy",
    "env",
    "accessories",
    "builder",
    "release",
    "boot",
    "canary",
  ],
  ...["ssh", "sshkit", "logging", "labels", "volumes", "settings"],
];

/** Below these names all values are texts, and numbers only another way to write them. */
const TEXT_MAPS = ["env", "clear", "labels", "args", "options", "aliases"];

interface Call {
  readonly method: string;
  /** What stands before the literal. */
  readonly first: string;
  readonly value: unknown;
  readonly path: readonly string[];
}

/** Writes the calls of the builder. */
class CallWriter {
  usesSecrets = false;
  readonly #marks: ErbMarks;

  constructor(marks: ErbMarks) {
    this.#marks = marks;
  }

  /** A call for each noun, and for each accessory; so many columns stand behind the last one. */
  callsFor({ fields, filled }: SpokenFields, indent: number, behind: number): readonly string[] {
    const calls = this.#argumentsOf(fields);
    return calls.map(({ method, first, value, path }, index) => {
      const after = index === calls.length - 1 ? behind : 0;
      const around = method.length + first.length + 3 + after;
      const text = literalText({ value, path, indent, around }, {
        scalar: (value, at) => this.scalar(value, at, filled),
        key: (key) => this.#marks.isIn(key) ? `[${this.#marks.toTypeScript(key)}]` : undefined,
      });
      return `${" ".repeat(indent)}.${method}(${first}${text})`;
    });
  }

  #argumentsOf(fields: PlainObject): readonly Call[] {
    const nouns = new Set([...NOUNS, ...Object.keys(fields)]);
    nouns.delete("service");
    return [...nouns].filter((noun) => Object.hasOwn(fields, noun)).flatMap((noun) => {
      const value = fields[noun];
      if (noun !== "accessories" || !isPlainObject(value)) {
        const argument = ["registry", "ssh", "builder"].includes(noun) ? withSecrets(value) : value;
        return [{ method: noun, first: "", value: argument, path: [noun] }];
      }
      return Object.entries(value).map(([name, accessory]) => {
        const first = `${this.#marks.toTypeScript(name)}, `;
        const value = isPlainObject(accessory) && accessory["registry"] !== undefined
          ? { ...accessory, registry: withSecrets(accessory["registry"]) }
          : accessory;
        return { method: "accessory", first, value, path: [noun, name] };
      });
    });
  }

  /** A value that holds no others; what its ERB gives tells of which kind it is. */
  scalar(value: unknown, path: readonly string[], filled: PlainObject): string {
    if (value instanceof SecretName) {
      this.usesSecrets = true;
      return `secret(${this.#marks.toTypeScript(value.name)})`;
    }
    if (typeof value !== "string" || !this.#marks.isIn(value)) {
      return typeof value === "string" ? quotedText(value) : JSON.stringify(value);
    }
    const text = this.#marks.toTypeScript(value);
    const given = path.some((key) => TEXT_MAPS.includes(key)) ? "" : valueAt(filled, path);
    if (typeof given === "number") return `Number(${text})`;
    return typeof given === "boolean" ? `(${text}) === "true"` : text;
  }
}

/** References to secrets as the calls that make them. */
function withSecrets(value: unknown): unknown {
  if (isSecretReference(value)) return new SecretName(value.secret);
  if (Array.isArray(value)) return value.map(withSecrets);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecrets(item)]));
}

function header(from: string, leftOut: readonly ConfigProblem[]): readonly string[] {
  const lines = leftOut.map(({ position, path, message }) =>
    `// - ${[position, path].filter((part) => part).join(" ")}: ${message}`.replaceAll(/\s+/g, " ")
  );
  return [
    `// Made from ${from.replaceAll(/\s+/g, " ")}; "sextant plan" shows what would change.`,
    ...lines.length === 0 ? [] : ["//", "// Not carried over:", ...lines],
  ];
}
