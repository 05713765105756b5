/**
 * An open simulated host: runs scripts as the real transports do.
 *
 * @module
 */

import { HostError, SextantError } from "../errors.ts";
import type { Outcome } from "../operations/definition.ts";
import { joinParts } from "../operations/parts.ts";
import type {
  RunOptions,
  Script,
  ScriptStep,
  Session,
  StepResult,
  Target,
} from "../transport/transport.ts";
import { withoutDocker } from "./docker.ts";
import type { Disturbance } from "./fault.ts";
import type { SimulatedHost } from "./host.ts";
import { isOperation, modelOf } from "./operation.ts";

/** A session with a simulated host. */
export class SimulatedSession implements Session {
  /** The host it is open to. */
  readonly target: Target;
  readonly #host: SimulatedHost;
  readonly #disturbance: Disturbance;
  #exchanges = 0;
  #isClosed = false;
  #turn: Promise<unknown> = Promise.resolve();

  /** Opens a session. */
  constructor(target: Target, host: SimulatedHost, disturbance: Disturbance) {
    this.target = target;
    this.#host = host;
    this.#disturbance = disturbance;
  }

  /** How many scripts were sent and answered. */
  get exchanges(): number {
    return this.#exchanges;
  }

  /**
   * Runs a script and gives one result per step; scripts of one session run one after the other.
   *
   * @throws {HostError} `CONNECTION_LOST` once the host is unreachable, or the session closed.
   */
  run(script: Script, options: RunOptions = {}): Promise<readonly StepResult[]> {
    const turn = this.#turn.then(() => this.#run(script, options));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /**
   * Never hands a terminal over: there is none.
   *
   * @throws {SextantError} `USAGE`.
   */
  interact(): Promise<number> {
    return Promise.reject(
      new SextantError("USAGE", `${this.target.name}: a simulated host has no terminal`),
    );
  }

  /** Ends the session. */
  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  async #run({ steps, keepGoing }: Script, options: RunOptions): Promise<readonly StepResult[]> {
    const results = steps.map(() => NEVER_BEGUN);
    if (options.signal?.aborted) return results;
    if (this.#isClosed) throw this.#lost("the session is closed");
    if (this.#host.unreachable) throw this.#lost(LOST);
    // What a lost connection no longer tells, the host does all the same.
    let watched = options;
    for (const [index, step] of steps.entries()) {
      if (this.#host.unreachable) watched = {};
      watched.onBegin?.(index);
      const result = await this.#step(step, watched.signal);
      if (!this.#host.unreachable) report(index, result, watched);
      results[index] = result;
      if (result.exitCode === undefined || (result.exitCode !== 0 && keepGoing !== true)) break;
    }
    if (this.#host.unreachable) {
      throw this.#lost(LOST);
    }
    this.#exchanges++;
    return results;
  }

  /** Runs a step's operations side by side; the first failure in order is the step's. */
  async #step(step: ScriptStep, signal: AbortSignal | undefined): Promise<StepResult> {
    const started = this.#host.clock.now;
    const ends = await Promise.all(
      step.operations.map((operation) => this.#operation(operation, step.shell, signal)),
    );
    const seconds = Math.round((this.#host.clock.now - started) * 100) / 100;
    const outcomes = ends.filter((end) => end !== undefined);
    if (outcomes.length < ends.length || signal?.aborted) return { ...NEVER_BEGUN, seconds };
    return { ...joinParts(outcomes), seconds };
  }

  /** Runs one operation; `undefined` where it was broken off. */
  async #operation(
    operation: { readonly kind: string },
    shell: string,
    signal: AbortSignal | undefined,
  ): Promise<Outcome | undefined> {
    if (!isOperation(operation)) {
      throw new RangeError(`A simulated host knows no operation "${operation.kind}"`);
    }
    const host = this.#host;
    const { docker, seconds, apply, cancelled } = modelOf(operation);
    const fault = this.#disturbance.begins?.(host, operation) ?? host.takeFault(operation);
    if (fault?.kind === "lose" || fault?.kind === "die") host.unreachable = true;
    if (fault?.kind === "die") return undefined;
    if (fault?.kind === "hang") return await untilAborted(signal);
    const off = docker ? withoutDocker(host) : undefined;
    const slept = await host.clock.sleep(
      off === undefined ? seconds(operation, host) : 0.01,
      signal,
    );
    if (!slept) {
      if (fault !== undefined || off !== undefined || cancelled === undefined) return undefined;
      this.#disturbance.takesEffect?.(host, operation);
      cancelled(operation, host);
      this.#disturbance.ended?.(host, operation, undefined);
      return undefined;
    }
    this.#disturbance.takesEffect?.(host, operation);
    const failure = fault?.kind === "fail" ? fault : undefined;
    const real = failure === undefined || failure.hasEffect === true
      ? off ?? apply(operation, host, shell)
      : undefined;
    const outcome = failure?.outcome ?? real!;
    this.#disturbance.ended?.(host, operation, outcome.exitCode);
    return outcome;
  }

  #lost(reason: string): HostError {
    return new HostError("CONNECTION_LOST", this.target.name, reason);
  }
}

const LOST = "the connection was lost and cannot be made again";

const NEVER_BEGUN: StepResult = { exitCode: undefined, stdout: "", stderr: "", seconds: 0 };

function report(index: number, result: StepResult, { onOutput, onEnd }: RunOptions): void {
  for (const stream of ["stdout", "stderr"] as const) {
    if (result[stream] !== "") onOutput?.(index, stream, result[stream]);
  }
  onEnd?.(index, result);
}

function untilAborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
