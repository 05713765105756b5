/**
 * `$(sextant secrets …)` and `$(kamal secrets …)` in a secrets file: answered by this process, so that neither program
 * has to be installed, and no value goes through arguments.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import { extractSecret } from "./extract.ts";
import type { FetchOptions } from "./fetch.ts";
import { readSecretsWords } from "./inline_words.ts";
import type { CommandRunnerOptions, RunCommand } from "./run_command.ts";
import { splitWords, type Word } from "./words.ts";

/** Variables of a command: the earlier secrets that it names. */
type Variables = Readonly<Record<string, string>>;

/**
 * Wraps what runs a secrets file's commands: answers those of Sextant and Kamal itself, and leaves the others to `run`,
 * also those that need more of a shell than words. The same fetch is done once, however often it is written.
 *
 * The function throws a {@linkcode SextantError} if an answer cannot be had; it shows the command, and no value.
 */
export function answerInline(run: RunCommand, options: CommandRunnerOptions): RunCommand {
  const answers = new InlineAnswers(run, options);
  return async (command, variables) => {
    const words = ownWords(command);
    if (words === undefined) return await run(command, variables);
    const text = await answers.answer(command, words, variables);
    return { exitCode: 0, stdout: new TextEncoder().encode(text), stderr: "" };
  };
}

class InlineAnswers {
  readonly #run: RunCommand;
  readonly #options: CommandRunnerOptions;
  readonly #fetched = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(run: RunCommand, options: CommandRunnerOptions) {
    this.#run = run;
    this.#options = options;
  }

  async answer(command: string, words: readonly Word[], variables: Variables): Promise<string> {
    try {
      const given = await Promise.all(words.map((word) => this.#text(word, variables)));
      const request = await readSecretsWords(given);
      if (request.kind === "extract") return extractSecret(request.name, request.json);
      return JSON.stringify(Object.fromEntries(await this.#fetch(request.options)));
    } catch (error) {
      throw located(command, error);
    }
  }

  #fetch(options: FetchOptions): Promise<ReadonlyMap<string, string>> {
    const key = JSON.stringify(options);
    const known = this.#fetched.get(key);
    if (known !== undefined) return known;
    const fetched = this.#fetchNow(options);
    this.#fetched.set(key, fetched);
    return fetched;
  }

  async #fetchNow(options: FetchOptions): Promise<ReadonlyMap<string, string>> {
    const { fetchSecrets } = await import("./fetch.ts");
    // Whoever deploys looks at the progress: nobody sees a question here.
    return await fetchSecrets(options, { ...this.#options, isInteractive: false });
  }

  async #text(word: Word, variables: Variables): Promise<string> {
    const texts = word.map(async (piece) => {
      switch (piece.kind) {
        case "text":
          return piece.text;
        case "variable":
          return variables[piece.name] ?? this.#options.env[piece.name] ?? "";
        case "command":
          return await this.#output(piece.command, variables);
        default:
          return piece satisfies never;
      }
    });
    return (await Promise.all(texts)).join("");
  }

  async #output(command: string, variables: Variables): Promise<string> {
    const words = ownWords(command);
    if (words !== undefined) return await this.answer(command, words, variables);
    const { exitCode, stdout } = await this.#run(command, variables);
    if (exitCode === 0) return new TextDecoder().decode(stdout).replace(/\n+$/, "");
    throw new SextantError("SECRET_MISSING", `$(${command}) exited with status ${exitCode}`, {
      hint: "Run the command by hand in the project's folder.",
    });
  }
}

/** The words behind `sextant secrets`; `undefined` for anything else. */
function ownWords(command: string): readonly Word[] | undefined {
  if (!/^\s*(?:sextant|kamal)\s+secrets(?:\s|$)/.test(command)) return undefined;
  return splitWords(command)?.slice(2);
}

function located(command: string, error: unknown): unknown {
  if (!(error instanceof SextantError) || error.code === "CANCELLED") return error;
  const { message, hint, details } = error;
  const shown = command.trim().replaceAll(/\s+/g, " ");
  return new SextantError("SECRET_MISSING", `$(${shown}): ${message}`, {
    hint,
    details,
    cause: error,
  });
}
