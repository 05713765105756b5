/**
 * Keeps the ERB of a Kamal project as expressions of TypeScript, so that no value of today is written down.
 *
 * @module
 */

import { type ErbExpression, parseExpression } from "./erb_expression.ts";
import { findTags } from "./erb_tags.ts";
import { quotedText } from "./init_from_literal.ts";

/** Something that a generated module has to define or import for its expressions. */
export type ErbNeed = "env" | "destination" | "required" | "output";

/** Remembers the expressions that marks stand for. */
export class ErbMarks {
  /** What the expressions that were written out need. */
  readonly needs: Set<ErbNeed> = new Set();
  readonly #expressions: ErbExpression[] = [];

  /** The text with a mark in the place of each expression; what is no expression stays out. */
  fill(source: string): string {
    let text = "";
    let end = 0;
    for (const tag of findTags(source)) {
      text += source.slice(end, tag.start);
      end = tag.end;
      if (tag.kind === "literal") text += tag.code;
      else if (tag.kind === "expression") text += this.#markFor(parseExpression(tag.code));
    }
    return text + source.slice(end);
  }

  /** Whether any mark stands in a text. */
  isIn(text: string): boolean {
    return MARK_REGEXP.test(text);
  }

  /** A text of the file as an expression of TypeScript. */
  toTypeScript(text: string): string {
    const parts = text.split(MARK_REGEXP);
    if (parts.length === 1) return quotedText(text);
    const [first = "", index = "", last = ""] = parts;
    if (parts.length === 3 && first === "" && last === "") return this.#expressionAt(index);
    const template = parts.map((part, position) =>
      position % 2 === 0
        ? JSON.stringify(part).slice(1, -1).replaceAll('\\"', '"').replaceAll(/`|\$\{/g, "\\$&")
        : `\${${this.#expressionAt(part)}}`
    );
    return `\`${template.join("")}\``;
  }

  #markFor(expression: ErbExpression | undefined): string {
    if (expression === undefined) return "";
    if (expression.kind === "text") return expression.text;
    const text = JSON.stringify(expression);
    const known = this.#expressions.findIndex((one) => JSON.stringify(one) === text);
    if (known < 0) this.#expressions.push(expression);
    // Equal expressions have equal marks, so that equal values are seen to be equal.
    return `sextant_erb_${known < 0 ? this.#expressions.length - 1 : known}_`;
  }

  #expressionAt(index: string): string {
    const expression = this.#expressions[Number(index)];
    if (expression?.kind === "variable") return this.#variable(expression);
    this.needs.add("output");
    return `output(${quotedText(expression?.kind === "command" ? expression.command : "")})`;
  }

  #variable({ name, otherwise }: ErbExpression & { readonly kind: "variable" }): string {
    this.needs.add("env");
    const access = /^[a-z_]\w*$/i.test(name) ? `env.${name}` : `env[${quotedText(name)}]`;
    const isDestination = name === "KAMAL_DESTINATION";
    if (isDestination) this.needs.add("destination");
    const value = isDestination ? `destination ?? ${access}` : access;
    if (otherwise !== "error") return `${value} ?? ${quotedText(otherwise.text)}`;
    this.needs.add("required");
    return `required(${quotedText(name)}, ${value})`;
  }
}

const MARK_REGEXP = /sextant_erb_(\d+)_/;

/** The functions that generated expressions call. */
export const ERB_FUNCTIONS: Readonly<Partial<Record<ErbNeed, string>>> = {
  required: `
/** The value of a variable that has to be set. */
function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(\`\${name} is not set\`);
  return value;
}
`,
  output: `
/** What a shell command prints. */
function output(command: string): string {
  const { success, stdout, stderr } = new Deno.Command("/bin/sh", {
    args: ["-c", command],
    cwd: import.meta.dirname!,
  }).outputSync();
  if (success) return new TextDecoder().decode(stdout).replace(/(\\r?\\n)+$/, "");
  throw new Error(\`\${command} failed: \${new TextDecoder().decode(stderr)}\`);
}
`,
};
