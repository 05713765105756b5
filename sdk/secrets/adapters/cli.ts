/**
 * A password manager's command line as its adapter sees it: answers, and failures in one form.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import { SecretValues } from "../secret_values.ts";
import type { Adapter } from "./adapter.ts";
import type { ProgramCall, ProgramResult, RunProgram } from "./program.ts";

/** Further settings of a call. */
export type CallOptions = Omit<ProgramCall, "words">;

/** A program and its arguments. */
export type Words = ProgramCall["words"];

/** Lines of a failed program's complaint that are shown. */
const SHOWN_LINES = 10;

/** Calls a password manager's program. */
export class Cli {
  readonly #adapter: Pick<Adapter, "title" | "install">;
  readonly #run: RunProgram;

  /** Speaks for an adapter. */
  constructor(adapter: Pick<Adapter, "title" | "install">, run: RunProgram) {
    this.#adapter = adapter;
    this.#run = run;
  }

  /**
   * Runs a program, whatever its exit status.
   *
   * @throws {SextantError} `SECRET_MISSING` if it is not installed.
   */
  async run(words: Words, options: CallOptions = {}): Promise<ProgramResult> {
    const result = await this.runIfInstalled(words, options);
    if (result !== undefined) return result;
    const { title, install } = this.#adapter;
    throw new SextantError("SECRET_MISSING", `${title} CLI is not installed`, {
      details: [`there is no program ${words[0]} on the PATH`],
      hint: install,
    });
  }

  /** As {@linkcode Cli.run}; gives `undefined` where the program is not installed. */
  async runIfInstalled(
    words: Words,
    options: CallOptions = {},
  ): Promise<ProgramResult | undefined> {
    return await this.#run({ words, ...options });
  }

  /** Whether a program ends well. */
  async succeeds(words: Words, options: CallOptions = {}): Promise<boolean> {
    return (await this.run(words, options)).exitCode === 0;
  }

  /**
   * Gives what a program writes.
   *
   * @throws {SextantError} `SECRET_MISSING` if it fails.
   */
  async text(words: Words, options: CallOptions = {}): Promise<string> {
    const result = await this.run(words, options);
    if (result.exitCode === 0) return result.stdout;
    throw this.failure(words, result, options);
  }

  /**
   * Gives what a program writes as JSON.
   *
   * @throws {SextantError} `SECRET_MISSING` if it fails or writes something else.
   */
  async json(words: Words, options: CallOptions = {}): Promise<unknown> {
    return this.parse(words, await this.text(words, options));
  }

  /**
   * Reads a program's output as JSON.
   *
   * @throws {SextantError} `SECRET_MISSING` if it is none; shows nothing of it, since it may hold secrets.
   */
  parse(words: Words, output: string): unknown {
    try {
      return JSON.parse(output);
    } catch {
      throw new SextantError("SECRET_MISSING", `${shown(words)} did not write JSON`, {
        hint: "Run it by hand; an old version of the program may be installed.",
      });
    }
  }

  /** The failure of a program that ended badly, with its complaint but without the secrets it was called with. */
  failure(
    words: Words,
    { exitCode, stderr }: ProgramResult,
    { env = {} }: CallOptions = {},
  ): SextantError {
    const values = new SecretValues(new Map(Object.entries(env)));
    return new SextantError("SECRET_MISSING", `${shown(words)} exited with status ${exitCode}`, {
      details: values.redact(stderr).split("\n").map((line) => line.trimEnd())
        .filter((line) => line !== "").slice(-SHOWN_LINES),
      hint: "Run it by hand in the project's folder.",
    });
  }

  /** The failure of a login. */
  notLoggedIn(account: string | undefined, hint: string): SextantError {
    const who = account === undefined ? "" : ` as ${account}`;
    return new SextantError("SECRET_MISSING", `not logged in to ${this.#adapter.title}${who}`, {
      hint,
    });
  }

  /** The failure to find secrets; names every one of them. */
  notFound(names: readonly string[], details: readonly string[] = []): SextantError {
    return new SextantError(
      "SECRET_MISSING",
      `could not find ${names.join(", ")} in ${this.#adapter.title}`,
      { details, hint: "See how the names are written there, and which account may read them." },
    );
  }
}

function shown(words: Words): string {
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)).join(" ");
}
