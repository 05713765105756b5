import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { NO_ROOM_STATUS } from "../../sdk/operations/image_room.ts";
import type { ImageLayer } from "../../sdk/operations/image_size.ts";
import { explainFailure, shellOf } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { type Ended, type Home, testInShells } from "./shells.ts";

const MIB = 1024;
const LAYERS = [
  { id: "sha256:base", kib: 400 * MIB },
  { id: "sha256:app", kib: 100 * MIB },
];

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

testInShells("pullImage asks no registry where much is free", async (home, shell) => {
  assertEquals((await pull(home, shell, { freeMiB: 9000, manifest: MANIFEST })).code, 0);
  assertEquals(await home.read("log"), "pull --quiet ghcr.io/acme/shop:v2\n");
}, { plays: ["df"] });

testInShells(
  "pullImage pulls nothing where the registry tells that it cannot fit",
  async (home, shell) => {
    // 100 MiB beside the unpacked 400 MiB while they are unpacked themselves.
    const ended = await pull(home, shell, { freeMiB: 799, manifest: MANIFEST });
    assertEquals(ended.code, NO_ROOM_STATUS);
    assertEquals((await home.read("log")).includes("pull"), false);
    const { code, message } = explainFailure(PULL, { ...ended, exitCode: ended.code });
    assertEquals([code, message], [
      "DISK_FULL",
      `ghcr.io/acme/shop:v2 needs at least 800 MiB, and 799 MiB are free in ${home.path}/data`,
    ]);
    assertEquals((await pull(home, shell, { freeMiB: 800, manifest: MANIFEST })).code, 0);
  },
  { plays: ["df"] },
);

testInShells("pullImage finds the host's platform in a list of manifests", async (home, shell) => {
  const list = { freeMiB: 799, manifest: LIST };
  assertEquals((await pull(home, shell, list)).code, NO_ROOM_STATUS);
  assertStringIncludes(
    await home.read("log"),
    `manifest inspect ghcr.io/acme/shop@sha256:${HEX.list}\n`,
  );
  assertEquals((await pull(home, shell, { ...list, architecture: "riscv64" })).code, 0);
}, { plays: ["df"] });

testInShells(
  "pullImage counts no layers that Docker has, up to the first that it lacks",
  async (home, shell) => {
    await keepLayer(home, "base");
    assertEquals((await pull(home, shell, { freeMiB: 199, manifest: MANIFEST })).code, 77);
    assertEquals((await pull(home, shell, { freeMiB: 200, manifest: MANIFEST })).code, 0);
    await Deno.remove(`${home.path}/data/image/overlay2/layerdb/sha256/base`, { recursive: true });
    await keepLayer(home, "app");
    assertEquals((await pull(home, shell, { freeMiB: 700, manifest: MANIFEST })).code, 77);
  },
  { plays: ["df"] },
);

testInShells(
  "pullImage counts no layers that an image may have of which it cannot look",
  async (home, shell) => {
    const hidden = { manifest: MANIFEST, isHidden: true };
    const one = { ...hidden, images: "image 1 500000000\n" };
    assertEquals((await pull(home, shell, { ...one, freeMiB: 199 })).code, 77);
    assertEquals((await pull(home, shell, { ...one, freeMiB: 200 })).code, 0);
    const small = { ...hidden, images: "image 9 300000000\n" };
    assertEquals((await pull(home, shell, { ...small, freeMiB: 799 })).code, 77);
    const none = { ...hidden, images: "" };
    assertEquals((await pull(home, shell, { ...none, freeMiB: 799 })).code, 77);
  },
  { plays: ["df"] },
);

testInShells("pullImage looks for layers where containerd has them", async (home, shell) => {
  const of = { manifest: MANIFEST, status: "io.containerd.snapshotter.v1 " };
  const blobs = "data/containerd/daemon/io.containerd.content.v1.content/blobs/sha256";
  await home.write(`${blobs}/${HEX.base}`, "packed");
  assertEquals((await pull(home, shell, { ...of, freeMiB: 199 })).code, 77);
  assertEquals((await pull(home, shell, { ...of, freeMiB: 200 })).code, 0);
}, { plays: ["df"] });

testInShells(
  "pullImage speaks to a registry without TLS where Docker does",
  async (home, shell) => {
    const asked = async (plain: string): Promise<string> => {
      await pull(home, shell, { freeMiB: 900, manifest: MANIFEST, plain });
      return (await home.read("log")).split("\n").find((line) => line.startsWith("manifest"))!;
    };
    assertEquals(await asked("ghcr.io "), "manifest inspect --insecure ghcr.io/acme/shop:v2");
    assertEquals(await asked("ghcr.io:5000 other "), "manifest inspect ghcr.io/acme/shop:v2");
  },
  { plays: ["df"] },
);

testInShells("pullImage pulls where no manifest can be read", async (home, shell) => {
  for (const manifest of ["", "{}", '{"schemaVersion": 1, "fsLayers": [{"blobSum": "a"}]}']) {
    assertEquals((await pull(home, shell, { freeMiB: 1, manifest })).code, 0, manifest);
  }
}, { plays: ["df"] });

testInShells(
  "pullImage that fails in the middle says so where there is little room",
  async (home, shell) => {
    const explained = async (freeMiB: number, manifest: string) => {
      const ended = await pull(home, shell, { freeMiB, manifest, fails: true });
      assertEquals(ended.code, 1);
      return explainFailure(PULL, { ...ended, exitCode: ended.code });
    };
    const { code, message, hint, details } = await explained(1000, MANIFEST);
    assertEquals([code, message, details], [
      "DISK_FULL",
      "ghcr.io/acme/shop:v2 could not be pulled: no space left on device",
      ["failed to register layer"],
    ]);
    assertStringIncludes(
      hint!,
      `It needs more than 800 MiB, and 1000 MiB are free again in ${home.path}/data. Make room`,
    );
    assertEquals((await explained(2400, MANIFEST)).code, "IMAGE_MISSING");
    assertEquals((await explained(1000, "")).code, "IMAGE_MISSING");
  },
  { plays: ["df"] },
);

