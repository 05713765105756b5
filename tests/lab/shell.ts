/**
 * Runs the machine's own programs: the lab is made of `ip`, `nsenter`, `dockerd` and `sshd`.
 *
 * @module
 */

/** System folders only, so that a newer Docker client in /usr/local never stands before Debian's. */
export const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** A part of the lab could not be made, changed or removed. */
export class LabError extends Error {
  override readonly name = "LabError";
}

/** What a program left behind. */
export interface Output {
  /** Exit status; 128 and more for an end by a signal. */
  readonly code: number;
  /** Standard output as text. */
  readonly stdout: string;
  /** Standard error as text. */
  readonly stderr: string;
}

/** How a program is started. */
export interface RunOptions {
  /** Variables on top of the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder to start in. @default {the caller's} */
  readonly cwd?: string;
  /** Text for standard input. @default {nothing} */
  readonly input?: string;
}

/** Runs a program to its end and gives its output, whatever the status. */
export async function attempt(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  const child = new Deno.Command(program, {
    args: [...args],
    env: { PATH: SYSTEM_PATH, LC_ALL: "C", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    options.input === undefined ? undefined : feed(child, options.input),
  ]);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/**
 * Runs a program that must succeed and gives its standard output.
 *
 * @throws {LabError} If it ends with another status than 0; carries the end of its output.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const output = await attempt(program, args, options);
  if (output.code === 0) return output.stdout;
  const said = `${output.stdout}\n${output.stderr}`.trim().slice(-2000);
  throw new LabError(`${program} ${args.join(" ")} ended with status ${output.code}: ${said}`);
}

/**
 * Asks until the answer is yes.
 *
 * @throws {LabError} If it is still no after the given time; names what was waited for.
 */
export async function until(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!await isTrue()) {
    if (Date.now() > end) throw new LabError(`Waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * Waits for all of them like `Promise.all`, but also after one failed: nothing goes on behind the
 * back of whoever cleans up then.
 */
export async function allDone<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return await Promise.all(promises) as unknown as T;
}

/** Tells whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function feed(child: Deno.ChildProcess, input: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    // The program ended without reading it all; its status says the rest.
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
