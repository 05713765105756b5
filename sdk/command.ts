/**
 * Shell commands as data: words are quoted in one place, and `&&`, `|` and `>` are structure.
 *
 * @module
 */

/** Stands for a secret's value; only its name is ever shown. */
export interface SecretReference<Name extends string = string> {
  /** Name of the secret. */
  readonly secret: Name;
}

/** Text that the host's shell is meant to interpret; use sparingly and say why. */
export interface RawText {
  /** Shell text, passed on as it is. */
  readonly raw: string;
}

/** One word of a command. */
export type Word = string | SecretReference | RawText;

/** A shell command: words, or commands put together. */
export type Command =
  | { readonly kind: "run"; readonly words: readonly Word[] }
  | { readonly kind: "all" | "any" | "pipe" | "each"; readonly commands: readonly Command[] }
  | {
    readonly kind: "write";
    readonly command: Command;
    readonly to: Word;
    readonly append: boolean;
  }
  | { readonly kind: "quiet"; readonly command: Command }
  | { readonly kind: "text"; readonly text: string };

/** Gives a secret's value by its name. */
export type SecretValue = (name: string) => string;

/** A command of words. */
export function run(...words: readonly Word[]): Command {
  return { kind: "run", words };
}

/** Runs commands in order and stops at the first that fails. */
export function all(...commands: readonly Command[]): Command {
  return { kind: "all", commands };
}

/** Runs commands in order until one succeeds. */
export function any(...commands: readonly Command[]): Command {
  return { kind: "any", commands };
}

/** Runs commands in order, whatever each gives. */
export function each(...commands: readonly Command[]): Command {
  return { kind: "each", commands };
}

/** Feeds each command's output to the next. */
export function pipe(...commands: readonly Command[]): Command {
  return { kind: "pipe", commands };
}

/** Writes a command's output to a file. */
export function write(command: Command, to: Word): Command {
  return { kind: "write", command, to, append: false };
}

/** Adds a command's output to a file. */
export function append(command: Command, to: Word): Command {
  return { kind: "write", command, to, append: true };
}

/**
 * Shell text that makes a folder for as long as a script runs: a script's second argument is the folder of its run, which
 * goes with it even when it is killed.
 */
export function scratchFolder(name: string): string {
  return `$(mktemp -d "\${2:-\${TMPDIR:-/tmp}}/${name}.XXXXXX")`;
}

/** What a file's name ends with until it is whole. */
export const UNFINISHED = ".new";

/** Writes commands' outputs to files that get their names once all are whole, whenever it is broken off. */
export function replaceFiles(
  files: readonly (readonly [content: Command, path: string])[],
): Command {
  return all(
    ...files.map(([content, path]) => write(content, `${path}${UNFINISHED}`)),
    ...files.map(([, path]) => run("mv", "-f", `${path}${UNFINISHED}`, path)),
  );
}

/** Runs a command with its output thrown away; what it says of errors stays. */
export function quiet(command: Command): Command {
  return { kind: "quiet", command };
}

/** A piece of shell that words cannot say, such as a loop; its variable parts must be quoted with {@linkcode quote}. */
export function text(shell: string): Command {
  return { kind: "text", text: shell };
}

/** Text for the host's shell to interpret, such as `$PWD`; never with a value from outside in it. */
export function raw(shell: string): RawText {
  return { raw: shell };
}

/**
 * A value in which the host's shell expands `${NAME}` and nothing else, as Kamal does for clear values.
 *
 * @example
 * ```ts
 * import { expandable } from "./command.ts";
 *
 * expandable("token $x ${HOST_TOKEN}"); // 'token $x '"${HOST_TOKEN}"
 * ```
 */
export function expandable(value: string): Word {
  const parts = value.split(/(\$\{[A-Za-z_]\w*\})/).filter((part) => part !== "");
  if (!parts.some(isVariable)) return value;
  return raw(parts.map((part) => isVariable(part) ? `"${part}"` : quote(part)).join(""));
}

/** The one quoting function: any string as one word of sh. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Renders a command for a host's shell, with the values of its secrets. */
export function toShell(command: Command, secret: SecretValue): string {
  return render(command, (word) => {
    if (typeof word === "string") return quote(word);
    return "raw" in word ? word.raw : quote(secret(word.secret));
  });
}

/** Renders a command for a reader: secrets stand as their names. */
export function toText(command: Command): string {
  return render(command, (word) => {
    if (typeof word === "string") return quote(word);
    return "raw" in word ? word.raw : `[${word.secret}]`;
  });
}

function render(command: Command, word: (word: Word) => string): string {
  switch (command.kind) {
    case "run":
      return command.words.map(word).join(" ");
    case "all":
      return command.commands.map((part) => render(part, word)).join(" && ");
    case "any":
      return group(command.commands.map((part) => renderPart(part, word)).join(" || "));
    case "each":
      return group(command.commands.map((part) => render(part, word)).join("; "));
    case "pipe":
      return command.commands.map((part) => renderPart(part, word)).join(" | ");
    case "write":
      return `${renderPart(command.command, word)} ${command.append ? ">>" : ">"} ${
        word(command.to)
      }`;
    case "quiet":
      return `${renderPart(command.command, word)} >/dev/null`;
    case "text":
      return command.text;
    default:
      return command satisfies never;
  }
}

/** A command as a part of another: `&&` binds no closer than `||`, and looser than `|` and `>`. */
function renderPart(command: Command, word: (word: Word) => string): string {
  const text = render(command, word);
  return command.kind === "all" && command.commands.length > 1 ? group(text) : text;
}

function isVariable(part: string): boolean {
  return /^\$\{[A-Za-z_]\w*\}$/.test(part);
}

function group(text: string): string {
  return `{ ${text}; }`;
}
