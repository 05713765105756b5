import type { StreamName } from "./transport.ts";

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** Lines. */
  readonly rows: number;
  /** Characters per line. */
  readonly columns: number;
}

/** A command that can be talked to by hand. */
export interface InteractiveCommand {
  /** Sends input. */
  write(bytes: Uint8Array): void;
  /** Says that there is no more input. */
  endInput(): void;
  /** Says that the terminal has another size now. */
  resize(size: TerminalSize): void;
}

/** This process's terminal, or its standard streams where they are none. */
export class Terminal {
  readonly #isTerminal = Deno.stdin.isTerminal();

  /** The terminal's size; `undefined` without a terminal. */
  get size(): TerminalSize | undefined {
    return this.#isTerminal ? Deno.consoleSize() : undefined;
  }

  /** What kind of terminal it is, as `TERM` says. */
  get kind(): string {
    return Deno.env.get("TERM") ?? "vt100";
  }

  /** Shows output; drops it where nobody reads any more. */
  show(stream: StreamName, bytes: Uint8Array): void {
    const output = stream === "stdout" ? Deno.stdout : Deno.stderr;
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(output.writeSync(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  /**
   * Gives input to a command, each key as it is pressed, until the function that it gives is called.
   * One key that is pressed after that may still be swallowed: a read that has begun cannot be taken back.
   */
  attach(command: InteractiveCommand): () => void {
    let isAttached = true;
    const resize = (): void => command.resize(Deno.consoleSize());
    if (this.#isTerminal) {
      Deno.stdin.setRaw(true);
      if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", resize);
    }
    void pump(command, () => isAttached);
    return () => {
      isAttached = false;
      if (!this.#isTerminal) return;
      Deno.stdin.setRaw(false);
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", resize);
    };
  }
}

async function pump(command: InteractiveCommand, isAttached: () => boolean): Promise<void> {
  const buffer = new Uint8Array(16_384);
  while (isAttached()) {
    const count = await Deno.stdin.read(buffer);
    if (!isAttached()) return;
    if (count === null) return command.endInput();
    command.write(buffer.slice(0, count));
  }
}
