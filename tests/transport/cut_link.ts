import type { CommandEnd, Link, Receive, RemoteCommand } from "../../sdk/transport/link.ts";

/** When a link is cut, and what its host notices of that. */
export interface Cut {
  /** Bytes of input that still pass. */
  readonly input: number;
  /** Bytes of output that still pass. */
  readonly output: number;
  /**
   * `closed`: the host sees the end of the input. `stalled`: it sees nothing, and waits.
   * `late`: as `stalled`, and the input that was on its way arrives when {@linkcode CutLink.deliver} is called.
   */
  readonly host: "closed" | "stalled" | "late";
}

/** A link that fails when it has carried a given number of bytes, as a network does. */
export class CutLink implements Link {
  readonly #inner: Link;
  readonly #cut: Cut;
  readonly #late: (() => void)[] = [];
  readonly #commands: RemoteCommand[] = [];
  #input = "";

  /** Makes the link's first command fail; what it starts runs over `inner`. */
  constructor(inner: Link, cut: Cut) {
    this.#inner = inner;
    this.#cut = cut;
  }

  /** Starts a command that will be cut off. */
  async start(command: string, receive: Receive): Promise<RemoteCommand> {
    const lost = Promise.withResolvers<CommandEnd>();
    let input = this.#cut.input;
    let output = this.#cut.output;
    let isCut = false;
    const inner = await this.#inner.start(command, (stream, bytes) => {
      if (isCut) return;
      const passed = bytes.subarray(0, output);
      output -= passed.length;
      if (passed.length > 0) receive(stream, passed);
      if (passed.length < bytes.length) cut();
    });
    this.#commands.push(inner);
    const cut = (): void => {
      isCut = true;
      if (this.#cut.host === "closed") inner.close();
      lost.resolve({ exitCode: undefined });
    };
    return {
      ended: Promise.race([lost.promise, inner.ended]),
      write: (bytes) => {
        this.#input += new TextDecoder().decode(bytes.subarray(0, 64));
        if (isCut) return;
        const rest = bytes.subarray(input);
        const passed = bytes.subarray(0, bytes.length - rest.length);
        input -= passed.length;
        if (passed.length > 0) inner.write(passed);
        if (rest.length === 0) return;
        if (this.#cut.host === "late") this.#late.push(() => inner.write(rest));
        cut();
      },
      close: () => {},
    };
  }

  /** What was on its way arrives after all. */
  deliver(): void {
    for (const arrive of this.#late.splice(0)) arrive();
  }

  /** A cut link has no terminal. */
  interact(): Promise<number> {
    return Promise.reject(new Error("no terminal"));
  }

  /** Does nothing: whoever is cut off cannot say good-bye. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The host finds out at last; call it when the test is over. */
  async end(): Promise<void> {
    for (const command of this.#commands) command.close();
    await this.#inner.close();
    // A host keeps for a day what a lost connection began; this one is needed again.
    const [token] = /^[0-9a-f]{32}/.exec(this.#input) ?? [];
    const directory = `/dev/shm/sextant-${Deno.uid()}-${token}`;
    await Deno.remove(directory, { recursive: true }).catch(() => {});
  }
}