testInShells(
  "pullImage gets kamal-proxy's image by the host's boot config, where it is not there",
  async (home, shell) => {
    const wanted = { ...PULL, image: "basecamp/kamal-proxy:v0.9.2", isOfBootConfig: true };
    await pull(home, shell, { freeMiB: 9000, manifest: MANIFEST, wanted });
    assertStringIncludes(await home.read("log"), "pull --quiet basecamp/kamal-proxy:v0.9.2\n");
    await home.write(".kamal/proxy/image", "mirror.internal/kamal-proxy\n");
    const tight = await pull(home, shell, { freeMiB: 799, manifest: MANIFEST, wanted });
    assertEquals(tight.code, NO_ROOM_STATUS);
    assertStringIncludes(
      await home.read("log"),
      "manifest inspect mirror.internal/kamal-proxy:v0.9.2\n",
    );
    const there = { freeMiB: 1, manifest: MANIFEST, wanted, images: "there" };
    assertEquals((await pull(home, shell, there)).code, 0);
    assertEquals((await home.read("log")).includes("pull"), false);
  },
  { plays: ["df"] },
);

const PULL = {
  ...SAMPLES["pull-image"],
  login: undefined,
  service: undefined,
  dataPath: "/data/volumes/state",
};

const HEX = { base: "b".repeat(64), app: "a".repeat(64), list: "c".repeat(64) };

const MANIFEST = JSON.stringify(
  {
    schemaVersion: 2,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      size: 9e9,
      digest: "sha256:0",
    },
    layers: [layer("base", 400), { ...layer("app", 100), annotations: { note: "a } b" } }],
    subject: { mediaType: "x", size: 9e9, digest: `sha256:${HEX.list}` },
  },
  null,
  "\t",
);

const LIST = JSON.stringify(
  {
    schemaVersion: 2,
    manifests: [
      { size: 700, digest: `sha256:${HEX.app}`, platform: { architecture: "arm64", os: "linux" } },
      {
        size: 700,
        digest: `sha256:${HEX.base}`,
        platform: { architecture: "amd64", os: "windows" },
      },
      {
        size: 700,
        digest: `sha256:${HEX.list}`,
        annotations: { "vnd.docker.reference.digest": `sha256:${HEX.app}` },
        platform: { architecture: "amd64", os: "linux" },
      },
    ],
  },
  null,
  "\t",
);

function layer(name: "base" | "app", mebibytes: number): Readonly<Record<string, unknown>> {
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
  return { mediaType, size: mebibytes * MIB * MIB, digest: `sha256:${HEX[name]}` };
}

/** Docker's record of a layer that it pulled and unpacked. */
async function keepLayer(home: Home, name: "base" | "app"): Promise<void> {
  const store = "data/image/overlay2";
  await home.write(`${store}/distribution/diffid-by-digest/sha256/${HEX[name]}`, `sha256:${name}`);
  await home.write(`${store}/layerdb/sha256/${name}/diff`, `sha256:${name}`);
}

interface Disk {
  readonly freeMiB: number | undefined;
  /** Layers that Docker has. */
  readonly has?: readonly string[];
  /** What the registry answers; absent for an image that was built in this run. */
  readonly manifest?: string;
  readonly architecture?: string;
  readonly status?: string;
  readonly plain?: string;
  /** Whether Docker's folder cannot be looked into. */
  readonly isHidden?: boolean;
  /** What Docker tells of its images. */
  readonly images?: string;
  /** Whether the pull fails in the middle. */
  readonly fails?: boolean;
  readonly wanted?: typeof PULL & { readonly isOfBootConfig?: boolean };
}

async function pull(home: Home, shell: string, disk: Disk): Promise<Ended> {
  const { freeMiB, has = [], manifest, images, wanted = PULL } = disk;
  const { architecture = "x86_64", status = "", plain = "", isHidden = false, fails = false } =
    disk;
  const root = manifest === undefined ? "/data" : `${home.path}/data`;
  if (!isHidden && status === "") await home.write("data/image/overlay2/layerdb/.keep", "");
  await home.write("log", "");
  await home.write("has", images ?? has.map((layer) => `${layer}\n`).join(""));
  await home.write("manifest", manifest ?? "");
  await home.write("listed", MANIFEST);
  await home.program(
    "docker",
    `echo "$*" >>"$HOME/log"
case "$*" in
info*DriverStatus*) echo '${root}|overlay2|${architecture}|${status}|${plain}' ;;
info*) echo ${root} ;;
"image ls"*) ! [ -s "$HOME/has" ] || echo sha256:1 ;;
"image inspect"*) cat "$HOME/has"; [ -s "$HOME/has" ] ;;
pull*) ! ${fails} || { echo failed to register layer >&2; echo no space left on device >&2; exit 1; } ;;
"manifest inspect"*@*) cat "$HOME/listed" ;;
"manifest inspect"*) cat "$HOME/manifest"; [ -s "$HOME/manifest" ] ;;
esac`,
  );
  const line = `/dev/vda1 9999999 0 ${freeMiB === undefined ? "" : freeMiB * MIB} 0% /data`;
  await home.program("df", freeMiB === undefined ? "exit 1" : `echo Filesystem; echo '${line}'`);
  const layers = (): readonly ImageLayer[] | undefined =>
    manifest === undefined ? LAYERS : undefined;
  return await home.run(shell, shellOf([wanted], { secret: () => "", file: () => "", layers }));
}
