/**
 * What all scripts of a run share.
 *
 * @module
 */

import type { ImageLayer } from "../operations/image_size.ts";
import type { Session } from "../transport/transport.ts";
import type { Effects } from "./effects.ts";
import type { Event, Failure, HostWarning } from "./event.ts";
import type { Latches } from "./latches.ts";
import type { Ledger } from "./ledger.ts";

/** What all scripts of a run share. */
export interface RunContext {
  /** Open hosts by name, this machine among them. */
  readonly sessions: ReadonlyMap<string, Session>;
  /** The user's functions, secrets and files. */
  readonly effects: Effects;
  /** Layers of images that were built in this run, by image. */
  readonly layers: Map<string, readonly ImageLayer[]>;
  /** Takes events. */
  readonly emit: (event: Event) => void;
  /** Steps that others wait for. */
  readonly latches: Latches;
  /** What has become of each step. */
  readonly ledger: Ledger;
  /** Takes failures. */
  readonly fail: (failure: Failure) => void;
  /** Takes warnings. */
  readonly warn: (warning: HostWarning) => void;
  /** Takes the answers of hosts that have moved. */
  readonly moved: Map<string, string>;
  /** Seconds since the run began. */
  readonly elapsed: () => number;
}
