/**
 * The commands about accessories.
 *
 * @module
 */

import type { Command, Operand } from "./command.ts";
import { EXEC_FLAGS, LOG_FLAGS } from "./flags.ts";
import { ask, change, row } from "./row.ts";
import { accessoryExecVerb, accessoryLogsVerb, accessoryVerb } from "./verbs.ts";

const NAME: Operand = { name: "NAME" };
const CMD: Operand = { name: "CMD", repeats: true };

/** `accessory …` */
export const ACCESSORY_COMMANDS: readonly Command[] = [
  row("accessory boot", "boot an accessory, or all", change(accessoryVerb("accessory boot")), {
    operands: [NAME],
  }),
  row(
    "accessory reboot",
    "replace an accessory's container",
    change(accessoryVerb("accessory reboot")),
    {
      operands: [NAME],
    },
  ),
  row("accessory start", "start a stopped accessory", change(accessoryVerb("accessory start")), {
    operands: [NAME],
  }),
  row("accessory stop", "stop an accessory", change(accessoryVerb("accessory stop")), {
    operands: [NAME],
  }),
  row(
    "accessory restart",
    "stop an accessory and start it again",
    change(accessoryVerb("accessory restart")),
    {
      operands: [NAME],
    },
  ),
  row(
    "accessory details",
    "list an accessory's containers",
    ask(accessoryVerb("accessory details")),
    {
      operands: [NAME],
    },
  ),
  row("accessory logs", "show an accessory's logs", ask(accessoryLogsVerb), {
    operands: [NAME],
    flags: LOG_FLAGS,
  }),
  row("accessory exec", "run a command in an accessory's image", ask(accessoryExecVerb), {
    operands: [NAME, CMD],
    flags: EXEC_FLAGS,
  }),
  row(
    "accessory remove",
    "remove an accessory with its image and its data",
    change(accessoryVerb("accessory remove")),
    {
      operands: [NAME],
    },
  ),
];
