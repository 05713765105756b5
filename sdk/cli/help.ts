/**
 * Help, from the table of commands.
 *
 * @module
 */

import { pad, widest } from "../report/layout.ts";
import { usageOf } from "./arguments.ts";
import type { Command, Flag } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { GLOBAL_FLAGS } from "./flags.ts";
import type { Io } from "./io.ts";

/** Prints the help of a command, a group of commands, or all; gives the exit code. */
export async function printHelp(words: readonly string[], io: Io): Promise<number> {
  const normal = words.map((word) => word.replaceAll("_", "-"));
  const beginsWith = ({ path }: Command): boolean =>
    path.every((word, index) => index >= normal.length || word === normal[index]);
  const found = COMMANDS.filter(beginsWith);
  const [command] = found;
  if (command !== undefined) {
    io.out.write(found.length === 1 ? commandHelp(command) : listHelp(found));
    return 0;
  }
  const { tellTrouble } = await import("./failure.ts");
  const message = `there is no help on "${words.join(" ")}"`;
  return tellTrouble({ code: "USAGE", message, hint: "All commands: sextant --help" }, {
    io,
    json: false,
  });
}

function listHelp(commands: readonly Command[]): string {
  const rows = commands.map((
    command,
  ): Row => [usageOf(command).replace(/^sextant /, ""), command.summary]);
  return [
    "sextant deploys containers to your own hosts: it looks, plans, shows the plan, asks, and does exactly that",
    "",
    "  sextant COMMAND [flags]",
    ...section("commands", rows),
    ...section("flags of every command", GLOBAL_FLAGS.map(flagRow)),
    ...exitCodes(),
  ].join("\n") + "\n";
}

function commandHelp(command: Command): string {
  return [
    command.summary,
    "",
    `  ${usageOf(command)} [flags]`,
    ...command.flags.length === 0 ? [] : section("flags", command.flags.map(flagRow)),
    ...section("flags of every command", GLOBAL_FLAGS.map(flagRow)),
    ...exitCodes(),
  ].join("\n") + "\n";
}

type Row = readonly [name: string, meaning: string];

function section(title: string, rows: readonly Row[]): readonly string[] {
  const width = widest(rows.map(([name]) => name)) + 3;
  return ["", title, ...rows.map(([name, meaning]) => `  ${pad(name, width)}${meaning}`)];
}

function flagRow({ name, short, value, summary }: Flag): Row {
  const letter = short === undefined ? "    " : `-${short}, `;
  const word = value?.optional === true ? `[=${value.name}]` : ` ${value?.name}`;
  return [`${letter}--${name}${value === undefined ? "" : word}`, summary];
}

function exitCodes(): readonly string[] {
  const rows = Object.entries(EXIT_CODES).map((
    [code, meaning],
  ): Row => [code.padStart(3), meaning]);
  return section("exit codes", rows);
}
