// @ts-types="@types/ssh2"
import type * as ssh2 from "ssh2";

/** Loads ssh2 when it is first needed: few commands need it, and it takes a while. */
export async function loadSsh2(): Promise<Omit<typeof ssh2, "default">> {
  // @ts-types="@types/ssh2"
  const { default: exports } = await import("ssh2");
  // The default alone is there in the bundle of the binary, too.
  return exports;
}
