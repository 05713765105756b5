/**
 * The deploy lock: a folder on the primary host, as Kamal makes it.
 *
 * @module
 */

import { all, any, quote, run, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Takes the lock, or fails where somebody holds it: at once, or after some time. */
export interface AcquireLock {
  /** Which operation. */
  readonly kind: "acquire-lock";
  /** Folder of the lock. */
  readonly path: string;
  /** Who takes it. */
  readonly holder: string;
  /** When, ISO 8601. */
  readonly at: string;
  /** Version that is deployed. */
  readonly version: string;
  /** Why. */
  readonly message: string;
  /** How long to wait for whoever holds it; absent for not at all. */
  readonly wait?: LockWait | undefined;
}

/** How long a held lock is waited for. */
export interface LockWait {
  /** Seconds until it has failed. */
  readonly timeout: number;
  /** Seconds between two looks. */
  readonly interval: number;
}

/** Gives the lock back. */
export interface ReleaseLock {
  /** Which operation. */
  readonly kind: "release-lock";
  /** Folder of the lock. */
  readonly path: string;
  /** Words that the lock must hold to be released; `undefined` releases it whoever holds it. */
  readonly only: string | undefined;
}

/** Shows who holds the lock. */
export interface ShowLock {
  /** Which operation. */
  readonly kind: "show-lock";
  /** Folder of the lock. */
  readonly path: string;
}

/** An operation on the lock. */
export type LockOperation = AcquireLock | ReleaseLock | ShowLock;

/** Exit status of a script that found the lock held. */
export const LOCK_HELD_STATUS = 75;

/** Exit status of a release that found no lock. */
const NO_LOCK_STATUS = 76;

/** How the lock is taken. */
export const acquireLock: Definition<AcquireLock> = {
  changes: true,
  describe: ({ path, wait }) => ({
    noun: "lock",
    subject: path,
    detail: wait && `waits up to ${wait.timeout} s`,
    minor: wait === undefined,
  }),
  render: (operation) => {
    const { path, wait } = operation;
    const take = takeText(path, encode(lockDetails(operation)));
    const refuse = `{ base64 -d ${
      quote(`${path}/details`)
    } 2>/dev/null; exit ${LOCK_HELD_STATUS}; }`;
    return all(
      run("mkdir", "-p", ".kamal"),
      text(wait === undefined ? `{ ${take} || ${refuse}; }` : waitText(take, refuse, wait)),
      text(`[ -s ${quote(`${path}/details`)} ]`),
    );
  },
  inverse: (
    operation,
  ) => [{ kind: "release-lock", path: operation.path, only: lockDetails(operation) }],
  explain: (_, { exitCode, stdout, stderr }) => {
    if (exitCode !== LOCK_HELD_STATUS) {
      return { code: "COMMAND_FAILED", message: `the lock could not be made: ${stderr.trim()}` };
    }
    return lockHeld(stdout);
  },
};

/** How the lock is given back. */
export const releaseLock: Definition<ReleaseLock> = {
  changes: true,
  describe: ({ path }) => ({ noun: "unlock", subject: path, minor: true }),
  render: ({ path, only }) => {
    const details = quote(`${path}/details`);
    // A folder without its words would be a lock that nobody holds.
    const release = text(`(trap '' HUP INT TERM; rm -f ${details} && rmdir ${quote(path)})`);
    if (only === undefined) {
      return all(text(`{ [ -d ${quote(path)} ] || exit ${NO_LOCK_STATUS}; }`), release);
    }
    // Somebody may have released it by hand and taken it since.
    return any(
      text(`[ "$(cat ${details} 2>/dev/null)" != ${quote(encode(only).trimEnd())} ]`),
      release,
    );
  },
  explain: (_, { exitCode, stderr }) =>
    exitCode === NO_LOCK_STATUS
      ? { code: "LOCK_MISSING", message: "there is no deploy lock" }
      : { code: "COMMAND_FAILED", message: `the lock could not be released: ${stderr.trim()}` },
};

/** How the lock is shown. */
export const showLock: Definition<ShowLock> = {
  changes: false,
  describe: ({ path }) => ({ noun: "lock", subject: path }),
  render: ({ path }) =>
    text(
      `if [ -d ${quote(path)} ]; then base64 -d ${
        quote(`${path}/details`)
      }; else echo 'there is no deploy lock'; fi`,
    ),
};

/** Explains a held lock by the words of its holder. */
export function lockHeld(details: string): { code: "LOCK_HELD"; message: string; hint: string } {
  const by = /^Locked by: (.*) at (\S+)$/m.exec(details);
  const version = /^Version: (.*)$/m.exec(details)?.[1];
  const message = /^Message: (.*)$/m.exec(details)?.[1];
  const holder = by === null ? "somebody" : `${by[1]} holds it since ${by[2]}`;
  const doing = [version && `version ${version}`, message].filter((part) => part).join(", ");
  return {
    code: "LOCK_HELD",
    message: `the deploy lock is held: ${
      [holder, doing && `(${doing})`].filter((part) => part).join(" ")
    }`,
    hint: "Wait for that run: --lock-wait. Only if it is dead: sextant lock release",
  };
}

/**
 * Makes the folder and writes whose it is: whoever is broken off between the two would leave a lock
 * that nobody holds, so signals wait, and a full disk takes the folder away again.
 */
function takeText(path: string, words: string): string {
  const folder = quote(path);
  return `(trap '' HUP INT TERM; mkdir ${folder} 2>/dev/null && { printf %s ${quote(words)} >${
    quote(`${path}/details`)
  } || rm -rf ${folder}; })`;
}

/** Looks again and again, for a time; a clock that is set meanwhile must not make it longer than the looks allow. */
function waitText(take: string, refuse: string, { timeout, interval }: LockWait): string {
  const looks = Math.ceil(timeout / interval);
  return `{ sx_looks=${looks}; until ${take}; do [ $sx_looks -gt 0 ] || ${refuse}
sx_looks=$((sx_looks - 1)); sleep ${interval}; done; }`;
}

// Kamal: commands/lock.rb, lock_details.
function lockDetails({ holder, at, version, message }: AcquireLock): string {
  return `Locked by: ${holder} at ${at}\nVersion: ${version}\nMessage: ${message}`;
}

// Kamal: Base64 in lines of 60, each with its newline.
function encode(details: string): string {
  const bytes = new TextEncoder().encode(details);
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll(/.{1,60}/g, "$&\n");
}
