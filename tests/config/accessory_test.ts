import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { Accessory } from "../../sdk/config/resolve_accessories.ts";
import { localFiles } from "../../sdk/config/resolve.ts";
import { resolveWith, specWith } from "./spec.ts";

async function accessoryOf(accessory: object, more: object = {}): Promise<Accessory> {
  const accessories = { db: { image: "postgres:17", ...accessory } };
  const digests = { "my.cnf": "aa", "init.sh": "bb" };
  const config = await resolveWith({ ...more, accessories }, { digests });
  return config.accessories[0]!;
}

Deno.test("resolveConfig() fills an accessory's defaults", async () => {
  assertEquals(await accessoryOf({ role: "web" }), {
    name: "db",
    service: "shop-db",
    image: "postgres:17",
    registry: undefined,
    hosts: ["10.0.0.1"],
    cmd: undefined,
    publish: undefined,
    env: { clear: {}, secret: {} },
    files: [],
    directories: [],
    volumes: [],
    network: "kamal",
    labels: {},
    options: {},
    restart: "unless-stopped",
    logging: { driver: undefined, options: { "max-size": "10m" } },
  });
});

Deno.test("resolveConfig() puts an accessory's own registry before its image, and asks for its password", async () => {
  const password = { secret: "GHCR_TOKEN" };
  const registry = { server: "ghcr.io", username: "ci", password };
  const db = { image: "acme/db:17", role: "web", registry };
  const { accessories, secretNames } = await resolveWith({ accessories: { db } });
  assertEquals(accessories[0]!.image, "ghcr.io/acme/db:17");
  assertEquals(accessories[0]!.registry, registry);
  assertEquals(secretNames, ["GHCR_TOKEN"]);
  const hub = { ...db, registry: { username: "ci", password } };
  assertEquals((await resolveWith({ accessories: { db: hub } })).accessories[0]!.image, db.image);
});

Deno.test("resolveConfig() finds an accessory's hosts in every way it may name them", async () => {
  const servers = {
    web: ["a", { host: "b", tags: ["eu"] }],
    jobs: [{ host: "c", tags: ["us"] }, "a", { host: "d", tags: ["eu"] }],
  };
  const places: readonly (readonly [object, readonly string[]])[] = [
    [{ role: "jobs" }, ["c", "a", "d"]],
    [{ roles: ["jobs", "web"] }, ["c", "a", "d", "b"]],
    [{ host: "root@e" }, ["e"]],
    [{ hosts: ["e", { host: "a" }, "e"] }, ["e", "a"]],
    [{ tag: "eu" }, ["b", "d"]],
    [{ tags: ["us", "eu"] }, ["b", "c", "d"]],
  ];
  for (const [place, hosts] of places) {
    const found = [...(await accessoryOf(place, { servers })).hosts];
    assertEquals("tags" in place ? found.toSorted() : found, [...hosts], JSON.stringify(place));
  }
});

Deno.test("resolveConfig() publishes a bare port on both sides", async () => {
  assertEquals((await accessoryOf({ role: "web", port: 5432 })).publish, "5432:5432");
  assertEquals((await accessoryOf({ role: "web", port: "5432" })).publish, "5432:5432");
  assertEquals((await accessoryOf({ role: "web", port: "1.1.1.1:1:2" })).publish, "1.1.1.1:1:2");
});

Deno.test("resolveConfig() places an accessory's files and folders below its name", async () => {
  const { files, directories } = await accessoryOf({
    role: "web",
    service: "pg",
    files: [
      "my.cnf:/etc/my.cnf:ro",
      { local: "init.sh", remote: "/init.sh", mode: "0640", owner: "1:1" },
    ],
    directories: [
      "data:/var/lib/data",
      { local: "/mnt/wal", remote: "/wal", mode: "700", options: "Z" },
    ],
  });
  const none = { owner: undefined, mountOptions: undefined };
  assertEquals(files, [
    {
      local: "my.cnf",
      hostPath: "pg/etc/my.cnf",
      containerPath: "/etc/my.cnf",
      mode: "755",
      ...none,
      mountOptions: "ro",
      sha256: "aa",
    },
    {
      local: "init.sh",
      hostPath: "pg/init.sh",
      containerPath: "/init.sh",
      mode: "0640",
      ...none,
      owner: "1:1",
      sha256: "bb",
    },
  ]);
  assertEquals(directories, [
    { hostPath: "pg/data", containerPath: "/var/lib/data", mode: undefined, ...none },
    { hostPath: "/mnt/wal", containerPath: "/wal", mode: "700", ...none, mountOptions: "Z" },
  ]);
});

Deno.test("localFiles() lists what accessories upload, sorted, each once", () => {
  const spec = specWith({
    accessories: {
      b: { image: "x", host: "a", files: ["z:/z", { local: "y", remote: "/y" }] },
      a: { image: "x", host: "a", files: ["z:/other"] },
      c: { image: "x", host: "a" },
    },
    destinations: { staging: { accessories: { b: { files: ["s:/s"] } } } },
  });
  assertEquals(localFiles(spec), ["y", "z"]);
  assertEquals(localFiles(spec, "staging"), ["s", "z"]);
});

Deno.test("localFiles() leaves what is not valid to resolveConfig()", () => {
  const accessories = { a: 5, b: { files: "x" }, c: { files: ["no target", 7, null] } };
  assertEquals(localFiles(specWith({ accessories })), []);
  assertEquals(localFiles(specWith({ accessories: ["a"] })), []);
});
