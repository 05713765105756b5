import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { destinationNames, hookIds } from "../../sdk/config/destination.ts";
import { problemsWith, resolveWith, specWith } from "./spec.ts";

const BASE = {
  servers: { web: ["a", "b"], jobs: { hosts: ["c"], cmd: "bin/jobs", labels: { x: 1 } } },
  env: { LEVEL: "info", REGION: "eu" },
  proxy: { host: "shop.dev", appPort: 3000, pathPrefix: "/a" },
  accessories: { db: { image: "postgres:17", role: "jobs", port: 5432 } },
  volumes: ["x:/x"],
};

function staging(overlay: object): ReturnType<typeof resolveWith> {
  return resolveWith({ ...BASE, destinations: { staging: overlay } }, { destination: "staging" });
}

Deno.test("resolveConfig() replaces lists and scalars and merges objects of a destination", async () => {
  const config = await staging({
    image: "acme/staging",
    servers: { web: ["z"], jobs: { hosts: ["y"] } },
    proxy: { appPort: 4000 },
    volumes: ["y:/y"],
  });
  assertEquals(config.image, "acme/staging");
  assertEquals(config.volumes, ["y:/y"]);
  const [web, jobs] = config.roles;
  assertEquals([web?.hosts, jobs?.hosts], [["z"], ["y"]]);
  assertEquals([jobs?.cmd, jobs?.labels], ["bin/jobs", { x: "1" }]);
  assertEquals([web?.proxy?.appPort, web?.proxy?.hosts], [4000, ["shop.dev"]]);
});

Deno.test("resolveConfig() lets a list replace a whole role, as Kamal does", async () => {
  const config = await staging({ servers: { jobs: ["y"] } });
  assertEquals(config.roles[1]?.cmd, undefined);
});

Deno.test("resolveConfig() merges environments of different forms", async () => {
  const config = await staging({ env: { clear: { LEVEL: "debug" }, secret: ["TOKEN"] } });
  assertEquals(config.roles[0]?.env.a, {
    clear: { LEVEL: "debug", REGION: "eu" },
    secret: { TOKEN: "TOKEN" },
  });
});

Deno.test("resolveConfig() lets a destination name hosts and places in another way", async () => {
  const config = await staging({
    proxy: { hosts: ["a.dev", "b.dev"], pathPrefixes: ["/b"] },
    accessories: { db: { host: "d" } },
  });
  assertEquals(config.roles[0]?.proxy?.hosts, ["a.dev", "b.dev"]);
  assertEquals(config.roles[0]?.proxy?.pathPrefixes, ["/b"]);
  assertEquals(config.accessories[0]?.hosts, ["d"]);
  assertEquals(config.accessories[0]?.publish, "5432:5432");
});

Deno.test("resolveConfig() leaves a destination out that is not asked for", async () => {
  const more = { ...BASE, destinations: { staging: { image: "other" } } };
  assertEquals((await resolveWith(more)).image, "acme/shop");
});

Deno.test("resolveConfig() names the known destinations where one is unknown", async () => {
  const destinations = { staging: {}, production: {} };
  assertEquals(await problemsWith({ destinations }, { destination: "stagng" }), [
    'destination: unknown destination "stagng", did you mean "staging"?',
  ]);
  assertEquals(await problemsWith({ destinations }, { destination: "x" }), [
    'destination: unknown destination "x", known are staging, production',
  ]);
  assertEquals(await problemsWith({}, { destination: "x" }), [
    'destination: unknown destination "x"; .destination("x", (app) => app) would add it',
  ]);
  assertEquals(await problemsWith({ destinations }, { destination: "constructor" }), [
    'destination: unknown destination "constructor", known are staging, production',
  ]);
});

Deno.test("resolveConfig() asks for a destination where the settings require one", async () => {
  const more = { settings: { requireDestination: true }, destinations: { staging: {} } };
  assertEquals(await problemsWith(more), [
    "destination: is missing, requireDestination asks for one, known are staging",
  ]);
  assertEquals(await problemsWith(more, { destination: "staging" }), []);
});

Deno.test("resolveConfig() rejects a destination that is no name", async () => {
  const problems = await problemsWith({ destinations: { "../x": {} } }, { destination: "../x" });
  assertEquals(problems.length, 1);
});

Deno.test("hookIds() lets a destination's hooks replace those of the same name", () => {
  const spec = specWith({
    hooks: { "pre-deploy": ["1"], "post-deploy": ["2", "3"] },
    destinations: { staging: { hooks: { "post-deploy": ["4"] } } },
  });
  assertEquals(hookIds(spec, undefined), { "pre-deploy": ["1"], "post-deploy": ["2", "3"] });
  assertEquals(hookIds(spec, "staging"), { "pre-deploy": ["1"], "post-deploy": ["4"] });
  assertEquals(destinationNames(spec), ["staging"]);
});
