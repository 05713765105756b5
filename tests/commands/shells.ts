/**
 * Running rendered commands for real: in a home of their own, under every shell that is there, with a docker that only
 * plays its part.
 *
 * @module
 */

import { shellOf } from "../../sdk/operations/operation.ts";
import { SALT_SECRET } from "../../sdk/operations/file.ts";
import type { Operation } from "../../sdk/operations/operation.ts";

/** How a command ended. */
export interface Ended {
  /** Exit status. */
  readonly code: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/** The shells of this machine that hosts may have as `sh`, with the words that start them. */
export const SHELLS: ReadonlyMap<string, readonly string[]> = new Map(
  [["dash"], ["bash", "--posix"], ["busybox", "sh"]].flatMap(([name = "", ...args]) => {
    const path = pathTo(name);
    return path === undefined ? [] : [[[name, ...args].join(" "), [path, ...args]] as const];
  }),
);

/** Values of secrets in these tests. */
export const SECRETS: Readonly<Record<string, string>> = {
  DB_PASSWORD: "s3cret",
  REGISTRY_PASSWORD: "it's a pass word",
  CERTIFICATE_PEM: "-----BEGIN CERTIFICATE-----\nit's one\n-----END CERTIFICATE-----",
  PRIVATE_KEY_PEM: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
  [SALT_SECRET]: "00112233445566778899aabbccddeeff",
};

/** The shell text of operations, with {@linkcode SECRETS} or others. */
export function shellText(
  operations: readonly Operation[],
  secrets: Readonly<Record<string, string>> = SECRETS,
): string {
  return shellOf(operations, {
    secret: (name) => {
      const value = secrets[name];
      if (value === undefined) throw new RangeError(`There is no secret "${name}"`);
      return value;
    },
    file: (path) => btoa(`content of ${path}\n`),
  });
}

/** A home folder of a test's own, with a `bin` before everything else in PATH. */
export class Home {
  /** Where it is. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes a home, gives it to a function, and removes it. */
  static async use<T>(work: (home: Home) => Promise<T>): Promise<T> {
    const home = new Home(await Deno.makeTempDir({ prefix: "sextant-home-" }));
    await Deno.mkdir(`${home.path}/bin`);
    try {
      return await work(home);
    } finally {
      await Deno.remove(home.path, { recursive: true });
    }
  }

  /** Runs shell text in it as a script's step runs: from the home, without standard input. */
  async run(shell: string, text: string, path = this.#path): Promise<Ended> {
    const [program = "sh", ...args] = SHELLS.get(shell) ?? [pathTo(shell) ?? shell];
    // One argument may not be longer than 128 KB, a script may.
    const script = `bin/script-${crypto.randomUUID()}`;
    await this.write(script, text);
    const output = await new Deno.Command(program, {
      args: [...args, script],
      cwd: this.path,
      env: { HOME: this.path, PATH: path },
      clearEnv: true,
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  }

  /** A PATH of its own `bin` and of some programs of this machine, and of nothing else. */
  async pathOf(...programs: readonly string[]): Promise<string> {
    await Deno.mkdir(`${this.path}/tools`);
    for (const name of programs) {
      const path = pathTo(name);
      if (path === undefined) throw new Error(`This machine has no ${name}`);
      await Deno.symlink(path, `${this.path}/tools/${name}`);
    }
    return `${this.path}/bin:${this.path}/tools`;
  }

  get #path(): string {
    return `${this.path}/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  }

  /** Runs operations as one step. */
  do(shell: string, ...operations: readonly Operation[]): Promise<Ended> {
    return this.run(shell, shellText(operations));
  }

  /** Puts a program into its `bin`. */
  async program(name: string, script: string): Promise<void> {
    await this.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(`${this.path}/bin/${name}`, 0o755);
  }

  /** Writes a file. */
  async write(path: string, text: string): Promise<void> {
    const full = `${this.path}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(full, text);
  }

  /** Reads a file. */
  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.path}/${path}`);
  }

  /** Octal mode of a file. */
  async mode(path: string): Promise<string> {
    return ((await Deno.stat(`${this.path}/${path}`)).mode! & 0o777).toString(8);
  }

  /** Names in a folder, sorted. */
  async list(path: string): Promise<readonly string[]> {
    return (await Array.fromAsync(Deno.readDir(`${this.path}/${path}`))).map(({ name }) => name)
      .toSorted();
  }
}

/** Which shells a test is for. */
export interface ShellTestOptions {
  /** Programs that the test plays; a shell that brings its own of that name is left out. */
  readonly plays?: readonly string[];
}

/** Declares a test for every shell of this machine. */
export function testInShells(
  name: string,
  work: (home: Home, shell: string) => Promise<void>,
  { plays = [] }: ShellTestOptions = {},
): void {
  for (const shell of SHELLS.keys()) {
    if (shell.startsWith("busybox") && plays.some((program) => OWN_OF_BUSYBOX.has(program))) {
      continue;
    }
    Deno.test(`${name} (${shell})`, () => Home.use((home) => work(home, shell)));
  }
}

// Programs that busybox may run in place of those in PATH.
const OWN_OF_BUSYBOX: ReadonlySet<string> = new Set([
  "cp",
  "date",
  "df",
  "id",
  "mkdir",
  "mv",
  "rm",
  "wget",
]);

function pathTo(program: string): string | undefined {
  return ["/usr/bin", "/bin"].map((folder) => `${folder}/${program}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}
