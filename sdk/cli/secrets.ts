/**
 * The commands about secrets; no host is contacted.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { tellError } from "./failure.ts";
import { withInterrupts } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { commandOptions, load } from "./run.ts";

/** Exit code of a command that was interrupted. */
const INTERRUPTED = 130;

/** Gets secrets from a password manager and prints them as a line of JSON; its program may ask at the terminal. */
export async function runFetch(
  { operands, flags: { on, text } }: Invocation,
  { io }: CommandContext,
): Promise<number> {
  return await answer(io, on.has("json"), async (signal) => {
    const { printFetched } = await import("../secrets/commands.ts");
    const { adapter = "", account, from } = text;
    return await printFetched({ adapter, account, from, names: operands }, {
      root: io.root,
      env: io.environment(),
      isInteractive: io.isInteractive,
      signal,
    });
  });
}

/** Prints one secret out of what was fetched, which is an operand or a line of standard input. */
export async function runExtract(
  { operands: [name = "", json], flags: { on } }: Invocation,
  { io }: CommandContext,
): Promise<number> {
  return await answer(io, on.has("json"), async (signal) => {
    const { printExtracted } = await import("../secrets/commands.ts");
    return printExtracted(name, json ?? await readFetched(io, signal), on.has("json"));
  });
}

/** Prints all secrets: those of the project's files, and those that the deployment's own function gives. */
export async function runPrint(
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
): Promise<number> {
  const json = flags.on.has("json");
  return await answer(io, json, async (signal) => {
    const deployment = await load(dependencies, io, flags, signal);
    const options = commandOptions(io, flags, signal);
    const config = await dependencies.resolvedConfig(deployment, options);
    const [{ printAll }, { secretsOf }] = await Promise.all([
      import("../secrets/commands.ts"),
      import("../commander/secrets.ts"),
    ]);
    const { service, destination } = config;
    const source = secretsOf(deployment, {
      root: io.root,
      config,
      context: { service, destination, version: options.version, env: io.environment(), signal },
      onWarning: (message) => void io.err.write(`${message}\n`),
    });
    return await printAll(source, json);
  });
}

async function answer(
  io: Io,
  json: boolean,
  work: (signal: AbortSignal) => Promise<string>,
): Promise<number> {
  return await withInterrupts(io, () => {}, async ({ signal }) => {
    try {
      io.out.write(await work(signal));
      return 0;
    } catch (error) {
      return signal.aborted ? INTERRUPTED : tellError(error, { io, json });
    }
  });
}

/** Not as an operand, so that the values are not seen in the list of processes. */
async function readFetched(io: Io, signal: AbortSignal): Promise<string> {
  const line = io.isInteractive ? undefined : await io.readLine(signal);
  if (line !== undefined) return line;
  throw new SextantError("USAGE", "secrets extract needs what secrets fetch printed", {
    hint: "Hand it over: sextant secrets fetch … | sextant secrets extract NAME",
  });
}
