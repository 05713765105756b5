/**
 * The story on simulated hosts, where no real ones can be made.
 *
 * @module
 */

import { DEPENDENCIES, type Dependencies } from "../../sdk/cli/dependencies.ts";
import type { Io } from "../../sdk/cli/io.ts";
import { main } from "../../sdk/cli/main.ts";
import { systemIo } from "../../sdk/cli/system_io.ts";
import { planVerb, runVerb } from "../../sdk/commander.ts";
import { deploy } from "../../sdk/deploy.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";
import { say } from "./say.ts";
import { play, type Stage } from "./story.ts";

const HOSTS = ["10.0.0.1", "10.0.0.2"];

const DEPLOYMENT = `import { deploy } from "@sextant/deploy";

export default deploy("shop")
  .image("acme/shop")
  .servers({ web: ["10.0.0.1", "10.0.0.2"] })
  .proxy({ host: "shop.test", healthcheck: { path: "/up" } })
  .settings({ deployTimeout: 5 });
`;

/** Plays the story; gives the exit code. */
export async function demo(why: string): Promise<number> {
  say.title("These hosts are simulated: they live in memory, and nothing is deployed anywhere");
  say.note(`Real ones cannot be made here: ${why}.`);
  const root = await Deno.makeTempDir();
  try {
    return await play(stageIn(root)) ? 0 : 1;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function stageIn(root: string): Stage {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const fleet = new SimulatedFleet({ hosts, apps: { v3: "unhealthy" }, pace: 100 });
  const app = deploy("shop").image("acme/shop").servers({ web: HOSTS })
    .proxy({ host: "shop.test", healthcheck: { path: "/up" } }).settings({ deployTimeout: 5 });
  const ways = { root, transport: fleet, local: fleet };
  const dependencies: Dependencies = {
    ...DEPENDENCIES,
    loadDeployment: () =>
      Promise.resolve({ spec: app.toSpec(), effects: app.toEffects(), file: "deploy.ts" }),
    runVerb: (deployment, verb, options) => runVerb(deployment, verb, { ...options, ...ways }),
    planVerb: (deployment, verb, options) => planVerb(deployment, verb, { ...options, ...ways }),
  };
  const io: Io = { ...systemIo(), isInteractive: false, root };
  return {
    deployment: DEPLOYMENT,
    release: () => Promise.resolve(),
    sextant: (...args) => main(args, io, dependencies),
    watch: () =>
      Promise.resolve({
        title: "From here on, every change of a host is followed by a look at what answers",
        stop: () =>
          Promise.resolve({
            lines: [
              `${fleet.journal.length} operations, ${fleet.gaps.length} moments without an answer`,
            ],
            failed: fleet.gaps.length,
          }),
      }),
  };
}
