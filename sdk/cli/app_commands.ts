/**
 * The commands about the app.
 *
 * @module
 */

import type { Command, CommandContext, Invocation, Operand } from "./command.ts";
import { DETACH_FLAG, ENV_FLAG, EXEC_FLAGS, LOG_FLAGS, MAINTENANCE_FLAGS } from "./flags.ts";
import { ask, change, row } from "./row.ts";
import {
  appExecVerb,
  logsVerb,
  maintenanceVerb,
  plain,
  removeContainerVerb,
  scaleVerb,
} from "./verbs.ts";

const CMD: Operand = { name: "CMD", repeats: true };

/** `app …` */
export const APP_COMMANDS: readonly Command[] = [
  row("app boot", "boot the app's containers anew", change(plain("app boot"))),
  row(
    "app scale",
    "run so many containers of a role on each host, until the next deploy",
    change(scaleVerb),
    { operands: [{ name: "ROLE=COUNT", repeats: true }] },
  ),
  row("app start", "start the app's stopped containers", change(plain("app start"))),
  row("app stop", "stop the app's containers", change(plain("app stop"))),
  row("app maintenance", "answer visitors with 503 until app live", change(maintenanceVerb), {
    flags: MAINTENANCE_FLAGS,
  }),
  row("app live", "end app maintenance", change(plain("app live"))),
  row("app containers", "list all containers of the app", ask(plain("app containers"))),
  row("app images", "list the app's images", ask(plain("app images"))),
  row("app stale-containers", "list containers that run and do not serve", stale, {
    flags: [{ name: "stop", summary: "stop them" }],
  }),
  row("app remove", "remove the app from its hosts", change(plain("app remove"))),
  row(
    "app remove-container",
    "remove a version's stopped containers",
    change(removeContainerVerb),
    {
      operands: [{ name: "VERSION" }],
    },
  ),
  row(
    "app remove-containers",
    "remove all stopped containers of the app",
    change(plain("app remove-containers")),
  ),
  row(
    "app remove-images",
    "remove the app's images that no container has",
    change(plain("app remove-images")),
  ),
  row("app details", "list the app's containers", ask(plain("app details"))),
  row("app logs", "show the app's logs", ask(logsVerb("app logs")), { flags: LOG_FLAGS }),
  row("app exec", "run a command in the app's image", ask(appExecVerb), {
    operands: [CMD],
    flags: [...EXEC_FLAGS, ENV_FLAG, DETACH_FLAG],
  }),
  row("app version", "show which version serves on each host", ask(plain("app version"))),
];

async function stale(invocation: Invocation, context: CommandContext): Promise<number> {
  return invocation.flags.on.has("stop")
    ? await change(() => ({ name: "app stop-stale-containers" }))(invocation, context)
    : await ask(() => ({ name: "app stale-containers" }))(invocation, context);
}
