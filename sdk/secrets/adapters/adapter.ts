/**
 * What an adapter is: how secrets are had from one password manager.
 *
 * @module
 */

import type { Cli } from "./cli.ts";

/** What is asked of a password manager. */
export interface FetchRequest {
  /** Names of the secrets, as the password manager calls them; may be empty where it can give all. */
  readonly names: readonly string[];
  /** Folder, vault, item or file that they are in. */
  readonly from: string | undefined;
  /** Account or profile to use; checked against the adapter's {@linkcode AccountUse}. */
  readonly account: string | undefined;
}

/** Whether an account must, may or must not be named. */
export type AccountUse = "required" | "optional" | "none";

/** One password manager. */
export interface Adapter {
  /** Its name in messages, such as `1Password`. */
  readonly title: string;
  /** What to do where its program is not installed. */
  readonly install: string;
  /** Whether it needs an account. */
  readonly account: AccountUse;
  /**
   * Gets secrets by their full names. Changes nothing but the password manager's own login.
   *
   * @throws {SextantError} `SECRET_MISSING` if any of them cannot be had; names every one. `USAGE` if the request
   * does not say enough.
   */
  readonly fetch: (request: FetchRequest, cli: Cli) => Promise<ReadonlyMap<string, string>>;
}
