// @ts-types="@types/ssh2"
import type * as ssh2 from "ssh2";

/** Loads ssh2 when it is first needed: few commands need it, and it takes a while. */
export async function loadSsh2(): Promise<typeof ssh2> {
  // @ts-types="@types/ssh2"
  const module: typeof ssh2 & { readonly default?: typeof ssh2 } = await import("ssh2");
  // In the bundle of the binary, what the package exports is its default alone.
  return module.default ?? module;
}
