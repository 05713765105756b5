/**
 * What the rows of the table of commands are made with.
 *
 * @module
 */

import type { Command } from "./command.ts";
import type { ToVerb } from "./verbs.ts";

/** A row of the table of commands; its words stand in one text. */
export function row(
  words: string,
  summary: string,
  run: Command["run"],
  { operands = [], flags = [] }: Partial<Pick<Command, "operands" | "flags">> = {},
): Command {
  return { path: words.split(" "), summary, operands, flags, run };
}

/** Runs a command that changes something, after asking. */
export function change(toVerb: ToVerb): Command["run"] {
  return async (invocation, context) => {
    const { runChange } = await import("./change.ts");
    return await runChange(toVerb(invocation), invocation, context, { asks: true });
  };
}

/** Runs a command that changes something and asks nothing. */
export function changeUnasked(toVerb: ToVerb): Command["run"] {
  return async (invocation, context) => {
    const { runChange } = await import("./change.ts");
    return await runChange(toVerb(invocation), invocation, context, { asks: false });
  };
}

/** Runs a command that only asks the hosts. */
export function ask(toVerb: ToVerb): Command["run"] {
  return async (invocation, context) => {
    const { runQuestion } = await import("./run.ts");
    return await runQuestion(toVerb(invocation), invocation, context);
  };
}
