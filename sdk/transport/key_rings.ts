import { type KeyOptions, KeyRing } from "./keys.ts";
import type { Target } from "./transport.ts";

/** The keys of each host: hosts with the same key files share a ring. */
export class KeyRings {
  /** What is offered to jump hosts: every key that there is, those of the hosts first. */
  readonly forJumps: KeyRing;
  readonly #options: KeyOptions;
  readonly #rings = new Map<string, KeyRing>();

  /** Makes the rings as they are needed; nothing is read yet. */
  constructor(options: KeyOptions) {
    this.#options = options;
    this.forJumps = new KeyRing({ ...options, keysOnly: false, withDefaults: true });
  }

  /** The keys to log in to a host with. */
  of({ keys = this.#options.keys }: Target): KeyRing {
    const name = JSON.stringify(keys ?? null);
    const ring = this.#rings.get(name) ?? new KeyRing({ ...this.#options, keys });
    this.#rings.set(name, ring);
    return ring;
  }
}
