/**
 * Runs a password manager's program: words, no shell.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { SextantError } from "../../errors.ts";
import { stopChild, throwIfCancelled } from "../cancel.ts";

/** How a program is called. */
export interface ProgramCall {
  /** The program and its arguments; no secret among them, since every user of the machine can read them. */
  readonly words: readonly [string, ...string[]];
  /** Variables on top of the usual ones. @default {none} */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it may ask whoever sits at the terminal. @default {false} */
  readonly asks?: boolean;
}

/** How a program ended. */
export interface ProgramResult {
  /** Exit status. */
  readonly exitCode: number;
  /** Its output: a secret. */
  readonly stdout: string;
  /** What it complained about; empty where it spoke to the terminal itself. */
  readonly stderr: string;
}

/** Runs a program to its end; gives `undefined` where it is not installed. */
export type RunProgram = (call: ProgramCall) => Promise<ProgramResult | undefined>;

/** Where and how programs run. */
export interface ProgramRunnerOptions {
  /** Folder that they run in. */
  readonly root: string;
  /** Their whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether there is a terminal, and it may be used to ask. */
  readonly isInteractive: boolean;
  /** Ends a running program. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a function that runs programs. One that may not ask gets no standard input, so that it fails instead of waiting
 * unseen.
 *
 * The function throws a {@linkcode SextantError}: `CANCELLED` once the signal is aborted, `SECRET_MISSING` if the
 * program is there and cannot be started.
 */
export function programRunner(options: ProgramRunnerOptions): RunProgram {
  const { signal } = options;
  return async (call) => {
    throwIfCancelled(signal);
    const child = start(call, options);
    if (child === undefined) return undefined;
    const stop = (): void => stopChild(child);
    signal?.addEventListener("abort", stop);
    try {
      const [stdout, stderr] = await Promise.all([
        textOf(child.stdout, signal),
        canAsk(call, options) ? "" : textOf(child.stderr, signal),
      ]);
      const { code } = await child.status;
      throwIfCancelled(signal);
      return { exitCode: code, stdout, stderr };
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  };
}

function canAsk({ asks }: ProgramCall, { isInteractive }: ProgramRunnerOptions): boolean {
  return asks === true && isInteractive;
}

function start(call: ProgramCall, options: ProgramRunnerOptions): Deno.ChildProcess | undefined {
  const [program, ...args] = call.words;
  const terminal = canAsk(call, options);
  try {
    return new Deno.Command(program, {
      args,
      cwd: options.root,
      clearEnv: true,
      env: { ...options.env, ...call.env },
      stdin: terminal ? "inherit" : "null",
      stdout: "piped",
      stderr: terminal ? "inherit" : "piped",
    }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const why = cause instanceof Deno.errors.PermissionDenied ? ": permission denied" : "";
    throw new SextantError("SECRET_MISSING", `${program} cannot be started${why}`, {
      hint: `See which file it is, and whether it may be run: command -v ${program}`,
      cause,
    });
  }
}

/** Reads until the end, or until the abort: what a killed program has started may hold the pipe open for long. */
async function textOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  try {
    await stream.pipeTo(sink, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return Buffer.concat(chunks).toString("utf8");
}
