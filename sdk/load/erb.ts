/**
 * Fills in the ERB of a configuration, as far as that needs no Ruby.
 *
 * @module
 */

import { type ErbExpression, parseExpression } from "./erb_expression.ts";
import { type ErbSyntax, type ErbTag, findTags } from "./erb_tags.ts";

/** What the expressions may look at. */
export interface ErbContext {
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a shell command and gives its output; throws with the reason where it fails. */
  readonly run: (command: string) => Promise<string>;
}

/** Something in the ERB that cannot be filled in. */
export interface ErbProblem {
  /** Line, from 1. */
  readonly line: number;
  /** What is wrong there. */
  readonly message: string;
}

/** A text with its ERB filled in. */
export interface FilledText {
  /** The text. */
  readonly text: string;
  /** For each of its lines, the line of the original, from 1. */
  readonly lines: readonly number[];
  /** Lines of the original into which something was filled. */
  readonly filled: ReadonlySet<number>;
  /** All that is wrong. */
  readonly problems: readonly ErbProblem[];
}

/** The ERB that can be filled in. */
export const ERB_FORMS =
  'There are <%= ENV["X"] %>, <%= ENV.fetch("X", "default") %>, <%= `command` %> and <%= %x(command) %>';

/** What can be written instead of ERB that cannot be filled in. */
export const ERB_HINT = `${ERB_FORMS}; ` +
  "put any other value into a variable of the environment, or write the deployment in deploy.ts.";

/** Fills in the ERB of a text; what stands in a comment of YAML is left alone. */
export async function fillErb(
  source: string,
  context: ErbContext,
  syntax: ErbSyntax = "yaml",
): Promise<FilledText> {
  const problems: ErbProblem[] = [];
  const filled = new Set<number>();
  const output = new TextWithLines();
  let end = 0;
  for (const tag of findTags(source, syntax)) {
    output.addSource(source.slice(end, tag.start));
    end = tag.end;
    const value = await valueOf(tag, context).catch((error: unknown) => {
      problems.push({
        line: tag.line,
        message: error instanceof Error ? error.message : `${error}`,
      });
      return "";
    });
    if (tag.kind !== "comment") filled.add(tag.line);
    output.addValue(value, source.slice(tag.start, tag.end));
  }
  output.addSource(source.slice(end));
  return { text: output.text, lines: output.lines, filled, problems };
}

async function valueOf(tag: ErbTag, context: ErbContext): Promise<string> {
  switch (tag.kind) {
    case "comment":
      return "";
    case "literal":
      return tag.code;
    case "open":
      throw new Error(`${shown(tag.text)} has no %> that ends it`);
    case "expression": {
      const expression = parseExpression(tag.code);
      if (expression) return await evaluate(expression, tag.code, context);
    }
  }
  throw new Error(`${shown(tag.text)} is Ruby, which is not run here`);
}

async function evaluate(
  expression: ErbExpression,
  code: string,
  { env, run }: ErbContext,
): Promise<string> {
  if (expression.kind === "text") return expression.text;
  if (expression.kind === "command") {
    // The line's own end follows, and Ruby would break a line that goes on.
    return (await run(expression.command)).replace(/(\r?\n)+$/, "");
  }
  const { name, otherwise } = expression;
  if (Object.hasOwn(env, name)) return env[name] ?? "";
  if (otherwise !== "error") return otherwise.text;
  throw new Error(
    `${
      shown(code)
    } needs the variable ${name}, which is not set; set it, or give a default: ENV.fetch("${name}", "default")`,
  );
}

function shown(code: string): string {
  const line = code.trim().replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

/** Puts a text together and remembers where its lines come from. */
class TextWithLines {
  text = "";
  readonly lines: number[] = [1];
  #sourceLine = 1;

  addSource(part: string): void {
    this.text += part;
    for (let count = breaksIn(part); count > 0; count--) this.lines.push(++this.#sourceLine);
  }

  /** Adds what stands for a part of the source. */
  addValue(value: string, part: string): void {
    this.text += value;
    for (let count = breaksIn(value); count > 0; count--) this.lines.push(this.#sourceLine);
    this.#sourceLine += breaksIn(part);
  }
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}
