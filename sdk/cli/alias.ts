/**
 * Commands by the user's own names: an alias of the deployment is replaced by what it stands for.
 *
 * @module
 */

import { ALIAS_RULE, splitCommand } from "../config/alias_words.ts";
import { specFor } from "../config/destination.ts";
import { isPlainObject, type PlainObject } from "../config/plain_data.ts";
import { ConfigError, SextantError } from "../errors.ts";
import type { AliasCall, Mistake } from "./arguments.ts";
import type { CommandContext } from "./command.ts";
import type { Dependencies } from "./dependencies.ts";
import { unknownCommand } from "./mistakes.ts";
import { load } from "./run.ts";

/** An alias that was replaced. */
export interface AliasStep {
  /** Its name. */
  readonly name: string;
  /** What it stands for. */
  readonly command: string;
  /** Which deployment has it: the file and the destination that were named. */
  readonly place: string;
}

/** What an alias comes to. */
export interface Expansion {
  /** Which kind. */
  readonly kind: "expansion";
  /** The arguments with the alias replaced. */
  readonly args: readonly string[];
  /** The alias. */
  readonly step: AliasStep;
}

/**
 * Replaces an alias; a mistake where the deployment has none of that name.
 *
 * @param trail The aliases that have led here.
 * @throws {ConfigError} If the alias is no command, or leads back to itself.
 * @throws {SextantError} If the deployment that may have it cannot be read.
 */
export async function expandAlias(
  call: AliasCall,
  trail: readonly AliasStep[],
  { io, dependencies }: CommandContext,
): Promise<Expansion | Mistake> {
  const { name, words, before, behind, flags } = call;
  const { "config-file": file, destination } = flags.text;
  const aliases = await aliasesOf(call, { io, dependencies });
  if (!Object.hasOwn(aliases, name)) return unknownCommand(words, Object.keys(aliases));
  const command = aliases[name];
  const replaced = typeof command === "string" ? splitCommand(command) ?? [] : [];
  if (typeof command !== "string" || replaced.length === 0) throw wrong(name, ALIAS_RULE);
  const step = { name, command, place: JSON.stringify([file, destination]) };
  if (trail.some((other) => other.name === name && other.place === step.place)) {
    const names = [...trail.map((other) => other.name), name].join(" → ");
    throw wrong(name, `leads back to itself: ${names}`);
  }
  // What was given counts after the alias's own flags, but belongs to no command of the user's in it.
  const dashes = replaced.indexOf("--");
  const end = dashes < 0 ? replaced.length : dashes;
  const args = [...replaced.slice(0, end), ...before, ...replaced.slice(end), ...behind];
  return { kind: "expansion", args, step };
}

/** The same, but that each deployment is read once however often it is asked for. */
export function readingOnce(dependencies: Dependencies): Dependencies {
  const known = new Map<string, ReturnType<Dependencies["loadDeployment"]>>();
  return {
    ...dependencies,
    loadDeployment: (options) => {
      const key = JSON.stringify([options.configFile, options.destination, options.version]);
      const loading = known.get(key) ?? dependencies.loadDeployment(options);
      known.set(key, loading);
      return loading;
    },
  };
}

async function aliasesOf(
  { flags }: AliasCall,
  { io, dependencies }: CommandContext,
): Promise<PlainObject> {
  try {
    const { spec } = await load(dependencies, io, flags);
    const { aliases } = specFor(spec, flags.text["destination"]);
    return isPlainObject(aliases) ? aliases : {};
  } catch (error) {
    const { destination, "config-file": file } = flags.text;
    const isNowhere = error instanceof SextantError && error.code === "CONFIG_NOT_FOUND";
    // Without a project, there are no aliases either.
    if (isNowhere && destination === undefined && file === undefined) return {};
    throw error;
  }
}

function wrong(name: string, message: string): ConfigError {
  return new ConfigError([{ path: `aliases.${name}`, message }]);
}
