import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

testInShells("createNetwork is content with a network that is there", async (home, shell) => {
  await home.program(
    "docker",
    `[ "$2" = inspect ] || { echo "network with name kamal already exists" >&2; exit 1; }`,
  );
  assertEquals((await home.do(shell, SAMPLES["create-network"])).code, 0);
  await home.program("docker", `echo "$2" >>"$HOME/log"; exit 1`);
  assertEquals((await home.do(shell, SAMPLES["create-network"])).code, 1);
  assertEquals(await home.read("log"), "create\ninspect\n");
});

testInShells(
  "pruneVersions removes what it names, and never fails a deploy",
  async (home, shell) => {
    await home.program("docker", `echo "$*" >>"$HOME/log"; exit 1`);
    assertEquals((await home.do(shell, SAMPLES["prune-versions"])).code, 0);
    assertEquals(
      await home.read("log"),
      "rm 0123456789ab\nrmi ghcr.io/acme/shop:v0\nimage prune --force --filter label=service=shop\n",
    );
  },
);

testInShells(
  "pruneVersions of nothing still removes images that lost their name",
  async (home, shell) => {
    await home.program("docker", `echo "$*" >>"$HOME/log"`);
    await home.do(shell, { ...SAMPLES["prune-versions"], containers: [], images: [] });
    assertEquals(await home.read("log"), "image prune --force --filter label=service=shop\n");
  },
);

testInShells(
  "pruneImages removes all images of the service that no container uses",
  async (home, shell) => {
    await home.program("docker", `echo "$*" >>"$HOME/log"`);
    await home.do(shell, SAMPLES["prune-images"]);
    assertEquals(await home.read("log"), "image prune --all --force --filter label=service=shop\n");
  },
);

testInShells("installDocker ends with a reason where it is not allowed to", async (home, shell) => {
  await home.program("id", "echo 1000");
  await home.program("sudo", "exit 1");
  const { code, stderr } = await home.do(shell, SAMPLES["install-docker"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "the login is neither root nor may it use sudo");
}, { plays: ["id", "wget"] });

testInShells(
  "installDocker runs nothing of a script that came only in part",
  async (home, shell) => {
    await home.program("curl", `echo 'echo half >>"$HOME/log"'; exit 18`);
    await home.program("wget", `echo 'echo half >>"$HOME/log"'; exit 4`);
    await home.program("id", "echo 0");
    assertEquals((await home.do(shell, SAMPLES["install-docker"])).code, 1);
    assertEquals((await home.list(".")).includes("log"), false);
  },
  { plays: ["id", "wget"] },
);

testInShells(
  "installDocker runs Docker's own script, and lets the login use Docker",
  async (home, shell) => {
    await home.program("id", `[ "$1" = -un ] && echo deploy || echo 1000`);
    await home.program("sudo", `echo "sudo $*" >>"$HOME/log"`);
    await home.program("curl", `echo 'echo installed >>"$HOME/log"'`);
    assertEquals((await home.do(shell, SAMPLES["install-docker"])).code, 0);
    assertEquals(
      await home.read("log"),
      "sudo -nl usermod\ninstalled\nsudo -n usermod -aG docker deploy\n",
    );
  },
  { plays: ["id", "wget"] },
);
