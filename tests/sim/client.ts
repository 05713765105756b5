/**
 * Who runs the commands of a story: what one does is told apart from what others do, and one may die in the middle.
 *
 * @module
 */

import type { Event } from "../../sdk/exec/event.ts";
import type { Operation } from "../../sdk/operations/operation.ts";
import type { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type {
  Connection,
  ConnectOptions,
  RunOptions,
  Script,
  Session,
  StepResult,
  Target,
  Transport,
} from "../../sdk/transport/transport.ts";
import type { VerbTraits } from "./verbs.ts";

/** One command's way to the hosts. */
export class Client implements Transport {
  /** What may be expected of its command. */
  readonly traits: VerbTraits;
  /** Whose words the lock holds, once it has it. */
  readonly holder: string;
  /** Settles if it dies. */
  readonly died: Promise<"died">;
  /** An event that told a secret, if any did. */
  leak: Event | undefined;
  readonly #fleet: SimulatedFleet;
  readonly #operations = new WeakSet<Operation>();
  readonly #scripts: Promise<unknown>[] = [];
  readonly #secrets = new Set<string>();
  readonly #die: () => void;
  #isDead = false;

  /** Takes whatever a command does to a fleet. */
  constructor(fleet: SimulatedFleet, traits: VerbTraits, holder: string) {
    this.#fleet = fleet;
    this.traits = traits;
    this.holder = holder;
    const { promise, resolve } = Promise.withResolvers<"died">();
    this.died = promise;
    this.#die = () => resolve("died");
  }

  /** Whether it was killed. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Whether it told a host to do something. */
  owns(operation: Operation): boolean {
    return this.#operations.has(operation);
  }

  /** Ends it at once: hosts go on with what they were told, and nobody takes anything back. */
  kill(): void {
    this.#isDead = true;
    this.#die();
  }

  /** Waits until hosts have done all that they were told. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#scripts);
  }

  /** The value of a secret, which nobody may hear of from now on. */
  learn(secret: string): string {
    const value = `value of ${secret}`;
    this.#secrets.add(value);
    return value;
  }

  /** Looks for the value of a secret in what is told. */
  hear(event: Event): void {
    // A plan knows no values to begin with, and is long.
    if (event.type === "planned" || this.#secrets.size === 0) return;
    const text = JSON.stringify(event);
    if ([...this.#secrets].some((value) => text.includes(value))) this.leak = event;
  }

  /** Opens a host. */
  async connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    this.#note(options.first);
    const connected = await this.#alive(this.#fleet.connect(target, options));
    return { ...connected, session: this.#session(connected.session) };
  }

  #session(session: Session): Session {
    return {
      target: session.target,
      get exchanges(): number {
        return session.exchanges;
      },
      run: (script, options) => this.#run(session, script, options),
      interact: (shell) => session.interact(shell),
      close: () => session.close(),
    };
  }

  #run(session: Session, script: Script, options?: RunOptions): Promise<readonly StepResult[]> {
    if (this.#isDead) return NEVER;
    this.#note(script);
    const running = session.run(script, options);
    this.#scripts.push(running);
    return this.#alive(running);
  }

  /** What comes of something, unless nobody is there any more to see it. */
  #alive<T>(work: Promise<T>): Promise<T> {
    return work.then(
      (value) => this.#isDead ? NEVER : value,
      (error) => this.#isDead ? NEVER : Promise.reject(error),
    );
  }

  #note(script: Script | undefined): void {
    for (const { operations } of script?.steps ?? []) {
      // A fleet takes nothing else.
      for (const operation of operations) this.#operations.add(operation as Operation);
    }
  }
}

const NEVER: Promise<never> = new Promise(() => {});
