/**
 * From arguments to a command: strict, and with a suggestion for what was mistyped.
 *
 * @module
 */

import type { Command, Flag, FlagValues, Invocation } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { GLOBAL_FLAGS } from "./flags.ts";

/** What the arguments ask for. */
export type Request =
  | { readonly kind: "run"; readonly invocation: Invocation }
  | { readonly kind: "help"; readonly words: readonly string[] }
  | Mistake;

/** Arguments that cannot be understood. */
export interface Mistake {
  /** Which kind of request. */
  readonly kind: "mistake";
  /** What is wrong. */
  readonly message: string;
  /** What to do instead. */
  readonly hint: string;
  /** The alias that it may be; absent where it can be none. */
  readonly call?: AliasCall;
}

/** A word in the place of a command that is none, and may be an alias. */
export interface AliasCall {
  /** The word. */
  readonly name: string;
  /** It, and the words behind it. */
  readonly words: readonly string[];
  /** What stands before it. */
  readonly before: readonly string[];
  /** What stands behind it. */
  readonly behind: readonly string[];
  /** The flags that every command has; they say which deployment's aliases. */
  readonly flags: FlagValues;
}

interface Words {
  readonly words: readonly string[];
  readonly behindDashes: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly unknown: readonly string[];
}

/** Reads arguments; never throws. */
export async function readArguments(given: readonly string[]): Promise<Request> {
  const args = withDashes(given);
  const everyFlag = [...GLOBAL_FLAGS, ...new Set(COMMANDS.flatMap((command) => command.flags))];
  const { words, unknown, values } = await split(args, everyFlag);
  // Kamal: -h is help where it stands alone, and --hosts behind a command.
  if (words.length === 0 && (args.length === 0 || args[0] === "-h")) {
    return { kind: "help", words: [] };
  }
  if (words[0] === "help") {
    if (words.length === 1 || isFirstWord(words[1]!)) {
      return { kind: "help", words: words.slice(1) };
    }
    // What else it may be is told by who reads aliases.
    return await readArguments([...args.toSpliced(args.indexOf("help"), 1), "--help"]);
  }
  if (values["help"] === true && (words.length === 0 || isFirstWord(words[0]!))) {
    return { kind: "help", words };
  }
  if (words.length === 0 && args[0] === "--version" && args.length === 1) {
    return await readArguments(["version"]);
  }
  const command = findCommand(words);
  if (command !== undefined) return await readCommand(command, args);
  const problem = firstProblem({ path: words.slice(0, 1) }, GLOBAL_FLAGS, values);
  if (problem !== undefined) return mistake(problem, "All commands: sextant --help");
  const { unknownCommand, unknownFlag } = await import("./mistakes.ts");
  const around = await aroundFirst(args, words, everyFlag);
  if (around !== undefined) {
    const call = { ...around, words, flags: flagValues(GLOBAL_FLAGS, values) };
    return { ...unknownCommand(words), call };
  }
  return unknown.length > 0 ? unknownFlag(unknown[0]!, undefined) : unknownCommand(words);
}

/** The command that the first words name. */
export function findCommand(words: readonly string[]): Command | undefined {
  return COMMANDS.filter(({ path }) =>
    path.every((word, index) => word === words[index]?.replaceAll("_", "-"))
  )
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}

/** Whether a command begins with a word. */
function isFirstWord(word: string): boolean {
  return COMMANDS.some(({ path }) => path[0] === word.replaceAll("_", "-"));
}

/** What stands around the first word, if that may be an alias: only what is behind it may be unknown here. */
async function aroundFirst(
  args: readonly string[],
  [name]: readonly string[],
  flags: readonly Flag[],
): Promise<Pick<AliasCall, "name" | "before" | "behind"> | undefined> {
  if (name === undefined || isFirstWord(name)) return undefined;
  for (const [index, arg] of args.entries()) {
    if (arg !== name) continue;
    const { words, unknown } = await split(args.slice(0, index + 1), flags);
    // Until it is a word, it is a flag's value, such as that of -d.
    if (words.length === 0) continue;
    if (unknown.length > 0) return undefined;
    return { name, before: args.slice(0, index), behind: args.slice(index + 1) };
  }
  return undefined;
}

/** How a command is written, such as `sextant accessory logs NAME`. */
export function usageOf({ path, operands, flags }: Command): string {
  const needed = flags.filter((flag) => flag.required).map((flag) =>
    `--${flag.name} ${flag.value?.name ?? ""}`
  );
  const words = operands.map(({ name, optional, repeats }) => {
    const word = repeats ? `${name}…` : name;
    return optional ? `[${word}]` : word;
  });
  return ["sextant", ...path, ...words, ...needed].join(" ");
}

async function readCommand(command: Command, args: readonly string[]): Promise<Request> {
  const flags = [...GLOBAL_FLAGS, ...command.flags];
  const { words, behindDashes, values, unknown } = await split(args, flags);
  if (unknown.length > 0) {
    const { unknownFlag } = await import("./mistakes.ts");
    return unknownFlag(unknown[0]!, command);
  }
  const operands = [...words.slice(command.path.length), ...behindDashes];
  const problem = operandProblem(command, operands) ?? firstProblem(command, flags, values);
  if (problem !== undefined) return mistake(problem, `Usage: ${usageOf(command)}`);
  return { kind: "run", invocation: { command, operands, flags: flagValues(flags, values) } };
}

