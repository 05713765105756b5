/**
 * Real hosts on which a step fails because a story says so.
 *
 * @module
 */

import type {
  Connection,
  ConnectOptions,
  RunOptions,
  Script,
  ScriptStep,
  Session,
  StepResult,
  Target,
  Transport,
} from "../../sdk/transport/transport.ts";

/** Makes the first step of a kind fail on a host. */
export interface StepFault {
  /** Name of the host. */
  readonly host: string;
  /** Kind of the step's only operation. */
  readonly kind: string;
  /** Whether the step takes effect before it fails. */
  readonly isLate: boolean;
}

/** A transport that reaches hosts by another, and lets steps fail there. */
export class DisturbedTransport implements Transport {
  readonly #transport: Transport;
  readonly #pending: StepFault[];

  /** Takes what is to fail, each once. */
  constructor(transport: Transport, faults: readonly StepFault[]) {
    this.#transport = transport;
    this.#pending = [...faults];
  }

  /** Opens a session with a host. */
  async connect(target: Target, options?: ConnectOptions): Promise<Connection> {
    const { session, first } = await this.#transport.connect(target, options);
    return {
      session: new DisturbedSession(session, (step) => this.#met(target.name, step)),
      first,
    };
  }

  #met(host: string, step: ScriptStep): ScriptStep {
    const found = this.#pending.findIndex((fault) =>
      fault.host === host && step.operations.some(({ kind }) => kind === fault.kind)
    );
    if (found < 0) return step;
    const [fault] = this.#pending.splice(found, 1);
    return { ...step, shell: fault!.isLate ? `(\n${step.shell}\n)\nexit 1` : "exit 1" };
  }
}

class DisturbedSession implements Session {
  readonly #session: Session;
  readonly #met: (step: ScriptStep) => ScriptStep;

  constructor(session: Session, met: (step: ScriptStep) => ScriptStep) {
    this.#session = session;
    this.#met = met;
  }

  get target(): Target {
    return this.#session.target;
  }

  get exchanges(): number {
    return this.#session.exchanges;
  }

  run(script: Script, options?: RunOptions): Promise<readonly StepResult[]> {
    return this.#session.run({ ...script, steps: script.steps.map(this.#met) }, options);
  }

  interact(shell: string): Promise<number> {
    return this.#session.interact(shell);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
