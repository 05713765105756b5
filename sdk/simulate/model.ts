/**
 * What a simulated host must know of every kind of operation.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { SimulatedHost } from "./host.ts";

/** What one kind of operation does on a simulated host. */
export interface Model<O> {
  /** Whether it needs the docker client and the Engine. */
  readonly docker: boolean;
  /** What still becomes of it once its client is ended: the Engine goes on by itself. `undefined` for nothing. */
  readonly cancelled: ((operation: O, host: SimulatedHost) => void) | undefined;
  /** Simulated seconds from its beginning to its end. */
  readonly seconds: (operation: O, host: SimulatedHost) => number;
  /** Changes the host, at its end, and says what the shell would say; `shell` is what the shell was told. */
  readonly apply: (operation: O, host: SimulatedHost, shell?: string) => Outcome;
}

/** How an operation of Docker's takes effect: its client may be ended, the Engine goes on. */
export function byEngine<O>(seconds: number, apply: Model<O>["apply"]): Model<O> {
  return { docker: true, cancelled: apply, seconds: () => seconds, apply };
}

/** How an operation takes effect that asks Docker, and ends with its client. */
export function byClient<O>(seconds: number, apply: Model<O>["apply"]): Model<O> {
  return { docker: true, cancelled: undefined, seconds: () => seconds, apply };
}

/** How an operation takes effect that the shell does alone. */
export function byShell<O>(apply: Model<O>["apply"]): Model<O> {
  return { docker: false, cancelled: undefined, seconds: () => 0.01, apply };
}

/** An operation that ended well. */
export function done(stdout = ""): Outcome {
  return { exitCode: 0, stdout, stderr: "" };
}

/** An operation that failed. */
export function failed(exitCode: number, stderr: string, stdout = ""): Outcome {
  return { exitCode, stdout, stderr: stderr === "" ? "" : `${stderr}\n` };
}

/** What the Docker Engine answers to something that cannot be done. */
export function refused(message: string, exitCode = 1): Outcome {
  return failed(exitCode, `Error response from daemon: ${message}`);
}

/** What sh says of a file in a folder that is not there. */
export function cannotCreate(path: string): Outcome {
  return failed(2, `sh: 1: cannot create ${path}: Directory nonexistent`);
}
