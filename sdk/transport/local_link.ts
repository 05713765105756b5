import type { CommandEnd, Link, Receive, RemoteCommand } from "./link.ts";
import { OWN_GROUP } from "./own_group.ts";
import { pause } from "./pause.ts";
import type { StreamName } from "./transport.ts";

/** Where and how local scripts run. */
export interface LocalOptions {
  /** Working directory; the current one by default. */
  readonly cwd?: string | undefined;
  /** Environment variables in addition to this process's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Commands on this machine. */
export class LocalLink implements Link {
  readonly #options: LocalOptions;
  readonly #commands = new Set<LocalCommand>();

  /** Makes a link; nothing runs yet. */
  constructor(options: LocalOptions) {
    this.#options = options;
  }

  /** Starts a command with `sh`. */
  start(command: string, receive: Receive): Promise<RemoteCommand> {
    const child = this.#spawn(["-c", OWN_GROUP, "sh", command], "piped");
    const started = new LocalCommand(child, receive);
    this.#commands.add(started);
    return Promise.resolve(started);
  }

  /** Runs a command with this process's own streams. */
  async interact(shell: string): Promise<number> {
    // Ctrl-C is meant for the command; this process waits for what the command makes of it.
    const leave = (): void => {};
    Deno.addSignalListener("SIGINT", leave);
    try {
      return (await this.#spawn(["-c", shell], "inherit").status).code;
    } finally {
      Deno.removeSignalListener("SIGINT", leave);
    }
  }

  /** Ends what was started, as far as it listens to the end of its input. */
  async close(): Promise<void> {
    for (const command of this.#commands) command.close();
    await Promise.all(Array.from(this.#commands, (command) => command.ended));
    this.#commands.clear();
  }

  #spawn(args: readonly string[], streams: "piped" | "inherit"): Deno.ChildProcess {
    const { cwd, env } = this.#options;
    return new Deno.Command("sh", {
      args: [...args],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: { ...env } }),
      stdin: streams,
      stdout: streams,
      stderr: streams,
    }).spawn();
  }
}

class LocalCommand implements RemoteCommand {
  readonly ended: Promise<CommandEnd>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #outputs: readonly ReadableStreamDefaultReader<Uint8Array>[];
  #written: Promise<unknown> = Promise.resolve();

  constructor(child: Deno.ChildProcess, receive: Receive) {
    this.#input = child.stdin.getWriter();
    this.#outputs = [child.stdout.getReader(), child.stderr.getReader()];
    const names: readonly StreamName[] = ["stdout", "stderr"];
    const reading = this.#outputs.map((reader, index) => readAll(reader, names[index]!, receive));
    this.ended = this.#end(child, reading);
  }

  write(bytes: Uint8Array): void {
    // A command that has ended takes no input; `ended` tells, and the caller watches that.
    this.#written = this.#input.write(bytes).catch(() => {});
  }

  close(): void {
    this.#written = this.#written.then(() => this.#input.close()).catch(() => {});
  }

  async #end(child: Deno.ChildProcess, reading: readonly Promise<void>[]): Promise<CommandEnd> {
    const { code, signal } = await child.status;
    // What it wrote is in the pipes; but a process that it left behind may hold them open for ever.
    const read = new AbortController();
    const rest = Promise.all(reading).then(() => read.abort());
    await pause(OUTPUT_MILLISECONDS, read.signal).catch(() => {});
    await Promise.all(this.#outputs.map((reader) => reader.cancel().catch(() => {})));
    await rest;
    await this.#input.abort().catch(() => {});
    return { exitCode: signal === null ? code : undefined };
  }
}

const OUTPUT_MILLISECONDS = 200;

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stream: StreamName,
  receive: Receive,
): Promise<void> {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    receive(stream, value);
  }
}
