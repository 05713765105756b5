/**
 * A simulated host played for real: files in a home, and a docker that prints what that host would.
 *
 * @module
 */

import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import { renderProbe } from "../../sdk/simulate/probe.ts";
import type { Home } from "../commands/shells.ts";

/** Makes a home look like a simulated host to the probe's script. */
export async function playHost(home: Home, host: SimulatedHost): Promise<void> {
  for (const [path, { text }] of host.files) await home.write(path, text);
  const lines = renderProbe(host, { service: "", labels: [] }).split("\n");
  const of = (...kinds: readonly string[]): string =>
    lines.filter((line) => kinds.includes(line.split(" ")[0]!)).map((line) => `${line}\n`).join("");
  // The file with the routes is the home's own.
  const state = `${home.path}/state/kamal-proxy.state`;
  const inspect = of("~c", "~s", "~v").replace(/^~v .*$/m, `~v ${state}`);
  const routes = /^~p (.*)$/m.exec(of("~p"))?.[1];
  await home.write("state/kamal-proxy.state", routes ?? "");
  await home.write("play/version", of("d"));
  await home.write("play/ps", listOf(host));
  await home.write("play/inspect", inspect);
  await home.write("play/image", of("~i"));
  await home.write("play/ss", of("~t").replaceAll("~t ", ""));
  await home.program(
    "docker",
    host.docker === "running"
      ? `cat "$HOME/play/$1" 2>/dev/null`
      : `echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1`,
  );
  await home.program("ss", `cat "$HOME/play/ss"`);
}

/** What `docker ps -a` prints in the probe's format. */
function listOf({ containers }: SimulatedHost): string {
  const states = { created: "created", started: "running", stopped: "exited" };
  return [...containers.values()].map(({ id, name, state, labels }) =>
    `${id} ${name} ${states[state]} ${labels["service"] ?? ""}\n`
  ).join("");
}