/** Takes arguments apart by the flags that there are. */
async function split(args: readonly string[], flags: readonly Flag[]): Promise<Words> {
  // Without a flag there is nothing to parse, and nothing to load for it.
  if (!args.some((arg) => arg.startsWith("-"))) {
    return { words: args, behindDashes: [], values: {}, unknown: [] };
  }
  const { parseArgs } = await import("@std/cli/parse-args");
  const unknown: string[] = [];
  const switches = flags.filter((flag) => flag.value === undefined).map((flag) => positive(flag));
  const named = flags.filter((flag) => flag.value !== undefined);
  const parsed: Readonly<Record<string, unknown>> = parseArgs([...args], {
    boolean: switches,
    negatable: switches,
    default: Object.fromEntries(flags.filter(isNegative).map((flag) => [positive(flag), true])),
    string: ["_", ...named.map((flag) => flag.name)],
    collect: named.filter(isCollected).map((flag) => flag.name),
    alias: Object.fromEntries(
      flags.flatMap((flag) => flag.short === undefined ? [] : [[flag.name, flag.short]]),
    ),
    "--": true,
    unknown: (arg: string, key?: string) => {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  });
  return { words: texts(parsed["_"]), behindDashes: texts(parsed["--"]), values: parsed, unknown };
}

function flagValues(flags: readonly Flag[], values: Words["values"]): FlagValues {
  const isOn = (flag: Flag): boolean => values[positive(flag)] === !isNegative(flag);
  const given = flags.filter((flag) =>
    flag.value !== undefined && texts(values[flag.name]).length > 0
  );
  return {
    on: new Set(
      flags.filter((flag) => flag.value === undefined && isOn(flag)).map((flag) => flag.name),
    ),
    text: Object.fromEntries(
      given.filter((flag) => !isCollected(flag)).map((
        flag,
      ) => [flag.name, String(values[flag.name])]),
    ),
    lists: Object.fromEntries(
      given.filter(isCollected).map((
        flag,
      ) => [flag.name, texts(values[flag.name]).flatMap((text) => items(flag, text))]),
    ),
  };
}

function firstProblem(
  command: Pick<Command, "path">,
  flags: readonly Flag[],
  values: Words["values"],
): string | undefined {
  return flags.map((flag) => flagProblem(command, flag, values))
    .find((problem) => problem !== undefined);
}

function flagProblem(
  { path }: Pick<Command, "path">,
  flag: Flag,
  values: Words["values"],
): string | undefined {
  const { name, value, required } = flag;
  if (value === undefined) return undefined;
  const given = texts(values[name]).filter((text) => text !== "" || value.optional !== true);
  if (given.length === 0) {
    return required ? `${path.join(" ")} needs --${name} ${value.name}` : undefined;
  }
  const bad = given.find((text) => items(flag, text).length === 0);
  if (bad !== undefined) return `--${name} needs a value: --${name}=${value.name}`;
  if (value.kind === "count" && !given.every((text) => /^[1-9]\d*$/.test(text))) {
    return `--${name} should be a whole number above 0, got "${given.at(-1)}"`;
  }
  if (value.kind === "percent" && !given.every((text) => /^(\d\d?|100)$/.test(text))) {
    return `--${name} should be a whole number from 0 to 100, got "${given.at(-1)}"`;
  }
  const odd = given.find((text) => value.kind === "pair" && !/^[^:=]+:/.test(text));
  return odd === undefined ? undefined : `--${name} should be ${value.name}, got "${odd}"`;
}

function operandProblem({ path, operands }: Command, given: readonly string[]): string | undefined {
  const name = path.join(" ");
  const missing = operands.find((operand, index) => !operand.optional && !given[index]);
  if (missing !== undefined) return `${name} needs ${missing.name}`;
  const isOpen = operands.some((operand) => operand.repeats);
  return isOpen || given.length <= operands.length
    ? undefined
    : `${name} does not take "${given[operands.length]}"`;
}

function mistake(message: string, hint: string): Mistake {
  return { kind: "mistake", message, hint };
}

/** Long names with dashes, where Kamal's users may write `--skip_push`. */
function withDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return args.map((arg, index) =>
    arg.startsWith("--") && (end < 0 || index < end)
      ? arg.replace(/^[^=]+/, (name) => name.replaceAll("_", "-"))
      : arg
  );
}

function isNegative({ name }: Flag): boolean {
  return name.startsWith("no-");
}

function positive(flag: Flag): string {
  return isNegative(flag) ? flag.name.slice(3) : flag.name;
}

function isCollected({ value }: Flag): boolean {
  return value?.kind === "list" || value?.kind === "pair";
}

/** The items of one value; a comma between braces belongs to a pattern. */
function items({ value }: Flag, text: string): readonly string[] {
  const parts = value?.kind === "list" ? text.match(/(?:\{[^}]*\}|[^,])+/g) ?? [] : [text];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function texts(value: unknown): readonly string[] {
  return value === undefined || value === false ? [] : [value].flat().map(String);
}
