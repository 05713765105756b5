/**
 * The command line from arguments to exit code.
 *
 * @module
 */

import type { AliasStep } from "./alias.ts";
import { type Mistake, readArguments } from "./arguments.ts";
import type { CommandContext } from "./command.ts";
import { DEPENDENCIES, type Dependencies } from "./dependencies.ts";
import type { Io } from "./io.ts";

/** Runs the command that arguments name, and gives the exit code; never throws. */
export async function main(
  args: readonly string[],
  io: Io,
  dependencies: Dependencies = DEPENDENCIES,
): Promise<number> {
  return await run(args, { io, dependencies }, []);
}

/** Runs arguments that some aliases have led to, or none. */
async function run(
  args: readonly string[],
  context: CommandContext,
  trail: readonly AliasStep[],
): Promise<number> {
  const { io } = context;
  const json = args.includes("--json");
  try {
    const request = await readArguments(args);
    switch (request.kind) {
      case "run":
        return await request.invocation.command.run(request.invocation, context);
      case "help": {
        const { printHelp } = await import("./help.ts");
        return await printHelp(request.words, io);
      }
      case "mistake": {
        const next = await followAlias(request, context, trail);
        if (typeof next === "number") return next;
        const { tellTrouble } = await import("./failure.ts");
        // Who gave an alias may not know what it stands for.
        const about = trail.map(({ name, command }) => `${name} stands for "${command}"`);
        const message = [...about, next.message].join(": ");
        return tellTrouble({ code: "USAGE", message, hint: next.hint }, { io, json });
      }
      default:
        return request satisfies never;
    }
  } catch (error) {
    const { tellError } = await import("./failure.ts");
    return tellError(error, { io, json });
  }
}

/** Runs what an alias stands for, and gives the exit code; gives the mistake back where it is none. */
async function followAlias(
  mistake: Mistake,
  { io, dependencies }: CommandContext,
  trail: readonly AliasStep[],
): Promise<number | Mistake> {
  if (mistake.call === undefined) return mistake;
  const { expandAlias, readingOnce } = await import("./alias.ts");
  const context = { io, dependencies: readingOnce(dependencies) };
  const next = await expandAlias(mistake.call, trail, context);
  return next.kind === "mistake" ? next : await run(next.args, context, [...trail, next.step]);
}
