import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { type Home, testInShells } from "./shells.ts";

const BRIDGE = SAMPLES["bridge-assets"];
const NEW = "assets/volumes/web-v2";
const OLD = "assets/volumes/web-v1";

testInShells("bridgeAssets lets both versions find the files of both", async (home, shell) => {
  await prepare(home);
  const { code, stderr } = await home.do(shell, BRIDGE);
  assertEquals([code, stderr], [0, ""]);
  for (const folder of [NEW, OLD]) {
    assertEquals(await home.read(`${folder}/v1.js`), "v1");
    assertEquals(await home.read(`${folder}/v2.js`), "v2");
    assertEquals(await home.read(`${folder}/.hidden-v2`), "v2");
    assertEquals(await home.read(`${folder}/deep/v2.css`), "v2");
  }
  assertEquals(await Deno.readLink(`${home.path}/${NEW}/link`), "v2.js");
});

testInShells("bridgeAssets leaves each version its own manifest", async (home, shell) => {
  await prepare(home);
  // An earlier attempt at the same version has left another.
  await home.write(`${NEW}/manifest`, "of an earlier v2");
  await home.do(shell, BRIDGE);
  assertEquals([await home.read(`${NEW}/manifest`), await home.read(`${OLD}/manifest`)], [
    "of v2",
    "of v1",
  ]);
});

testInShells(
  "bridgeAssets makes a container to copy from, and never starts it",
  async (home, shell) => {
    await prepare(home);
    await home.do(shell, BRIDGE);
    const words = (await home.read("log")).split("\n").map((line) => line.split(" ")[0]);
    assertEquals(words, ["rm", "create", "cp", "rm", ""]);
  },
);

testInShells(
  "bridgeAssets bridges what was taken before without the image",
  async (home, shell) => {
    await prepare(home);
    await home.write("assets/extracted/web-v2/v2.js", "v2");
    await home.write("log", "");
    assertEquals((await home.do(shell, { ...BRIDGE, image: undefined })).code, 0);
    assertEquals([await home.read("log"), await home.read(`${OLD}/v2.js`)], ["", "v2"]);
  },
);

testInShells("bridgeAssets fails where the image has no such folder", async (home, shell) => {
  await home.program("docker", `[ "$1" != cp ] || { echo "Could not find /www" >&2; exit 1; }`);
  const { code, stdout, stderr } = await home.do(shell, BRIDGE);
  assertEquals(code, 1);
  const { message, hint } = explainFailure(BRIDGE, { exitCode: code, stdout, stderr });
  assertStringIncludes(message, "Could not find /www");
  assertStringIncludes(hint!, "/www/assets");
});

testInShells("pruneAssets removes what no container is left of", async (home, shell) => {
  for (const name of ["web-v0", "web-v0+2", "web-v1", "web-v2+2", "jobs-v1"]) {
    await home.write(`assets/extracted/${name}/a`, "");
    await home.write(`assets/volumes/${name}/a`, "");
  }
  assertEquals((await home.do(shell, SAMPLES["prune-assets"])).code, 0);
  assertEquals(await home.list("assets/volumes"), ["web-v1", "web-v2+2"]);
  assertEquals(await home.list("assets/extracted"), ["web-v1", "web-v2+2"]);
});

testInShells("pruneAssets has nothing to do where there are no assets", async (home, shell) => {
  const { code, stderr } = await home.do(shell, SAMPLES["prune-assets"]);
  assertEquals([code, stderr], [0, ""]);
  assert(!(await home.list(".")).includes("assets"));
});

/** v1 serves; docker's copy gives the files of v2. */
async function prepare(home: Home): Promise<void> {
  for (const folder of ["assets/extracted/web-v1", OLD]) {
    await home.write(`${folder}/v1.js`, "v1");
    await home.write(`${folder}/manifest`, "of v1");
  }
  await home.program(
    "docker",
    `echo "$*" >>"$HOME/log"; [ "$1" = cp ] || exit 0
cd "$4" && mkdir deep && printf v2 >v2.js && printf v2 >.hidden-v2 && printf v2 >deep/v2.css &&
printf 'of v2' >manifest && ln -s v2.js link`,
  );
}
