/**
 * The command `envify`: an env file from its template, then `env push`.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import { changesOf, type RenderedEnv, renderEnv, writeEnv } from "../load/envify.ts";
import { toJsonLine } from "../report/json.ts";
import { readsEnvFiles } from "../secrets/files.ts";
import { refuseUnasked, runChange } from "./change.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { tellError } from "./failure.ts";
import { INTERRUPTED, withInterrupts } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { commandOptions, load } from "./run.ts";

/** What became of an env file. */
type Outcome = "created" | "kept" | "declined";

/** Makes the env file of a destination anew and writes it to the hosts; asks before it takes the place of another. */
export async function runEnvify(
  invocation: Invocation,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const { on } = invocation.flags;
  const pushes = !on.has("skip-push");
  if (pushes && !on.has("yes") && !io.isInteractive) {
    return refuseUnasked("envify", io, on.has("json"));
  }
  const made = await withInterrupts(io, () => {}, async ({ signal }) => {
    try {
      return await makeEnv(invocation, context, signal);
    } catch (error) {
      const told = { io, json: on.has("json"), closing: "nothing was changed" };
      return signal.aborted ? INTERRUPTED : tellError(error, told);
    }
  });
  if (made !== 0 || !pushes) return made;
  return await runChange({ name: "env push" }, invocation, context, { asks: true });
}

/** Gives 0 where the env file is as it should be. */
async function makeEnv(
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
  signal: AbortSignal,
): Promise<number> {
  const deployment = await load(dependencies, io, flags, signal);
  const options = commandOptions(io, flags, signal);
  const { secretsPath, destination } = await dependencies.resolvedConfig(deployment, options);
  if (!await readsEnvFiles(io.root, secretsPath)) {
    throw new SextantError("USAGE", `env files are not read, ${secretsPath} takes their place`, {
      hint: `Write what the template says into ${secretsPath}, where $(command) and $NAME count.`,
    });
  }
  const rendered = await renderEnv({ root: io.root, destination, env: io.environment() });
  const outcome = await write(rendered, flags.on.has("yes"), io, signal);
  if (outcome === "declined") {
    io.err.write("nothing was changed\n");
    return signal.aborted ? INTERRUPTED : 1;
  }
  tell(rendered.path, outcome, flags.on.has("json"), io);
  return 0;
}

async function write(
  rendered: RenderedEnv,
  isSure: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<Outcome> {
  const { path, text, before } = rendered;
  if (before === text) return "kept";
  if (before !== undefined && !isSure && !await confirm(rendered, io, signal)) return "declined";
  if (before !== undefined && isSure) io.err.write(`${path}: ${changesOf(rendered)}\n`);
  await writeEnv(io.root, rendered);
  return "created";
}

async function confirm(rendered: RenderedEnv, io: Io, signal: AbortSignal): Promise<boolean> {
  const { path } = rendered;
  if (!io.isInteractive) {
    throw new SextantError(
      "NOT_CONFIRMED",
      `${path} is there and differs: ${changesOf(rendered)}`,
      {
        hint: "Say beforehand that it may be replaced: --yes (-y)",
      },
    );
  }
  io.err.write(`write ${path} anew (${changesOf(rendered)})? [y/N] `);
  const answer = await io.readLine(signal);
  if (answer === undefined) io.err.write("\n");
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

function tell(path: string, outcome: Exclude<Outcome, "declined">, json: boolean, io: Io): void {
  if (!json) {
    io.out.write(`${outcome.padEnd(7)}  ${path}\n`);
    return;
  }
  const [created, kept] = outcome === "created" ? [[path], []] : [[], [path]];
  io.out.write(toJsonLine({ type: "files", created, kept }));
}
