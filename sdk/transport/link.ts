import type { StreamName } from "./transport.ts";

/** How a command on a host came to its end. */
export interface CommandEnd {
  /** Its exit status; `undefined` when the connection was lost or a signal ended it. */
  readonly exitCode: number | undefined;
}

/** A command that runs on a host, with its streams as bytes. */
export interface RemoteCommand {
  /** Settles when the command has ended, or the connection; all output has come by then. */
  readonly ended: Promise<CommandEnd>;
  /** Sends bytes to its standard input; does nothing once it has ended. */
  write(bytes: Uint8Array): void;
  /** Ends its standard input and gives its streams up; what it started may go on. */
  close(): void;
}

/** Takes what a command writes. */
export type Receive = (stream: StreamName, bytes: Uint8Array) => void;

/** One connection to a host, over which commands can be started. */
export interface Link {
  /**
   * Starts a command.
   *
   * @throws {HostError} `CONNECTION_LOST` if the connection cannot carry it.
   */
  start(command: string, receive: Receive): Promise<RemoteCommand>;
  /**
   * Runs `sh` text with this process's terminal, or its standard streams, and gives its exit code.
   *
   * @throws {HostError} `CONNECTION_LOST` if the connection ends before the command does.
   */
  interact(shell: string): Promise<number>;
  /** Ends the connection; never throws. */
  close(): Promise<void>;
}
