import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RunRegistry } from "../../sdk/operations/local_registry.ts";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { testInShells } from "./shells.ts";

const RUN: RunRegistry = { kind: "run-registry", port: 5555 };

/** A Docker whose registry answers at some ports; without any there is none. */
function docker(...ports: readonly string[]): string {
  return `echo "$*" >>"$HOME/calls"
case "$1" in
container) ${ports.length === 0 ? "exit 1" : "exit 0"} ;;
port) printf '%s\\n' ${ports.join(" ")} ;;
esac`;
}

testInShells(
  "runRegistry makes the registry that Kamal makes, where there is none",
  async (home, shell) => {
    await home.program("docker", docker());
    assertEquals((await home.do(shell, RUN)).code, 0);
    assertStringIncludes(
      await home.read("calls"),
      "run --detach --publish 127.0.0.1:5555:5000 --name kamal-docker-registry registry:3\n",
    );
  },
);

testInShells("runRegistry starts the registry that is there", async (home, shell) => {
  await home.program("docker", docker("0.0.0.0:5555", "[::]:5555"));
  assertEquals((await home.do(shell, RUN)).code, 0);
  assertEquals((await home.read("calls")).split("\n").slice(1, 3), [
    "start kamal-docker-registry",
    "port kamal-docker-registry 5000/tcp",
  ]);
});

testInShells("runRegistry fails where the registry has another port", async (home, shell) => {
  await home.program("docker", docker("127.0.0.1:15555"));
  const outcome = await home.do(shell, RUN);
  const { code, message, hint } = explainFailure(RUN, { ...outcome, exitCode: outcome.code });
  assertEquals([code, message], [
    "PORT_TAKEN",
    "kamal-docker-registry answers at 127.0.0.1:15555, and not at port 5555",
  ]);
  assertStringIncludes(hint ?? "", "docker rm");
});

testInShells("runRegistry says what Docker says where it does not run", async (home, shell) => {
  await home.program("docker", `[ "$1" = run ] && echo "no such image" >&2; exit 1`);
  const outcome = await home.do(shell, RUN);
  assertEquals(
    explainFailure(RUN, { ...outcome, exitCode: outcome.code }).message,
    "the registry on this machine does not run: no such image",
  );
});
