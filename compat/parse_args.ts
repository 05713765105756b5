/**
 * Stands in for `@std/cli/parse-args` where JSR cannot be reached.
 * Left out is what no caller uses: names with dots as nested values.
 *
 * @module
 */

/** How {@linkcode parseArgs} reads. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  N extends string = string,
> {
  /** Puts what follows `--` under that name instead of into `_`. */
  readonly "--"?: boolean;
  /** Other names by name. */
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Names that take no value; `false` where absent. */
  readonly boolean?: B | readonly B[];
  /** Values of names that are absent. */
  readonly default?: Readonly<Record<string, unknown>>;
  /** Takes everything from the first argument that is no option on as it is, into `_`. */
  readonly stopEarly?: boolean;
  /** Names whose value stays text. */
  readonly string?: S | readonly S[];
  /** Names that may occur more than once and give a list. */
  readonly collect?: C | readonly C[];
  /** Names that `--no-<name>` sets to `false`. */
  readonly negatable?: N | readonly N[];
  /** Hears of each argument and option that is not declared; `false` drops it. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What the arguments said: a value per option, the rest under `_`. */
export type Args<B extends string, S extends string, C extends string, N extends string> =
  & Record<string, unknown>
  & { [K in Literal<Exclude<B, C>>]: boolean }
  & { [K in Literal<Exclude<S, C>>]?: K extends N ? string | false : string }
  & { [K in Literal<S & C>]: K extends N ? string[] | false : string[] }
  & {
    /** Arguments that are no options. */
    _: (string | number)[];
    /** Arguments after `--`. */
    "--"?: string[];
  };

/** Names that are known when types are checked. */
type Literal<T extends string> = string extends T ? never : Exclude<T, "_">;

type Value = string | number | boolean;

/** Reads command-line arguments; never throws. */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  const N extends string = never,
>(args: string[], options: ParseOptions<B, S, C, N> = {}): Args<B, S, C, N> {
  const parser = new Parser(options);
  parser.read(args);
  return parser.finish() as Args<B, S, C, N>;
}

class Parser {
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #booleans: ReadonlySet<string>;
  readonly #strings: ReadonlySet<string>;
  readonly #collected: ReadonlySet<string>;
  readonly #negatable: ReadonlySet<string>;
  readonly #result: Record<string, unknown> & { _: (string | number)[] } = { _: [] };

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      const family = [name, ...[others].flat()];
      for (const member of family) {
        this.#aliases.set(member, family.filter((other) => other !== member));
      }
    }
    this.#booleans = this.#names(options.boolean);
    this.#strings = this.#names(options.string);
    this.#collected = this.#names(options.collect);
    this.#negatable = this.#names(options.negatable);
  }

  read(all: readonly string[]): void {
    const dashes = all.indexOf("--");
    const args = dashes < 0 ? all : all.slice(0, dashes);
    for (let index = 0; index < args.length; index++) {
      const arg = args[index]!;
      const next = args[index + 1];
      if (arg.startsWith("--")) index += this.#readLong(arg, next);
      else if (/^-./s.test(arg)) index += this.#readShort(arg, next);
      else {
        this.#readOperand(arg);
        if (!this.#options.stopEarly) continue;
        this.#result._.push(...args.slice(index + 1));
        break;
      }
    }
    const rest = dashes < 0 ? [] : all.slice(dashes + 1);
    if (this.#options["--"]) this.#result["--"] = rest;
    else this.#result._.push(...rest);
  }

  finish(): Record<string, unknown> {
    const absent = (name: string): boolean => !Object.hasOwn(this.#result, name);
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (absent(name)) { for (const member of this.#family(name)) this.#result[member] = value; }
    }
    for (const name of this.#booleans) {
      if (absent(name)) this.#result[name] = this.#collected.has(name) ? [] : false;
    }
    for (const name of this.#strings) {
      if (absent(name) && this.#collected.has(name)) this.#result[name] = [];
    }
    return this.#result;
  }

  /** Reads `--name`, `--name=value`, `--name value` or `--no-name`; gives how many further arguments it took. */
  #readLong(arg: string, next: string | undefined): number {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (value) {
      this.#set(name, this.#booleans.has(name) ? value !== "false" : value, arg);
      return 0;
    }
    if (name.startsWith("no-") && this.#negatable.has(name.slice(3))) {
      for (const member of this.#family(name.slice(3))) this.#result[member] = false;
      return 0;
    }
    return this.#setFromNext(name, arg, next && !next.startsWith("-") ? next : undefined);
  }

  /** Reads `-a`, `-abc`, `-a=value`, `-a5` or `-a value`; gives how many further arguments it took. */
  #readShort(arg: string, next: string | undefined): number {
    const letters = arg.slice(1);
    for (let index = 0; index < letters.length - 1; index++) {
      const letter = letters[index]!;
      const rest = letters.slice(index + 1);
      const value = valueInCluster(letter, rest);
      if (value !== undefined) {
        this.#set(letter, value, arg);
        return 0;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    return this.#setFromNext(
      letters.at(-1)!,
      arg,
      next && !/^--?[^-]/.test(next) ? next : undefined,
    );
  }

  #setFromNext(name: string, arg: string, next: string | undefined): number {
    const takesValue = !this.#booleans.has(name);
    if (next !== undefined && (takesValue || next === "true" || next === "false")) {
      this.#set(name, takesValue ? next : next === "true", arg);
      return 1;
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return 0;
  }

  #readOperand(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#result._.push(this.#strings.has("_") || !isNumber(arg) ? arg : Number(arg));
  }

  #set(name: string, given: Value, arg: string): void {
    const declared = this.#booleans.has(name) || this.#strings.has(name) || this.#aliases.has(name);
    if (!declared && this.#options.unknown?.(arg, name, given) === false) return;
    const text = typeof given !== "string" || this.#strings.has(name) || !isNumber(given);
    const value = text ? given : Number(given);
    for (const member of this.#family(name)) {
      const before = this.#result[member];
      this.#result[member] = !this.#collected.has(name)
        ? value
        : Array.isArray(before)
        ? [...before, value]
        : [value];
    }
  }

  #family(name: string): readonly string[] {
    return [name, ...this.#aliases.get(name) ?? []];
  }

  #names(names: string | readonly string[] = []): ReadonlySet<string> {
    return new Set([names].flat().flatMap((name) => this.#family(name)));
  }
}

/** The value that stands in a cluster of short options behind a letter. */
function valueInCluster(letter: string, rest: string): string | undefined {
  if (rest === "-") return rest;
  if (/[A-Za-z]/.test(letter) && rest.includes("=")) return rest.slice(rest.indexOf("=") + 1);
  if (/[A-Za-z]/.test(letter) && /\d+(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  return /^\W/.test(rest) ? rest : undefined;
}

function isNumber(text: string): boolean {
  return /^0x[\da-f]+$/i.test(text) || /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?$/.test(text);
}
