/**
 * The commands about password managers and the project's secrets.
 *
 * @module
 */

import type { Command, CommandContext, Flag, Invocation } from "./command.ts";
import { row } from "./row.ts";

const FETCH_FLAGS: readonly Flag[] = [
  {
    name: "adapter",
    short: "a",
    value: { name: "NAME", kind: "text" },
    required: true,
    summary: "which password manager, such as 1password, pass, sops or vault",
  },
  {
    name: "account",
    value: { name: "ACCOUNT", kind: "text" },
    summary: "which account or profile there",
  },
  {
    name: "from",
    value: { name: "PLACE", kind: "text" },
    summary: "which vault, item, folder, path or file; the names are in it",
  },
];

/** `secrets …` */
export const SECRETS_COMMANDS: readonly Command[] = [
  row("secrets fetch", "get secrets from a password manager, as a line of JSON", fetchSecrets, {
    operands: [{ name: "NAME", optional: true, repeats: true }],
    flags: FETCH_FLAGS,
  }),
  row(
    "secrets extract",
    "print one of the secrets that were fetched (default: from standard input)",
    extractSecret,
    { operands: [{ name: "NAME" }, { name: "JSON", optional: true }] },
  ),
  row("secrets print", "print all secrets of the project in plain text", printSecrets),
];

async function fetchSecrets(invocation: Invocation, context: CommandContext): Promise<number> {
  const { runFetch } = await import("./secrets.ts");
  return await runFetch(invocation, context);
}

async function extractSecret(invocation: Invocation, context: CommandContext): Promise<number> {
  const { runExtract } = await import("./secrets.ts");
  return await runExtract(invocation, context);
}

async function printSecrets(invocation: Invocation, context: CommandContext): Promise<number> {
  const { runPrint } = await import("./secrets.ts");
  return await runPrint(invocation, context);
}
