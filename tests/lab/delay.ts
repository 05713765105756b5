/**
 * Distance: a second path to each host, on which every packet takes its time.
 *
 * @module
 */

import { delayedAddresses, delayedLinkOf, namespaceOf, type Place } from "./network.ts";
import { identify, isAlive, type LabRecord, type ProcessIdentity } from "./record.ts";
import { attempt, exists, LabError, until } from "./shell.ts";

/** The delayed paths of a lab; off until started. */
export class Delay {
  readonly #lab: LabRecord;
  readonly #places: readonly Place[];
  #process: ProcessIdentity | undefined;

  /** Paths to these hosts. */
  constructor(lab: LabRecord, places: readonly Place[]) {
    this.#lab = lab;
    this.#places = places;
  }

  /**
   * Opens the paths with a round trip of so many milliseconds; ends what runs over them before.
   *
   * @throws {LabError} If the devices cannot be made.
   */
  async start(roundTripMs: number): Promise<void> {
    if (!(roundTripMs > 0)) throw new LabError(`A round trip takes longer than ${roundTripMs} ms`);
    await this.stop();
    const hosts = this.#places.flatMap((place) => {
      const { near, far } = delayedAddresses(this.#lab, place);
      return [namespaceOf(this.#lab, place), delayedLinkOf(this.#lab, place), near, far];
    });
    const program = await Deno.readTextFile(new URL("delay.py", import.meta.url));
    const words = ["/usr/bin/python3", "-c", program, `${roundTripMs}`, ...hosts];
    // The shell leaves at once; the output ends when the program has let go of it.
    const output = await attempt("setsid", ["sh", "-c", '"$0" "$@" </dev/null &', ...words]);
    const pid = Number(output.stdout);
    if (!(pid > 0)) throw new LabError(`Cannot delay packets: ${output.stderr.trim()}`);
    this.#process = await identify(pid);
  }

  /** Closes the paths. */
  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process !== undefined && await isAlive(process)) Deno.kill(process.pid, "SIGKILL");
    await until("delayed paths to close", () => this.#isClosed());
  }

  async #isClosed(): Promise<boolean> {
    const links = this.#places.map((place) => delayedLinkOf(this.#lab, place));
    const there = await Promise.all(links.map((link) => exists(`/sys/class/net/${link}`)));
    return there.every((isThere) => !isThere);
  }
}
