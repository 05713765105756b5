/**
 * Words what is wrong with a YAML file: in its spelling, with its lines.
 *
 * @module
 */

import { spellPath } from "../config/problems.ts";
import type { ConfigProblem } from "../errors.ts";
import type { YamlNode } from "./yaml_node.ts";
import { isFieldName, snakeCase } from "./yaml_schema.ts";
import type { NodeProblem, YamlSpec } from "./yaml_spec.ts";

/** A problem, as the author of the file should read it. */
export function problemAt({ node, message }: NodeProblem): ConfigProblem {
  const { document, path } = node;
  return {
    path: spellPath(path),
    message: document.isFilled(path) ? aboutFilled(node, message) : message,
    position: document.positionOf(path),
  };
}

/** A problem of the spec that a file has come to, as the author of the file should read it. */
export function problemFrom(
  { path, message }: ConfigProblem,
  origins: YamlSpec["origins"],
): ConfigProblem {
  const { node, rest } = originOf(path, origins);
  const found = problemAt({ node, message: inKamalsWords(message) });
  if (path === "destination") {
    const asking = origins.get("settings.requireDestination") ?? node;
    return { ...found, path, position: problemAt({ node: asking, message }).position };
  }
  return { ...found, path: join(found.path, rest.map(snakeCase).join("")) };
}

/** Sorts problems by file and line. */
export function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const keyed = problems.map((problem) => {
    const [, file = "", line = "0"] = /^(.*?)(?::(\d+))?$/.exec(problem.position ?? "") ?? [];
    return { problem, file, line: Number(line) };
  });
  return keyed.toSorted((one, other) =>
    one.file === other.file ? one.line - other.line : one.file < other.file ? -1 : 1
  ).map(({ problem }) => problem);
}

const LAST_KEY_REGEXP = /(?:^|\.)[\w-]+$|\[(?:\d+|"(?:\\.|[^"\\])*")\]$/;

/** The value in the file that a path of the spec leads to, or the nearest one around it and the rest of the path. */
function originOf(
  path: string,
  origins: YamlSpec["origins"],
): { readonly node: YamlNode; readonly rest: readonly string[] } {
  const rest: string[] = [];
  for (let at = path;;) {
    const node = origins.get(at);
    if (node) return { node, rest };
    const [last = at] = LAST_KEY_REGEXP.exec(at) ?? [];
    if (at === "settings") rest[0] = rest[0]?.replace(/^\./, "") ?? at;
    else rest.unshift(last);
    at = at.slice(0, at.length - last.length);
  }
}

function join(path: string, rest: string): string {
  return path === "" ? rest.replace(/^\./, "") : path + rest;
}

/** The schemas' messages speak of TypeScript's names; what they repeat of the file stands in quotes. */
function inKamalsWords(message: string): string {
  return message.replaceAll('secret("NAME")', "[NAME]")
    .replaceAll(
      /"(?:\\.|[^"\\])*"|\ban object\b|\b[a-z]+[A-Z]\w*\b/g,
      (word) =>
        word === "an object" ? "keys and values" : isFieldName(word) ? snakeCase(word) : word,
    ).replace(" in the settings", "");
}

/** What was filled in may be a secret. */
function aboutFilled(node: YamlNode, message: string): string {
  const withoutValue = message.replace(/, got [^]*$/, "");
  return node.content === null ? `${withoutValue}, and its ERB gives nothing` : withoutValue;
}
