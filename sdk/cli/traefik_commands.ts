/**
 * The commands about Traefik, where it stands before the app as with Kamal 1.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { LOG_FLAGS } from "./flags.ts";
import { ask, change, row } from "./row.ts";
import { logsVerb, plain, upgradeVerb } from "./verbs.ts";

/** `traefik …`, and the way from it to kamal-proxy. */
export const TRAEFIK_COMMANDS: readonly Command[] = [
  row("traefik boot", "start Traefik where it does not run", change(plain("traefik boot"))),
  row("traefik start", "start Traefik's stopped containers", change(plain("traefik start"))),
  row("traefik stop", "stop Traefik; nothing is served meanwhile", change(plain("traefik stop"))),
  row("traefik restart", "stop Traefik and start it again", change(plain("traefik restart"))),
  row(
    "traefik reboot",
    "replace Traefik's container; a short outage on each host",
    change(plain("traefik reboot")),
  ),
  row("traefik remove", "remove Traefik's containers", change(plain("traefik remove"))),
  row("traefik details", "list Traefik's containers", ask(plain("traefik details"))),
  row("traefik logs", "show Traefik's logs", ask(logsVerb("traefik logs")), { flags: LOG_FLAGS }),
  row("upgrade", "go over from Traefik to kamal-proxy without a gap", change(upgradeVerb), {
    flags: [
      { name: "rolling", summary: "one host after the other" },
      { name: "force", summary: "even where Traefik serves other apps, which nobody serves then" },
    ],
  }),
];
