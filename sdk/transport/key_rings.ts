import { type KeyOptions, KeyRing } from "./keys.ts";
import type { Target } from "./transport.ts";

/** The keys of each host: hosts with the same key files share a ring. */
export class KeyRings {
  readonly #options: KeyOptions;
  readonly #rings = new Map<string, KeyRing>();

  /** Makes the rings as they are needed; nothing is read yet. */
  constructor(options: KeyOptions) {
    this.#options = options;
  }

  /** The keys to log in to a host with. */
  of({ keys = this.#options.keys, keysOnly = false }: Target): KeyRing {
    return this.#ring({ keys, keysOnly: keysOnly || (this.#options.keysOnly ?? false) });
  }

  /** The keys to log in to a jump host with: every key that there is, its own and those of the hosts first. */
  ofJump({ keys = [] }: Target): KeyRing {
    const all = [...keys, ...this.#options.keys ?? []];
    return this.#ring({ keys: all, keysOnly: false, withDefaults: true });
  }

  #ring(own: Pick<KeyOptions, "keys" | "keysOnly" | "withDefaults">): KeyRing {
    const name = JSON.stringify([own.keys ?? null, own.keysOnly, own.withDefaults]);
    const ring = this.#rings.get(name) ?? new KeyRing({ ...this.#options, ...own });
    this.#rings.set(name, ring);
    return ring;
  }
}
