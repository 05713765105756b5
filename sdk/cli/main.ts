/**
 * The command line from arguments to exit code.
 *
 * @module
 */

import { readArguments } from "./arguments.ts";
import { DEPENDENCIES, type Dependencies } from "./dependencies.ts";
import type { Io } from "./io.ts";

/** Runs the command that arguments name, and gives the exit code; never throws. */
export async function main(
  args: readonly string[],
  io: Io,
  dependencies: Dependencies = DEPENDENCIES,
): Promise<number> {
  const json = args.includes("--json");
  try {
    const request = await readArguments(args);
    switch (request.kind) {
      case "run":
        return await request.invocation.command.run(request.invocation, { io, dependencies });
      case "help": {
        const { printHelp } = await import("./help.ts");
        return await printHelp(request.words, io);
      }
      case "mistake": {
        const { tellTrouble } = await import("./failure.ts");
        return tellTrouble({ code: "USAGE", ...request }, { io, json });
      }
      default:
        return request satisfies never;
    }
  } catch (error) {
    const { tellError } = await import("./failure.ts");
    return tellError(error, { io, json });
  }
}
