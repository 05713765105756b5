import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ImageLayer, NO_ROOM_STATUS, readLayers } from "../../sdk/operations/image_size.ts";
import { explainFailure, shellOf } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { type Ended, type Home, testInShells } from "./shells.ts";

const MIB = 1024;
const LAYERS = [
  { id: "sha256:base", kib: 400 * MIB },
  { id: "sha256:app", kib: 100 * MIB },
];

Deno.test("readLayers() gives each layer its size, the lowest first", () => {
  const told = "layer sha256:base\nlayer sha256:app\nsize 2048\nsize 0\nsize 4096\n";
  assertEquals(readLayers(told), [{ id: "sha256:base", kib: 4 }, { id: "sha256:app", kib: 2 }]);
});

Deno.test("readLayers() never makes the lower layers look larger than they are", () => {
  // One layer is empty, and nothing says which.
  const told = "layer sha256:a\nlayer sha256:b\nlayer sha256:c\nsize 2048\nsize 0\nsize 4096\n";
  assertEquals(readLayers(told)?.map(({ kib }) => kib), [0, 4, 2]);
});

Deno.test("readLayers() knows nothing of an image that the builder does not keep", () => {
  assertEquals(readLayers(""), undefined);
  assertEquals(readLayers("layer sha256:a\n"), undefined);
});

testInShells(
  "pullImage asks df alone where there is room for all of the image",
  async (home, shell) => {
    const { code } = await pull(home, shell, { freeMiB: 1000 });
    assertEquals(code, 0);
    assertEquals(await home.read("log"), "pull --quiet ghcr.io/acme/shop:v2\n");
  },
  { plays: ["df"] },
);

testInShells(
  "pullImage pulls nothing where the layers that a host lacks have no room",
  async (home, shell) => {
    const ended = await pull(home, shell, { freeMiB: 100, has: ["sha256:base"] });
    assertEquals(ended.code, NO_ROOM_STATUS);
    assertEquals((await home.read("log")).includes("pull"), false);
    const { code, message, hint } = explainFailure(PULL, { ...ended, exitCode: ended.code });
    assertEquals([code, message], [
      "DISK_FULL",
      "ghcr.io/acme/shop:v2 needs about 150 MiB, and 100 MiB are free in /data",
    ]);
    assertStringIncludes(hint!, "sextant prune");
  },
  { plays: ["df"] },
);

testInShells(
  "pullImage pulls where the layers that a host lacks have room",
  async (home, shell) => {
    assertEquals((await pull(home, shell, { freeMiB: 200, has: ["sha256:base"] })).code, 0);
    // A layer is shared only where all below it are.
    const upper = await pull(home, shell, { freeMiB: 200, has: ["sha256:app"] });
    assertEquals(upper.code, NO_ROOM_STATUS);
  },
  { plays: ["df"] },
);

testInShells("pullImage pulls where nobody can tell how much is free", async (home, shell) => {
  assertEquals((await pull(home, shell, { freeMiB: undefined })).code, 0);
}, { plays: ["df"] });

const PULL = {
  ...SAMPLES["pull-image"],
  login: undefined,
  service: undefined,
  dataPath: "/data/volumes/state",
};

interface Disk {
  readonly freeMiB: number | undefined;
  readonly has?: readonly string[];
}

async function pull(home: Home, shell: string, { freeMiB, has = [] }: Disk): Promise<Ended> {
  await home.write("log", "");
  await home.write("has", has.map((layer) => `${layer}\n`).join(""));
  await home.program(
    "docker",
    `echo "$*" >>"$HOME/log"
case "$1 $2" in "info -f") echo /data;; "image inspect") cat "$HOME/has";; esac`,
  );
  const line = `/dev/vda1 9999999 0 ${freeMiB === undefined ? "" : freeMiB * MIB} 0% /data`;
  await home.program("df", freeMiB === undefined ? "exit 1" : `echo Filesystem; echo '${line}'`);
  const layers = (): readonly ImageLayer[] => LAYERS;
  return await home.run(shell, shellOf([PULL], { secret: () => "", file: () => "", layers }));
}
