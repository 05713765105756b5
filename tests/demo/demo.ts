/**
 * `deno task demo`: the main job on real hosts of this machine, before your eyes.
 * Where no hosts can be made, the same story on simulated ones.
 *
 * @module
 */

import { canRunLab } from "../lab/lab.ts";

const ability = canRunLab();
if (ability.ok) {
  const { demo } = await import("./real_demo.ts");
  Deno.exit(await demo({ keep: Deno.args.includes("--keep") }));
} else {
  const { demo } = await import("./simulated_demo.ts");
  Deno.exit(await demo(ability.why));
}
