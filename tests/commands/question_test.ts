import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";
import { textOf } from "./texts.ts";

const LOGS = SAMPLES["show-logs"];

Deno.test("showLogs shows the end of a log with times, both streams in one", () => {
  assertEquals(textOf(LOGS), "docker logs --timestamps --tail 100 shop-web-v2 2>&1");
});

Deno.test("showLogs follows, looks back and filters as it is told", () => {
  const told = { ...LOGS, lines: undefined, since: "1h", follow: true, timestamps: false };
  assertEquals(textOf(told), "docker logs --since 1h --follow shop-web-v2 2>&1");
  assertEquals(
    textOf({ ...told, grep: "it's -v", grepOptions: "-i -C 3" }),
    "docker logs --since 1h --follow shop-web-v2 2>&1 | grep -i -C 3 -e 'it'\\''s -v'",
  );
});

Deno.test("listContainers lists stopped ones too", () => {
  assertEquals(textOf(SAMPLES["list-containers"]), "docker ps --all --filter label=service=shop");
});

testInShells(
  "execCommand leaves the command line to the host's shell, as Kamal does",
  async (home, shell) => {
    await home.program("docker", `printf '<%s>' "$@"`);
    const { stdout } = await home.do(shell, SAMPLES["exec-command"]);
    assertEquals(stdout, "<exec><--env><DEBUG=a b><shop-web-v2><bin/rails><runner><puts 1>");
  },
);

Deno.test("execCommand and runCommand ask for a terminal where they are interactive", () => {
  assertEquals(
    textOf({ ...SAMPLES["exec-command"], interactive: true, env: {}, cmd: "sh" }),
    "docker exec -it shop-web-v2 sh",
  );
  assertEquals(
    textOf({
      ...SAMPLES["run-command"],
      interactive: true,
      envScript: undefined,
      envFile: undefined,
    }),
    "docker run --rm -it --name shop-web-exec-v2-012345 --network kamal --env A=1 --log-opt max-size=10m --volume /data:/data --memory 1g ghcr.io/acme/shop:v2 bin/rails db:migrate",
  );
});

testInShells("runCommand gives the new container what the app's own has", async (home, shell) => {
  const command = SAMPLES["run-command"];
  await home.program("docker", `printf '<%s>' "$@"; printf '<%s>' "$PEM"`);
  await home.write(command.envScript!, "export PEM='a\nb'\nSEXTANT_ENV='--env PEM'\n");
  const { stdout } = await home.do(shell, command);
  assertEquals(
    stdout,
    "<run><--rm><--name><shop-web-exec-v2-012345><--network><kamal><--env><A=1><--env-file><.kamal/apps/shop/env/roles/web.env><--env><PEM><--log-opt><max-size=10m><--volume></data:/data><--memory><1g><ghcr.io/acme/shop:v2><bin/rails><db:migrate><a\nb>",
  );
});

testInShells(
  "runCommand does without the shell file where a host has none, as Kamal leaves it",
  async (home, shell) => {
    await home.program("docker", "echo ran");
    assertEquals((await home.do(shell, SAMPLES["run-command"])).stdout, "ran\n");
  },
);
