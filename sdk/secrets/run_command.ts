/**
 * Runs the `$(command)`s of a secrets file in a local shell.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { stopChild, throwIfCancelled } from "./cancel.ts";

/** How a command ended. */
export interface CommandResult {
  /** Exit status. */
  readonly exitCode: number;
  /** Its output: a secret. */
  readonly stdout: Uint8Array;
  /** What it complained about. */
  readonly stderr: string;
}

/**
 * Runs a command of a secrets file.
 *
 * @param variables Environment variables on top of the usual ones: the earlier secrets that the command names.
 */
export type RunCommand = (
  command: string,
  variables: Readonly<Record<string, string>>,
) => Promise<CommandResult>;

/** Where and how commands run. */
export interface CommandRunnerOptions {
  /** Folder that they run in. */
  readonly root: string;
  /** Their whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends a running command. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a function that runs a command with `/bin/sh`, without standard input, so that a password manager that wants
 * to ask fails instead of waiting unseen.
 *
 * The function throws a {@linkcode SextantError} `CANCELLED` once the signal is aborted.
 */
export function commandRunner({ root, env, signal }: CommandRunnerOptions): RunCommand {
  return async (command, variables) => {
    throwIfCancelled(signal);
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", shellText(command)],
      cwd: root,
      clearEnv: true,
      env: { ...env, ...variables },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stop = (): void => stopChild(child);
    signal?.addEventListener("abort", stop);
    try {
      const [stdout, stderr] = await Promise.all([
        readToEnd(child.stdout, signal),
        readToEnd(child.stderr, signal),
      ]);
      const { code } = await child.status;
      throwIfCancelled(signal);
      return { exitCode: code, stdout, stderr: new TextDecoder().decode(stderr) };
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  };
}

/** Kamal hands `$SECRETS` to `kamal secrets extract` as one word, whatever is in it. */
function shellText(command: string): string {
  return /^\s*kamal\s+secrets\s/.test(command) ? `set -f; IFS=; ${command}` : command;
}

/** Reads until the end, or until the abort: what a killed shell has started may hold the pipe open for long. */
async function readToEnd(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel();
  signal?.addEventListener("abort", stop);
  const chunks: Uint8Array[] = [];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks);
}
