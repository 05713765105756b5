/**
 * One YAML file of a configuration: its ERB filled in, its text parsed, its lines known.
 *
 * @module
 */

import { parse } from "@std/yaml";
import type { ConfigPath } from "../config/problems.ts";
import { ConfigError, type ConfigProblem, messageOf } from "../errors.ts";
import { ERB_HINT, type FilledText, fillErb } from "./erb.ts";
import { runHere } from "./erb_command.ts";
import { positionOf } from "./module_problem.ts";
import { YamlPlaces } from "./yaml_positions.ts";

/** Where a file is, and what its ERB may look at. */
export interface YamlSource {
  /** Folder of the project, in which commands run. */
  readonly root: string;
  /** Absolute path. */
  readonly path: string;
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads a file.
 *
 * @throws {ConfigError} If its ERB cannot be filled in or it is no YAML; says where.
 */
export async function readYaml({ root, path, env }: YamlSource): Promise<YamlDocument> {
  const source = utf8TextOf(await Deno.readFile(path), path);
  const filled = await fillErb(source.replace(/^\uFEFF/, ""), {
    env,
    run: (command) => runHere(command, root, env),
  });
  if (filled.problems.length > 0) {
    const problems = filled.problems.map(({ line, message }) => {
      return { path: "", message, position: positionOf(path, line) };
    });
    throw new ConfigError(problems, { hint: ERB_HINT });
  }
  return new YamlDocument(path, filled, parseFilled(path, filled));
}

/** Text of a file; what is no UTF-8 would come to the containers as something else. */
function utf8TextOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const message = "is no UTF-8: save it in that encoding";
    throw new ConfigError([{ path: "", message, position: positionOf(path) }], { cause });
  }
}

/** A file that was read. */
export class YamlDocument {
  /** What the parser made of it. */
  readonly value: unknown;
  readonly #path: string;
  readonly #filled: FilledText;
  #places: YamlPlaces | undefined;

  /** Takes what was read apart from the lines, which are looked for when they are asked for. */
  constructor(path: string, filled: FilledText, value: unknown) {
    this.value = value;
    this.#path = path;
    this.#filled = filled;
  }

  /** File and line of a value, as the user would type it; the file alone for the whole of it. */
  positionOf(path: ConfigPath): string {
    return positionOf(this.#path, path.length > 0 ? this.#lineOf(path) : undefined);
  }

  /** Whether something was filled into the lines of a value, which may be a secret then. */
  isFilled(path: ConfigPath): boolean {
    const last = this.#found.lastLineOf(path);
    for (let line = this.#found.lineOf(path); line <= last; line++) {
      if (this.#filled.filled.has(this.#originalOf(line))) return true;
    }
    return false;
  }

  /** The text of a value that stands without quotes; `undefined` for all others. */
  plainAt(path: ConfigPath): string | undefined {
    return this.#found.plainAt(path);
  }

  get #found(): YamlPlaces {
    return this.#places ??= new YamlPlaces(this.#filled.text);
  }

  #lineOf(path: ConfigPath): number {
    return this.#originalOf(this.#found.lineOf(path));
  }

  #originalOf(line: number): number {
    return this.#filled.lines[line - 1] ?? line;
  }
}

function parseFilled(path: string, filled: FilledText): unknown {
  try {
    return parse(filled.text);
  } catch (error) {
    throw new ConfigError([syntaxProblem(error, path, filled)], {
      cause: filled.filled.size > 0 ? undefined : error,
    });
  }
}

/** The parsers' errors have the place in their message and, with it, what is written there. */
function syntaxProblem(error: unknown, path: string, filled: FilledText): ConfigProblem {
  if (error instanceof RangeError) {
    return { path: "", message: "is nested too deeply", position: positionOf(path) };
  }
  const [first = ""] = messageOf(error).split("\n");
  const [, reason = first, row = ""] = /^(.*?) at line (\d+), column \d+:?$/.exec(first) ?? [];
  const line = row === "" ? undefined : filled.lines[Number(row) - 1];
  const written = filled.text.split("\n")[Number(row) - 1] ?? "";
  return {
    path: "",
    message: wording(reason, written, line, filled),
    position: positionOf(path, line),
  };
}

function wording(
  reason: string,
  written: string,
  line: number | undefined,
  { filled }: FilledText,
): string {
  if (/^ *\t/.test(written)) return "is indented with a tab, which YAML does not allow: use spaces";
  if (line !== undefined && filled.has(line)) {
    return 'is no YAML once its ERB is filled in; put quotes around it: "<%= … %>"';
  }
  // What the parser repeats of the text might be a secret that was filled in.
  const repeats = filled.size > 0 && /["'!<&*]/.test(reason);
  return repeats ? "is no YAML" : `is no YAML: ${reason}`;
}
