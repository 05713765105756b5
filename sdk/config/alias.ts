/**
 * Aliases: the user's own names for commands.
 *
 * @module
 */

import * as z from "zod";
import { ALIAS_RULE, splitCommand } from "./alias_words.ts";

/** Commands by the name of their alias, with flags, such as `{ console: "app exec -i bash" }`. */
export type AliasesInput = Readonly<Record<string, string>>;

/** First words of the command line's own commands, which no alias may have for its name. */
export const COMMAND_WORDS: readonly string[] = Object.freeze([
  ...["accessory", "app", "audit", "build", "canary", "config", "deploy", "details", "docs"],
  ...["drift", "env", "envify", "help", "init", "lock", "plan", "proxy", "prune", "redeploy"],
  ...["registry", "remove", "rollback", "secrets", "server", "setup", "traefik"],
  ...["upgrade", "version"],
]);

/** Checks aliases. */
export const aliasesSchema: z.ZodType<AliasesInput> = z.record(
  z.string().check(
    z.regex(/^[a-z0-9_-]+$/, {
      error: "should be named with small letters, digits, hyphens and underscores",
    }),
    z.refine((name) => !COMMAND_WORDS.includes(name), {
      error: ({ input }) => `"${input}" is a command of sextant: give the alias another name`,
    }),
  ),
  z.string().check(z.refine(isCommand, { error: ALIAS_RULE })).meta({
    description: "A command with its flags; what is given behind the alias is added to it",
    example: 'app exec --interactive --reuse "bin/rails console"',
  }),
);

function isCommand(text: string): boolean {
  const [first = ""] = splitCommand(text) ?? [];
  return first !== "";
}
