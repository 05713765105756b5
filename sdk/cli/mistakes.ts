/**
 * What to say about words and flags that there are not, with a guess at what was meant.
 *
 * @module
 */

import { closest } from "../config/closest.ts";
import type { Mistake } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { GLOBAL_FLAGS } from "./flags.ts";

/** Says that a command, or none, knows no such flag. */
export function unknownFlag(arg: string, command: Command | undefined): Mistake {
  const name = arg.replace(/=.*$/s, "");
  const flags = [...GLOBAL_FLAGS, ...command?.flags ?? []].map((flag) => `--${flag.name}`);
  const near = name.startsWith("--") ? closest(name, flags) : undefined;
  const words = command?.path.join(" ") ?? "sextant";
  const question = near === undefined ? "" : `, did you mean ${near}?`;
  const takesCommand = command?.operands.some((operand) => operand.repeats) ?? false;
  return {
    kind: "mistake",
    message: `${words} knows no flag ${name}${question}`,
    hint: takesCommand
      ? `Put a command with flags of its own behind two dashes: sextant ${words} … -- ls -l`
      : `Its flags: sextant ${command === undefined ? "" : `${words} `}--help`,
  };
}

/** Says that words name no command, nor one of these aliases. */
export function unknownCommand(
  words: readonly string[],
  aliases: readonly string[] = [],
): Mistake {
  const group = COMMANDS.filter(({ path }) => path.length > 1 && path[0] === words[0]);
  if (group.length > 0 && words.length === 1) {
    const names = group.map(({ path }) => path.slice(1).join(" ")).join(", ");
    return {
      kind: "mistake",
      message: `${words[0]} needs a command: ${names}`,
      hint: `What they do: sextant ${words[0]} --help`,
    };
  }
  const hint = "All commands: sextant --help";
  if (words.length === 0) return { kind: "mistake", message: "no command is given", hint };
  const names = [...COMMANDS.map(({ path }) => path.join(" ")), ...aliases];
  const given = words.slice(0, group.length > 0 ? 2 : 1).join(" ");
  const near = closest(given, names) ?? closest(words.slice(0, 2).join(" "), names);
  const question = near === undefined ? "" : `, did you mean "${near}"?`;
  return { kind: "mistake", message: `there is no command "${given}"${question}`, hint };
}
