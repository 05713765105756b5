import { Buffer } from "node:buffer";
import { constants } from "node:os";
// @ts-types="@types/ssh2"
import type { Client, ClientChannel, ExecOptions } from "ssh2";
import { messageOf } from "../errors.ts";
import { Limit } from "./limit.ts";
import type { CommandEnd, Link, Receive, RemoteCommand } from "./link.ts";
import { pause, within } from "./pause.ts";
import { shellCommand } from "./protocol.ts";
import { lostError } from "./ssh2_errors.ts";
import { type InteractiveCommand, Terminal, type TerminalSize } from "./terminal.ts";
import type { Target } from "./transport.ts";
import type { Wire } from "./wire.ts";

/** Commands on a host, each in a channel of one SSH connection. */
export class Ssh2Link implements Link {
  /** Settles when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #client: Client;
  readonly #wire: Wire;
  readonly #target: Target;
  readonly #sessions = new Limit(SESSION_LIMIT);
  readonly #commands = new Set<ChannelCommand>();
  #failure: unknown;
  #forwardsAgent: boolean;

  /** Takes over a client that is logged in, and what it speaks over. */
  constructor(client: Client, wire: Wire, target: Target) {
    this.#client = client;
    this.#wire = wire;
    this.#target = target;
    this.#forwardsAgent = target.forwardAgent ?? false;
    this.closed = new Promise((resolve) => client.on("close", () => resolve()));
    client.on("error", (error) => this.#failure ??= error);
  }

  /** Starts a command in a channel of its own. */
  async start(command: string, receive: Receive): Promise<RemoteCommand> {
    return await this.#start(command, receive, {});
  }

  /** Runs a command with this process's terminal where there is one, and its standard streams otherwise. */
  async interact(shell: string): Promise<number> {
    const terminal = new Terminal();
    const size = terminal.size;
    const pty = size && { term: terminal.kind, rows: size.rows, cols: size.columns };
    const command = await this.#start(
      shellCommand(shell),
      (stream, bytes) => terminal.show(stream, bytes),
      pty ? { pty } : {},
    );
    const leave = terminal.attach(command);
    try {
      const { exitCode } = await command.ended;
      if (exitCode !== undefined) return exitCode;
      throw lostError(this.#target, "the command ended without an exit status", this.#failure);
    } finally {
      leave();
    }
  }

  /**
   * Has the host connect to another one.
   *
   * @throws {Error} What ssh2 gives, with the server's `reason`.
   */
  forward(address: string, port: number): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      // ssh2 forgets the callback of a channel that is being opened when the connection ends.
      void this.closed.then(() => reject(new Error("the connection is closed")));
      this.#client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
        if (error) reject(error);
        else resolve(channel);
      });
    });
  }

  /**
   * Has the host listen at a port of its loopback address, and hands over each connection to it.
   *
   * @throws {Error} What ssh2 gives.
   */
  lend(port: number, receive: (channel: ClientChannel) => void): Promise<void> {
    this.#client.on("tcp connection", (_, accept) => receive(accept()));
    return new Promise((resolve, reject) => {
      void this.closed.then(() => reject(new Error("the connection is closed")));
      this.#client.forwardIn("127.0.0.1", port, (error) => error ? reject(error) : resolve());
    });
  }

  /** Lets the host's shells clear up after themselves, and ends the connection: one round trip. */
  async close(): Promise<void> {
    const commands = [...this.#commands];
    for (const command of commands) command.close();
    // A server drops what it has not passed on yet when the connection ends, so the shells must have ended first.
    await within(Promise.all(commands.map(({ ended }) => ended)), CLOSE_MILLISECONDS);
    this.#client.end();
    this.#client.destroy();
    await within(this.closed, CLOSE_MILLISECONDS);
    await this.#wire.release();
  }

  async #start(command: string, receive: Receive, options: ExecOptions): Promise<ChannelCommand> {
    const leave = await this.#sessions.enter();
    try {
      const started = await this.#open(command, receive, options);
      this.#commands.add(started);
      void started.ended.then(() => {
        this.#commands.delete(started);
        leave();
      });
      return started;
    } catch (error) {
      leave();
      throw lostError(this.#target, messageOf(this.#failure ?? error), error);
    }
  }

  /** A server frees a channel only some time after its command has ended; a refused one has not begun. */
  async #open(command: string, receive: Receive, options: ExecOptions): Promise<ChannelCommand> {
    for (let attempt = 0;; attempt++) {
      try {
        const agentForward = this.#forwardsAgent;
        return await this.#exec(command, receive, { ...options, agentForward });
      } catch (error) {
        const isRefused = isRefusedChannel(error);
        // As ssh does: a server that forwards no agent gets the command without.
        const isAgentRefused = !isRefused && this.#forwardsAgent && this.#failure === undefined;
        if (isAgentRefused) this.#forwardsAgent = false;
        else if (!isRefused || attempt >= OPEN_ATTEMPTS) throw error;
      }
      await pause(Math.min(100, 2 << attempt));
    }
  }

  #exec(
    command: string,
    receive: Receive,
    // ssh2 knows the option here, too; its types do not.
    options: ExecOptions & { readonly agentForward: boolean },
  ): Promise<ChannelCommand> {
    return new Promise((resolve, reject) => {
      // ssh2 forgets the callback of a channel that is being opened when the connection ends.
      void this.closed.then(() => reject(new Error("the connection is closed")));
      this.#client.exec(command, options, (error, channel) => {
        // At once: the end of a short command may stand in the same packet, and is told only once.
        if (error) reject(error);
        else resolve(new ChannelCommand(channel, receive));
      });
    });
  }
}

// A server allows ten by default, and counts one for a while after it has ended.
const SESSION_LIMIT = 6;
const OPEN_ATTEMPTS = 30;
const CLOSE_MILLISECONDS = 1000;
const OPEN_CONNECT_FAILED = 2;

function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && "reason" in error && error.reason === OPEN_CONNECT_FAILED;
}

/** A command in a channel. */
class ChannelCommand implements RemoteCommand, InteractiveCommand {
  readonly ended: Promise<CommandEnd>;
  readonly #channel: ClientChannel;

  constructor(channel: ClientChannel, receive: Receive) {
    this.#channel = channel;
    channel.on("data", (bytes: Uint8Array) => receive("stdout", bytes));
    channel.stderr.on("data", (bytes: Uint8Array) => receive("stderr", bytes));
    // What failed is told by the end; an error that nobody hears ends the process.
    channel.on("error", () => {});
    this.ended = new Promise((resolve) => {
      let exitCode: number | undefined;
      channel.on(
        "exit",
        (code: number | null, signal?: string) => exitCode = toExitCode(code, signal),
      );
      // Neither a code nor a signal: the connection was lost, whatever else it looks like.
      channel.on("close", () => resolve({ exitCode }));
    });
  }

  write(bytes: Uint8Array): void {
    if (this.#channel.writable) this.#channel.write(Buffer.from(bytes));
  }

  endInput(): void {
    this.#channel.end();
  }

  resize({ rows, columns }: TerminalSize): void {
    this.#channel.setWindow(rows, columns, 0, 0);
  }

  close(): void {
    this.#channel.end();
    // A process that was left behind may hold the streams open for ever.
    void within(this.ended, CLOSE_MILLISECONDS).then((end) => end ?? this.#channel.close());
  }
}

function toExitCode(code: number | null, signal: string | undefined): number | undefined {
  if (code !== null) return code;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? undefined : 128 + number;
}
