import { Buffer } from "node:buffer";
import { quote } from "../command.ts";
import { OWN_GROUP } from "./own_group.ts";
import { within } from "./pause.ts";
import type { Target } from "./transport.ts";
import { Wire } from "./wire.ts";

/** A connection through a command of this machine: its standard input and output. */
export class CommandWire extends Wire {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #complaints: Promise<string>;

  /** Starts a target's command. */
  constructor(command: string, target: Target) {
    super();
    this.#child = new Deno.Command("sh", {
      args: ["-c", OWN_GROUP, "sh", fillIn(command, target)],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#complaints = endOf(this.#child.stderr);
  }

  /** Reads on; called by the stream. */
  override _read(): void {
    this.#output.read().then(({ value, done }) => {
      if (done) return void this.push(null);
      this.hear(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }).catch((error) => this.fail(error));
  }

  /** Sends bytes; called by the stream. */
  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#input.write(chunk).then(() => done(), done);
  }

  /** Says that nothing more will be sent; called by the stream. */
  override _final(done: () => void): void {
    this.#input.close().then(done, done);
  }

  /** Ends the command; called by the stream. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#signal("SIGTERM");
    done(error);
  }

  /** Why the command ended by itself, if it did. */
  async failure(): Promise<string | undefined> {
    const status = await within(this.#child.status, END_MILLISECONDS);
    if (status === undefined || status.signal !== null || status.code === 0) return undefined;
    const complaint = (await within(this.#complaints, END_MILLISECONDS))?.trim();
    return `exit status ${status.code}${complaint ? `, ${complaint}` : ""}`;
  }

  /** Ends the command, gently at first. */
  override async release(): Promise<void> {
    this.#signal("SIGTERM");
    if (await within(this.#child.status, END_MILLISECONDS) === undefined) this.#signal("SIGKILL");
    await this.#child.status;
    await Promise.allSettled([this.#input.abort(), this.#output.cancel(), this.#complaints]);
  }

  #signal(signal: Deno.Signal): void {
    try {
      Deno.kill(-this.#child.pid, signal);
    } catch {
      // It has ended.
    }
  }
}

const END_MILLISECONDS = 1000;
const COMPLAINT_SIZE = 500;

/** Fills in host, port and login name, each as one word of the shell. */
function fillIn(command: string, { address, port, user }: Target): string {
  const values: Readonly<Record<string, string>> = {
    "%h": quote(address),
    "%p": String(port),
    "%r": quote(user),
    "%%": "%",
  };
  return command.replaceAll(/%[hpr%]/g, (sign) => values[sign] ?? sign);
}

/** The end of what a stream gives. */
async function endOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + piece).slice(-COMPLAINT_SIZE);
  }
  return text;
}
