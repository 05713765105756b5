/**
 * Gives the values of one secrets file: each one once, when it is asked for.
 *
 * @module
 */

import { messageOf, SextantError } from "../errors.ts";
import type { SecretEntry, SecretPart } from "./parse.ts";
import type { CommandResult, RunCommand } from "./run_command.ts";
import { SecretValues } from "./secret_values.ts";

/** What a file's values are made with. */
export interface SecretFileOptions {
  /** How errors name the file. */
  readonly file: string;
  /** Environment for names that the file does not hold. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the file's commands. */
  readonly runCommand: RunCommand;
}

/** Lines of a failed command's complaint that are shown. */
const SHOWN_LINES = 10;

/** One secrets file. */
export class SecretFile {
  readonly #entries: readonly SecretEntry[];
  readonly #options: SecretFileOptions;
  readonly #values = new Map<number, Promise<string>>();

  /** Wraps what {@linkcode parseSecrets} read. */
  constructor(entries: readonly SecretEntry[], options: SecretFileOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  /** Names that it holds. */
  get names(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  /**
   * Gives a secret's value, `undefined` if the file does not hold it. Runs the commands that this one needs, once each,
   * side by side where they do not need each other.
   *
   * @throws {SextantError} `SECRET_MISSING` if a command fails; `CANCELLED` after an abort.
   */
  value(name: string): Promise<string | undefined> {
    const place = this.#lastPlace(name, this.#entries.length);
    return place < 0 ? Promise.resolve(undefined) : this.#valueAt(place);
  }

  #lastPlace(name: string, before: number): number {
    return this.#entries.slice(0, before).findLastIndex((entry) => entry.name === name);
  }

  #valueAt(place: number): Promise<string> {
    const known = this.#values.get(place);
    if (known) return known;
    const value = this.#join(this.#entries[place]!.parts, place);
    this.#values.set(place, value);
    return value;
  }

  async #join(parts: readonly SecretPart[], place: number): Promise<string> {
    return (await Promise.all(parts.map((part) => this.#part(part, place)))).join("");
  }

  async #part(part: SecretPart, place: number): Promise<string> {
    switch (part.kind) {
      case "text":
        return part.text;
      case "variable":
        return await this.#variable(part.name, place) || await this.#join(part.fallback, place);
      case "command":
        return await this.#command(part.command, place);
      default:
        return part satisfies never;
    }
  }

  async #variable(name: string, place: number): Promise<string> {
    const earlier = this.#lastPlace(name, place);
    return earlier < 0 ? this.#options.env[name] ?? "" : await this.#valueAt(earlier);
  }

  // Kamal writes the values of earlier secrets into the command's text. Here they are environment variables of its
  // shell: nothing in a value is run, and none of them stands in the machine's process list.
  async #command(command: string, place: number): Promise<string> {
    const names = [...command.matchAll(/\$\{?(\w+)/g)].map((match) => match[1]!)
      .filter((name) => this.#lastPlace(name, place) >= 0);
    const variables = new Map(
      await Promise.all(
        names.map(async (name) => [name, await this.#variable(name, place)] as const),
      ),
    );
    const result = await this.#run(command, variables, place);
    if (result.exitCode !== 0) {
      throw this.#failure(command, place, `exited with status ${result.exitCode}`, {
        details: new SecretValues(variables).redact(result.stderr).split("\n")
          .filter((line) => line.trim()).slice(-SHOWN_LINES),
      });
    }
    const value = this.#decode(result.stdout, command, place);
    // Kamal: one newline at the end is cut off, not all of them as a shell would.
    return value.replace(/\r?\n$/, "");
  }

  async #run(
    command: string,
    variables: ReadonlyMap<string, string>,
    place: number,
  ): Promise<CommandResult> {
    try {
      return await this.#options.runCommand(command, Object.fromEntries(variables));
    } catch (cause) {
      if (cause instanceof SextantError) throw cause;
      throw this.#failure(command, place, `could not be run: ${messageOf(cause)}`, { cause });
    }
  }

  #decode(output: Uint8Array, command: string, place: number): string {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(output);
      if (!text.includes("\0")) return text;
    } catch (cause) {
      throw this.#failure(command, place, "wrote something that is not UTF-8 text", { cause });
    }
    throw this.#failure(command, place, "wrote a NUL byte, which no environment variable can hold");
  }

  #failure(
    command: string,
    place: number,
    what: string,
    options: { details?: readonly string[]; cause?: unknown } = {},
  ): SextantError {
    const { name, line } = this.#entries[place]!;
    const shown = command.trim().replaceAll(/\s+/g, " ");
    return new SextantError(
      "SECRET_MISSING",
      `${this.#options.file}:${line}: ${name}: $(${shown}) ${what}`,
      {
        hint: shown.startsWith("kamal ")
          ? "This runs Kamal itself, which must be installed here; or ask the password manager directly."
          : "Run the command by hand in the project's folder.",
        ...options,
      },
    );
  }
}
