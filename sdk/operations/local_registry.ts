/**
 * The registry on this machine, for whom none elsewhere is named.
 *
 * @module
 */

import { text } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Runs the registry on this machine, unless it runs. */
export interface RunRegistry {
  /** Which operation. */
  readonly kind: "run-registry";
  /** Port of this machine on which it answers. */
  readonly port: number;
}

/** Name of its container, as Kamal has it. */
export const LOCAL_REGISTRY = "kamal-docker-registry";

/** How the registry is run. */
export const runRegistry: Definition<RunRegistry> = {
  changes: true,
  describe: ({ port }) => ({
    mark: "+",
    noun: "registry",
    subject: LOCAL_REGISTRY,
    detail: `at localhost:${port}, unless it runs`,
    minor: true,
  }),
  // Kamal: commands/registry.rb, setup. One that an earlier run has left keeps its port, so that is looked at.
  render: ({ port }) =>
    text(`{ if docker container inspect ${LOCAL_REGISTRY} >/dev/null 2>&1; then
docker start ${LOCAL_REGISTRY} >/dev/null || exit
sx_at=$(docker port ${LOCAL_REGISTRY} 5000/tcp) || exit
case " $(echo $sx_at) " in *":${port} "*) ;; *) echo "$sx_at"; exit ${OTHER_PORT} ;; esac
else docker run --detach --publish 127.0.0.1:${port}:5000 --name ${LOCAL_REGISTRY} registry:3 >/dev/null || exit
fi; }`),
  explain: ({ port }, { exitCode, stdout, stderr }) =>
    exitCode === OTHER_PORT
      ? {
        code: "PORT_TAKEN",
        message: `${LOCAL_REGISTRY} answers at ${lastLines(stdout, 1)[0]}, and not at port ${port}`,
        hint:
          `Write that port into the registry's server, or remove it with docker rm --force ${LOCAL_REGISTRY}: it is made anew.`,
      }
      : {
        code: "REGISTRY_REFUSED",
        message: `the registry on this machine does not run: ${
          lastLines(stderr, 1)[0] ?? "docker said nothing"
        }`,
        details: lastLines(stderr, 5),
        hint: `docker logs ${LOCAL_REGISTRY} shows more.`,
      },
};

// Exit status where the registry has another port.
const OTHER_PORT = 79;
