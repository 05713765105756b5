import type { CommandEnd, Link, Receive, RemoteCommand } from "./link.ts";
import { within } from "./pause.ts";
import { CLOSE_REQUEST, loopCommand, type LoopOptions, newToken } from "./protocol.ts";
import type { StreamName } from "./transport.ts";

/** What a line does first. */
export type LineStart = Pick<LoopOptions, "first" | "attach">;

/** An open line to the shell that runs scripts on a host. */
export class Line {
  /** Changes when the host restarts; empty where the host does not tell. */
  readonly boot: string;
  /** Settles when the line is gone. */
  readonly lost: Promise<void>;
  /** Takes what comes next. */
  receive: Receive;
  readonly #command: RemoteCommand;
  #isLost = false;

  private constructor(command: RemoteCommand, greeter: Greeter) {
    this.#command = command;
    this.boot = greeter.boot;
    this.lost = command.ended.then(() => {
      this.#isLost = true;
    });
    this.receive = greeter.receive;
    greeter.receive = (stream, bytes) => this.receive(stream, bytes);
  }

  /**
   * Starts the shell, in the home directory or the current one, and waits until it says that it is ready; gives what it said instead, if it did not.
   * Bytes after the greeting go to `receive` at once. A login shell that takes longer than the given time
   * waits for something that will not come.
   */
  static async open(
    link: Link,
    home: boolean,
    start: LineStart,
    receive: Receive,
    milliseconds: number,
  ): Promise<Line | NoGreeting> {
    const greeting = newToken();
    const greeter = new Greeter(greeting, receive);
    const command = await link.start(loopCommand({ ...start, home, greeting }), greeter.take);
    const silent: CommandEnd = { exitCode: undefined };
    const answer = Promise.race([greeter.greeted, command.ended]);
    const end = await within(answer, milliseconds) ?? silent;
    if (end === "greeted") return new Line(command, greeter);
    command.close();
    return { exitCode: end.exitCode, noise: greeter.noise, isSilent: end === silent };
  }

  /** Whether the line is gone. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Sends a request, and the script that goes with it. */
  send(request: string, body = ""): void {
    this.#command.write(new TextEncoder().encode(request + body));
  }

  /** Ends the shell, which clears up after itself, and the line. */
  close(): void {
    this.send(CLOSE_REQUEST);
    this.#command.close();
  }
}

/** A shell that ended instead of greeting. */
export interface NoGreeting {
  /** Its exit status; `undefined` when the connection was lost. */
  readonly exitCode: number | undefined;
  /** The end of what it said. */
  readonly noise: string;
  /** It did not end; it only never came to greet. */
  readonly isSilent: boolean;
}

/** Keeps what a login shell prints by itself apart from what comes after the greeting. */
class Greeter {
  receive: Receive;
  boot = "";
  readonly greeted: Promise<"greeted">;
  readonly #greet: () => void;
  readonly #greeting: RegExp;
  /** What each stream that has not greeted yet has said, one character per byte. */
  readonly #heard = new Map<StreamName, string>([["stdout", ""], ["stderr", ""]]);
  #noise = "";

  constructor(greeting: string, receive: Receive) {
    const { promise, resolve } = Promise.withResolvers<"greeted">();
    this.greeted = promise;
    this.#greet = () => resolve("greeted");
    this.#greeting = new RegExp(`~${greeting} r ?(.*)\\n`);
    this.receive = receive;
  }

  get noise(): string {
    return [this.#noise, ...this.#heard.values()].map((text) => text.trim()).join("\n").trim();
  }

  readonly take: Receive = (stream, bytes) => {
    const before = this.#heard.get(stream);
    if (before === undefined) return this.receive(stream, bytes);
    const heard = before + new TextDecoder("latin1").decode(bytes);
    const greeting = this.#greeting.exec(heard);
    if (greeting === null) return void this.#heard.set(stream, heard.slice(-NOISE_LIMIT));
    this.#noise += heard.slice(0, greeting.index);
    this.#heard.delete(stream);
    this.boot = greeting[1] || this.boot;
    const rest = bytes.subarray(greeting.index + greeting[0].length - before.length);
    if (rest.length > 0) this.receive(stream, rest);
    if (this.#heard.size === 0) this.#greet();
  };
}

const NOISE_LIMIT = 4096;
