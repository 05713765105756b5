/**
 * The command `init --from`: a Kamal project as a `deploy.ts`; no host is contacted.
 *
 * @module
 */

import { initFrom } from "../load/init_from.ts";
import { toJsonLine } from "../report/json.ts";
import type { CommandContext, Invocation } from "./command.ts";
import type { Io } from "./io.ts";

/** Writes a `deploy.ts` that says what a Kamal configuration says, and tells what it cannot say yet. */
export async function printInitFrom(
  from: string,
  { flags: { on } }: Invocation,
  { io }: CommandContext,
): Promise<number> {
  const { created, leftOut } = await initFrom({ root: io.root, from, env: io.environment() });
  io.out.write(
    on.has("json")
      ? toJsonLine({ type: "files", created: [created], kept: [] })
      : `created  ${created}\n`,
  );
  for (const { position, path, message } of leftOut) {
    const place = [position, path].filter((part) => part).join("  ");
    io.err.write(`not carried over  ${place}  ${message}\n`);
  }
  if (!on.has("quiet")) tellNext(from, leftOut.length > 0, io);
  return 0;
}

function tellNext(from: string, isPart: boolean, io: Io): void {
  io.err.write(
    isPart
      ? "What is not carried over stands at the top of deploy.ts as a comment; then: sextant plan\n"
      : `deploy.ts counts from now on; compare: sextant config, and sextant config -c ${from}\n`,
  );
}
