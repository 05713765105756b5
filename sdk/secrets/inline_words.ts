/**
 * What the words behind `sextant secrets` in a secrets file ask for.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { FetchOptions } from "./fetch.ts";

/** What is asked for. */
export type SecretsRequest =
  | {
    /** Secrets of a password manager. */
    readonly kind: "fetch";
    /** Which, and from where. */
    readonly options: FetchOptions;
  }
  | {
    /** One of the secrets that were fetched. */
    readonly kind: "extract";
    /** Its name. */
    readonly name: string;
    /** The JSON object of those that were fetched. */
    readonly json: string;
  };

/**
 * Reads the words, such as `fetch --adapter pass shop/KEY`.
 *
 * @throws {SextantError} `USAGE` if they cannot be understood.
 */
export async function readSecretsWords(words: readonly string[]): Promise<SecretsRequest> {
  const [verb, ...rest] = words;
  // What was fetched may begin with anything, so it is never looked at for flags.
  if (verb === "extract") return readExtract(rest);
  if (verb === "fetch") return await readFetch(rest);
  throw usage(
    verb === undefined ? "secrets needs a command" : `there is no command "secrets ${verb}" here`,
  );
}

function readExtract([name, json, ...more]: readonly string[]): SecretsRequest {
  if (name === undefined || json === undefined || more.length > 0) {
    throw usage("secrets extract needs a name, and what was fetched");
  }
  return { kind: "extract", name, json };
}

async function readFetch(words: readonly string[]): Promise<SecretsRequest> {
  const { parseArgs } = await import("@std/cli/parse-args");
  const unknown: string[] = [];
  const flags = parseArgs([...words], {
    string: ["_", "adapter", "account", "from"],
    alias: { adapter: "a" },
    unknown: (word, key) => {
      if (key !== undefined) unknown.push(word);
      return key === undefined;
    },
  });
  if (unknown.length > 0) throw usage(`secrets fetch knows no flag ${unknown[0]}`);
  const { adapter, account, from } = flags;
  if (!adapter) throw usage("secrets fetch needs --adapter NAME");
  const names = flags._.map(String);
  return {
    kind: "fetch",
    options: { adapter, names, account: account || undefined, from: from || undefined },
  };
}

function usage(message: string): SextantError {
  return new SextantError("USAGE", message, {
    hint:
      "Write secrets fetch --adapter NAME [--account A] [--from F] NAME …, or secrets extract NAME $SECRETS.",
  });
}
