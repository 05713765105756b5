/**
 * How scripts reach a host: the contract that every kind of transport keeps.
 *
 * @module
 */

/** Where a host is and how to log in. */
export interface Target {
  /** The host, as the user wrote it; names it in events and errors. */
  readonly name: string;
  /** Address or name to connect to. */
  readonly address: string;
  /** Port of the SSH server. */
  readonly port: number;
  /** Login name. */
  readonly user: string;
  /** Private key files in the place of the transport's own. */
  readonly keys?: readonly string[] | undefined;
  /** Whether no other keys are offered, whatever the transport does otherwise. */
  readonly keysOnly?: boolean | undefined;
  /** Files of known hosts in the place of the transport's own; new keys go to the first. */
  readonly knownHosts?: readonly string[] | undefined;
  /** Whether a host whose key is not on file is refused, whatever the transport does otherwise. */
  readonly isStrict?: boolean | undefined;
  /** Hosts to go through, the nearest first; none is not the same as `undefined`, where a file of SSH may name some. */
  readonly jumps?: readonly Jump[] | undefined;
  /** Command on this machine whose standard input and output are the connection, `%h`, `%p` and `%r` not filled in. */
  readonly proxyCommand?: string | undefined;
  /** Whether the host may ask this machine's ssh-agent. */
  readonly forwardAgent?: boolean | undefined;
  /** Port of this machine that the host reaches at the same port of its own loopback address; `undefined` for none. */
  readonly lentPort?: number | undefined;
}

/** A host on the way to another. */
export type Jump = Pick<
  Target,
  "address" | "port" | "user" | "keys" | "knownHosts" | "isStrict"
>;

/** One step of a script. */
export interface ScriptStep {
  /** What the host's `sh` runs; holds secrets, so it is never shown. */
  readonly shell: string;
  /** What the step does, as data, for transports that do not speak shell. */
  readonly operations: readonly { readonly kind: string }[];
}

/** Steps that go to a host together: one exchange. */
export interface Script {
  /** Runs in this order, each in a shell of its own, without standard input. */
  readonly steps: readonly ScriptStep[];
  /** Goes on after a failed step instead of ending there. */
  readonly keepGoing?: boolean;
}

/** How one step ended. */
export interface StepResult {
  /** Exit status; `undefined` when the step was cut short or never began. */
  readonly exitCode: number | undefined;
  /** Standard output, exactly. */
  readonly stdout: string;
  /** Standard error, exactly. */
  readonly stderr: string;
  /** How long it took by the host's clock. */
  readonly seconds: number;
}

/** Which of a step's streams a piece of output came from. */
export type StreamName = "stdout" | "stderr";

/** What may be watched and stopped while a script runs. */
export interface RunOptions {
  /** Ends the script's processes on the host; the session stays usable. */
  readonly signal?: AbortSignal | undefined;
  /** A step has begun. */
  readonly onBegin?: ((step: number) => void) | undefined;
  /** A step has written something. */
  readonly onOutput?: ((step: number, stream: StreamName, text: string) => void) | undefined;
  /** A step has ended. */
  readonly onEnd?: ((step: number, result: StepResult) => void) | undefined;
}

/** An open host. */
export interface Session {
  /** The host it is open to. */
  readonly target: Target;
  /** How many scripts were sent and answered. */
  readonly exchanges: number;
  /**
   * Runs a script and gives one result per step, in order; steps that never began have no exit code.
   * Picks a lost connection up again, so that nothing runs twice.
   *
   * @throws {HostError} `CONNECTION_LOST` if the host cannot be reached again. An aborted signal does not throw:
   * the steps that it cut short have no exit code.
   */
  run(script: Script, options?: RunOptions): Promise<readonly StepResult[]>;
  /**
   * Hands this terminal to an interactive command on the host and gives its exit code.
   *
   * @throws {SextantError} `USAGE` where the transport has no terminal to hand over.
   */
  interact(shell: string): Promise<number>;
  /** Ends the session; never throws. */
  close(): Promise<void>;
}

/** What a connection may be told. */
export interface ConnectOptions {
  /** Stops connecting. */
  readonly signal?: AbortSignal | undefined;
  /** A script to run at once, while connecting, without a round trip of its own; it must hold no secrets. */
  readonly first?: Script | undefined;
}

/** A session, and the answer to the script it was opened with. */
export interface Connection {
  /** The open host. */
  readonly session: Session;
  /** Results of `first`, empty without one. */
  readonly first: readonly StepResult[];
}

/** A way to reach hosts. */
export interface Transport {
  /**
   * Opens a session.
   *
   * @throws {HostError} `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED` or `LOGIN_REFUSED`.
   */
  connect(target: Target, options?: ConnectOptions): Promise<Connection>;
}
