/**
 * From the values of YAML files to a spec, along the schemas of the configuration.
 *
 * @module
 */

import { closest, unknownKey } from "../config/closest.ts";
import { type ConfigPath, spellPath } from "../config/problems.ts";
import type { DeploySpec } from "../config/spec.ts";
import { withKamalsChecks } from "./yaml_checks.ts";
import { longFile } from "./yaml_long_form.ts";
import { isListNode, isMapNode, textOf, type YamlNode } from "./yaml_node.ts";
import {
  type AnySchema,
  kindOf,
  rootFields,
  type SchemaField,
  type SchemaKind,
} from "./yaml_schema.ts";
import { refusedKey, refusedKeysIn } from "./yaml_unbuilt.ts";

/** Something wrong with a value. */
export interface NodeProblem {
  /** The value. */
  readonly node: YamlNode;
  /** What is wrong with it. */
  readonly message: string;
}

/** What a YAML file comes to. */
export interface YamlSpec {
  /** The deployment in the schemas' long form; not validated yet. */
  readonly spec: DeploySpec;
  /** For every value of the spec, by its path, the one in the files. */
  readonly origins: ReadonlyMap<string, YamlNode>;
  /** Root keys of the spec that something was left out of. */
  readonly broken: readonly string[];
  /** What is wrong so far. */
  readonly problems: readonly NodeProblem[];
}

/** Makes a spec of a file; a key that has no value counts as not there. */
export function specOf(root: YamlNode): YamlSpec {
  const reader = new SpecReader();
  const spec = withKamalsChecks(reader.readRoot(root));
  const { origins, broken, problems } = reader;
  // The schemas validate it next, which also asks for the service.
  return { spec: spec as unknown as DeploySpec, origins, broken: [...broken], problems };
}

class SpecReader {
  readonly origins = new Map<string, YamlNode>();
  readonly broken = new Set<string>();
  readonly problems: NodeProblem[] = [];
  readonly #root = rootFields();

  readRoot(root: YamlNode): Record<string, unknown> {
    this.origins.set("", root);
    if (!isMapNode(root)) {
      this.problems.push({
        node: root,
        message: "should be keys and values, such as service: shop",
      });
      return {};
    }
    const own = [...root.content].filter(([key]) => !/^x-|^minimum_version$/.test(key));
    const file = longFile({ ...root, content: new Map(own) }, (node, message) => {
      this.#complain(node, message, [...node.path]);
    });
    const { nouns, settings } = this.#root;
    const entries = Object.entries(
      this.#readFields(file, new Map([...nouns, ...settings]), [], ""),
    );
    const names = new Set([...settings.values()].map(({ name }) => name));
    return {
      ...Object.fromEntries(entries.filter(([name]) => !names.has(name))),
      settings: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    };
  }

  #read(schema: SchemaKind, node: YamlNode, path: ConfigPath, place: string): unknown {
    this.origins.set(spellPath(path), node);
    const kind = this.#chosen(schema, node);
    if (isMapNode(node)) {
      if (kind.kind === "fields") return this.#readFields(node, kind.fields, path, place);
      const value = kind.kind === "record" ? kind.value : undefined;
      return Object.fromEntries(
        [...node.content].map(([key, item]) => [
          key,
          this.#read(kindOrOther(value), item, [...path, key], `${place}.*`),
        ]),
      );
    }
    if (isListNode(node)) {
      const item = kindOrOther(kind.kind === "list" ? kind.item : undefined);
      return node.content.map((each, index) => this.#read(item, each, [...path, index], place));
    }
    return this.#scalar(schema, node, path);
  }

  #readFields(
    node: YamlNode,
    fields: ReadonlyMap<string, SchemaField>,
    path: ConfigPath,
    place: string,
  ): Record<string, unknown> {
    const entries = isMapNode(node) ? [...node.content] : [];
    return Object.fromEntries(entries.flatMap(([key, item]) => {
      const at = place === "" ? key : `${place}.${key}`;
      const field = fields.get(key);
      const refused = refusedKey(at);
      if (refused && item.content !== null && !refused.isHarmless?.(item)) {
        this.problems.push({ node: item, message: refused.message });
      } else if (field && item.content !== null) {
        // Root scalars stand below settings in a spec.
        const within = place === "" && this.#root.settings.has(key) ? ["settings"] : path;
        const value = this.#read(kindOf(field.schema), item, [...within, field.name], at);
        return [[field.name, value]];
      } else if (!field && !refused) {
        this.#complain(item, aboutUnknown(key, place, [...fields.keys()]), [...path, key]);
      }
      return [];
    }));
  }

  #chosen(kind: SchemaKind, node: YamlNode): SchemaKind {
    if (kind.kind !== "choice") return kind;
    const wanted = isMapNode(node) ? ["fields", "record"] : isListNode(node) ? ["list"] : [];
    return kind.choices.find((choice) => wanted.includes(choice.kind)) ?? kind;
  }

  #scalar(kind: SchemaKind, node: YamlNode, path: ConfigPath): unknown {
    const { content } = node;
    // Kamal means the digits, and Ruby hands chmod the number that YAML makes of them.
    const isMount = ["files", "directories"].includes(String(path[2]));
    if (isMount && path.at(-1) === "mode") return node.document.plainAt(node.path) ?? content;
    const kinds = kind.kind === "choice" ? kind.choices.map((choice) => choice.kind) : [kind.kind];
    const text = textOf(node);
    if (!kinds.includes("text") || text === undefined) return content;
    if (typeof content === "boolean" && kinds.includes("boolean")) return content;
    const isSame = typeof content === "number" && text === String(content);
    return isSame && kinds.includes("number") ? content : text;
  }

  #complain(node: YamlNode, message: string, path: ConfigPath): void {
    const [noun = ""] = path;
    this.broken.add(this.#root.settings.has(String(noun)) ? "settings" : String(noun));
    this.problems.push({ node, message });
  }
}

function kindOrOther(schema: AnySchema | undefined): SchemaKind {
  return schema === undefined ? { kind: "other" } : kindOf(schema);
}

/** A mistyped key may also stand for one that is known, and refused. */
function aboutUnknown(key: string, place: string, known: readonly string[]): string {
  const elsewhere = place === "" ? NOT_IN_YAML.get(key) : undefined;
  if (elsewhere !== undefined) return elsewhere;
  const others = [...refusedKeysIn(place), ...place === "" ? ["minimum_version"] : []];
  const best = closest(key, [...known, ...others]);
  return best === undefined ? unknownKey(key, known) : `unknown key, did you mean "${best}"?`;
}

/** Keys that a deploy.ts has, and what stands for them in YAML. */
const NOT_IN_YAML: ReadonlyMap<string, string> = new Map([
  ["settings", "is no key of YAML: what is below it stands at the root of the file"],
  [
    "hooks",
    "is no key of YAML: hooks are programs in .kamal/hooks, such as .kamal/hooks/pre-deploy",
  ],
  [
    "destinations",
    "is no key of YAML: each has a file of its own, such as config/deploy.staging.yml",
  ],
]);
