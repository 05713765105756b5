import type { Script, Target } from "../../sdk/transport/transport.ts";

/** This machine, for transports that look at the name only. */
export const HERE: Target = { name: "here", address: "127.0.0.1", port: 22, user: "nobody" };

/** A script of shell texts. */
export function script(...shells: readonly string[]): Script {
  return { steps: shells.map((shell) => ({ shell, operations: [] })) };
}

/** A script that goes on after a failed step. */
export function stubbornScript(...shells: readonly string[]): Script {
  return { ...script(...shells), keepGoing: true };
}

/** Ends the shell that the session runs on, as a lost connection may: it leads the session of the script's parent. */
export const KILL_SHELL =
  "read -r x x x q x </proc/$$/stat; read -r x x x x x p x </proc/$q/stat; " +
  "tr '\\0' ' ' </proc/$p/cmdline | grep -q sx_[u]ser && kill -9 $p";
