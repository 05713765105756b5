/**
 * Gets secrets from a password manager.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { Adapter, FetchRequest } from "./adapters/adapter.ts";
import { findAdapter } from "./adapters/adapters.ts";
import { Cli } from "./adapters/cli.ts";
import { programRunner, type ProgramRunnerOptions } from "./adapters/program.ts";

/** What to get, and from where. */
export interface FetchOptions extends FetchRequest {
  /** The password manager, such as `1password`. */
  readonly adapter: string;
}

/**
 * Gets secrets by their full names, from the program of a password manager.
 *
 * @throws {SextantError} `USAGE` if the adapter is not known, an account is missing or not taken, or the names do not
 * say enough; `SECRET_MISSING` if any secret cannot be had, naming every one; `CANCELLED` after an abort.
 */
export async function fetchSecrets(
  { adapter: name, ...request }: FetchOptions,
  surroundings: ProgramRunnerOptions,
): Promise<ReadonlyMap<string, string>> {
  const adapter = findAdapter(name);
  checkAccount(name, adapter, request);
  return await adapter.fetch(request, new Cli(adapter, programRunner(surroundings)));
}

function checkAccount(name: string, adapter: Adapter, { account }: FetchRequest): void {
  if (adapter.account === "required" && account === undefined) {
    throw new SextantError("USAGE", `the secrets adapter ${name} needs an account`, {
      hint: `Name it: secrets fetch --adapter ${name} --account ACCOUNT …`,
    });
  }
  if (adapter.account === "none" && account !== undefined) {
    throw new SextantError("USAGE", `the secrets adapter ${name} takes no account`, {
      hint: "Leave out --account.",
    });
  }
}
