import { assertEquals } from "@std/assert";
import { envDigest, type InspectedContainer, parseInspection } from "../../sdk/observe/inspect.ts";
import type { RunContainer } from "../../sdk/operations/container.ts";
import { type LiveComparison, liveDrift } from "../../sdk/plan/live_drift.ts";
import { WEB } from "../commands/samples.ts";

const SALT = "00112233445566778899aabbccddeeff";
const WANTED: RunContainer = {
  ...WEB,
  env: { PLACE: "world", TOKEN: "${HOST_TOKEN}" },
  volumes: ["/data:/data", "shop/files:/files:ro", "$HOME/x:/x", "cache:/cache"],
  options: { memory: "1.5g", cpus: "0.5", publish: ["127.0.0.1:9000:80", "53:53/udp"] },
  labels: { service: "shop", role: "web", destination: "" },
};
const LIVE: InspectedContainer = {
  name: WEB.name,
  restart: WEB.restart,
  limits: {
    Memory: "1610612736",
    MemorySwap: "3221225472",
    NanoCpus: "500000000",
    PidsLimit: "null",
  },
  logDriver: "json-file",
  logOptions: { "max-size": "10m" },
  volumes: ["/data:/data", "/root/shop/files:/files:ro", "/root/x:/x", "cache:/cache"],
  publish: ["127.0.0.1:9000:80/tcp", "53:53/udp"],
  networks: ["kamal"],
  env: {
    PLACE: envDigest(SALT, "PLACE", "world"),
    TOKEN: envDigest(SALT, "TOKEN", "from the host"),
    KEY: envDigest(SALT, "KEY", "secret"),
    PATH: envDigest(SALT, "PATH", "/bin"),
  },
  imageLabels: { "org.opencontainers.image.title": "shop" },
  imageEnv: ["PATH"],
};

function drift(
  live: Partial<InspectedContainer>,
  more: Partial<LiveComparison> = {},
): readonly (string | undefined)[][] {
  return liveDrift({
    wanted: WANTED,
    secrets: { KEY: "SHOP_KEY" },
    container: {
      ...{
        name: WEB.name,
        id: "1",
        image: WEB.image,
        imageId: "2",
        running: true,
        ports: {},
        networks: [],
      },
      ...{ status: "running", health: undefined, exitCode: 0, startedAt: "" },
      labels: { ...WANTED.labels, "sextant.config": "0", "org.opencontainers.image.title": "shop" },
    },
    live: { ...LIVE, ...live },
    salt: SALT,
    envDigests: new Map([["KEY=SHOP_KEY", envDigest(SALT, "KEY", "secret")]]),
    ...more,
  }).map(({ field, wanted, found }) => [field, wanted, found]);
}

Deno.test("liveDrift() finds nothing in a container that is as it was run", () => {
  assertEquals(drift({}), []);
});

Deno.test("liveDrift() tells limits as they are written", () => {
  const limits = { ...LIVE.limits, Memory: "536870912", NanoCpus: "0", CpuShares: "512" };
  assertEquals(drift({ limits }), [
    ["options.memory", "1.5g", "512m"],
    ["options.cpus", "0.5", undefined],
    ["options.cpu-shares", undefined, "512"],
  ]);
});

Deno.test("liveDrift() says which variable has another value, is missing, or is too many", () => {
  const { PLACE: _, ...env } = LIVE.env;
  const other = { ...env, KEY: envDigest(SALT, "KEY", "another"), MORE: "0" };
  assertEquals(drift({ env: other }), [
    ["env.PLACE", "world", undefined],
    ["secrets.KEY", "today's value", "another value"],
    ["env.MORE", undefined, "set"],
  ]);
});

Deno.test("liveDrift() compares no values where the host has no salt", () => {
  const env = { PLACE: "", TOKEN: "", KEY: "" };
  assertEquals(drift({ env }, { salt: undefined }), []);
});

Deno.test("liveDrift() compares volumes, ports, networks, restart policy and log", () => {
  const volumes = ["/data:/data", "/root/files:/files:ro", "/root/x:/x", "cache:/cache"];
  const live = {
    volumes,
    publish: ["53:53/udp"],
    networks: ["bridge"],
    restart: "no",
    logOptions: {},
  };
  assertEquals(drift(live), [
    ["restart", "unless-stopped", "no"],
    ["networks", "kamal", "bridge"],
    ["volumes", "shop/files:/files:ro", undefined],
    ["volumes", undefined, "/root/files:/files:ro"],
    ["ports", "127.0.0.1:9000:80/tcp, 53:53/udp", "53:53/udp"],
    ["logging.options.max-size", "10m", undefined],
  ]);
});

Deno.test("liveDrift() leaves labels of the image and of ours alone, and names all others", () => {
  const { container } = { container: { labels: { service: "shop", role: "jobs", extra: "1" } } };
  const found = drift({}, { container: container as unknown as LiveComparison["container"] });
  assertEquals(found, [
    ["labels.role", "web", "jobs"],
    ["labels.destination", "", undefined],
    ["labels.extra", undefined, "1"],
  ]);
});

Deno.test("parseInspection() reads nothing as nothing", () => {
  assertEquals(parseInspection(() => []), []);
  const [container] = parseInspection((kind) =>
    kind === "~x" ? ['{"name":"/a","binds":null}'] : []
  );
  assertEquals([container?.name, container?.restart, container?.volumes], ["a", "no", []]);
});
