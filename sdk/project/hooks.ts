/**
 * Hooks as executables in a folder of the project, as Kamal has them.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { HOOK_NAMES, type HookName } from "../config/hook.ts";
import { messageOf, SextantError } from "../errors.ts";
import { type ProgramOptions, runProgram } from "./program.ts";

/** What a hook's environment tells it. */
export interface HookFacts {
  /** Name of the app. */
  readonly service: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** Version that is deployed. */
  readonly version: string;
  /** Names of the hosts that the hook is about. */
  readonly hosts: readonly string[];
  /** Roles that the user selected; `undefined` where all are meant. */
  readonly roles: readonly string[] | undefined;
  /** Who deploys. */
  readonly performer: string;
  /** When the run began, in ISO 8601. */
  readonly recordedAt: string;
  /** Whether the deploy lock is held. */
  readonly isLocked: boolean;
  /** The command, such as `deploy`, or `app` of `app boot`. */
  readonly command: string;
  /** The second word of the command, such as `boot`. */
  readonly subcommand: string | undefined;
  /** Seconds that the deploy took; for `post-deploy` alone. */
  readonly runtime: number | undefined;
}

/** How a hook is run. */
export interface HookRunOptions {
  /** Folder of the project; the hook runs in it. */
  readonly root: string;
  /** Ends the hook. */
  readonly signal?: AbortSignal | undefined;
  /** Takes each line that it writes, on either stream. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Removes secrets from a line, before anybody sees it. */
  readonly redact?: ((line: string) => string) | undefined;
}

/** Last lines of a failed hook that its error shows. */
const SHOWN_LINES = 20;

/** Finds the hooks that exist: path by name, in the order of a deploy. Whether one can be run shows when it is due. */
export async function findHooks(
  root: string,
  hooksPath: string,
): Promise<ReadonlyMap<HookName, string>> {
  const folder = resolve(root, hooksPath);
  const found = await Promise.all(HOOK_NAMES.map(async (name) => {
    const info = await statIfPresent(join(folder, name));
    return info?.isFile ? [[name, join(folder, name)] as const] : [];
  }));
  return new Map(found.flat());
}

/** The variables that a hook is given, with Kamal's names and values. */
export function hookEnvironment(facts: HookFacts): Record<string, string> {
  const { service, destination, version, roles, subcommand, runtime } = facts;
  return {
    KAMAL_RECORDED_AT: facts.recordedAt,
    KAMAL_PERFORMER: facts.performer,
    KAMAL_VERSION: version,
    // Kamal: a version with an underscore is not a plain commit and is not cut.
    KAMAL_SERVICE_VERSION: `${service}@${version.includes("_") ? version : version.slice(0, 7)}`,
    KAMAL_SERVICE: service,
    ...destination !== undefined && { KAMAL_DESTINATION: destination },
    KAMAL_HOSTS: facts.hosts.join(","),
    ...roles !== undefined && { KAMAL_ROLES: roles.join(",") },
    KAMAL_LOCK: String(facts.isLocked),
    KAMAL_COMMAND: facts.command,
    ...subcommand !== undefined && { KAMAL_SUBCOMMAND: subcommand },
    ...runtime !== undefined && { KAMAL_RUNTIME: String(Math.round(runtime)) },
  };
}

/**
 * Runs a hook to its end, without standard input.
 *
 * @param env Variables on top of this process's own.
 * @throws {SextantError} `HOOK_FAILED` if it cannot be run or its exit status is not 0; `CANCELLED` after an abort.
 */
export async function runHookFile(
  path: string,
  env: Readonly<Record<string, string>>,
  options: HookRunOptions,
): Promise<void> {
  const { root, signal, onLine, redact = (line) => line } = options;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (signal?.aborted) throw cancelled(name, signal);
  await checkExecutable(path, name);

  const lines: string[] = [];
  const code = await start(path, name, {
    root,
    env,
    signal,
    onLine(line) {
      const shown = redact(line);
      if (lines.push(shown) > SHOWN_LINES) lines.shift();
      onLine?.(shown);
    },
  });
  if (signal?.aborted) throw cancelled(name, signal);
  if (code === 0) return;
  throw new SextantError("HOOK_FAILED", `hook ${name} failed with exit status ${code}`, {
    details: lines,
    hint: `Mend ${path}, or leave hooks out with --skip-hooks.`,
  });
}

async function start(path: string, name: string, options: ProgramOptions): Promise<number> {
  try {
    return await runProgram(path, options);
  } catch (cause) {
    throw new SextantError("HOOK_FAILED", `hook ${name} could not be run: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function checkExecutable(path: string, name: string): Promise<void> {
  const info = await statIfPresent(path);
  if (info === undefined) throw new SextantError("HOOK_FAILED", `hook ${name} is gone: ${path}`);
  if (info.mode === null || (info.mode & 0o111) !== 0) return;
  throw new SextantError("HOOK_FAILED", `hook ${name} is not executable`, {
    hint: `chmod +x ${path}`,
  });
}

async function statIfPresent(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function cancelled(name: string, signal: AbortSignal): SextantError {
  return new SextantError("CANCELLED", `hook ${name} was cancelled`, { cause: signal.reason });
}
