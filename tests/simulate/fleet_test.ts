import "../sanitizers.ts";
import { assertEquals, assertThrows } from "@std/assert";
import type { Operation } from "../../sdk/operations/operation.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";
import { ROUTE, SAMPLES, WEB, WEB_GATE } from "../commands/samples.ts";

const PROXY = "basecamp/kamal-proxy:v0.9.2";

Deno.test("SimulatedFleet.serve() answers by host name, wildcard and path as kamal-proxy does", () => {
  const fleet = new SimulatedFleet({
    hosts: {
      h: {
        proxy: PROXY,
        containers: ["app", "api", "wild", "all"].map((name) => ({ name, image: `${name}:1` })),
        routes: [
          { service: "app", container: "app", hosts: ["app.dev"] },
          { service: "api", container: "api", hosts: ["app.dev"], pathPrefixes: ["/api"] },
          { service: "wild", container: "wild", hosts: ["*.dev"] },
          { service: "all", container: "all" },
        ],
      },
    },
  });
  const at = (host: string, path?: string) => fleet.serve("h", host, path).container;
  assertEquals([
    at("app.dev"),
    at("app.dev", "/api"),
    at("app.dev", "/api/x"),
    at("app.dev", "/apis"),
  ], [
    "app",
    "api",
    "api",
    "app",
  ]);
  assertEquals([at("other.dev"), at("a.b.dev"), at("elsewhere.com")], ["wild", "all", "all"]);
});

Deno.test("SimulatedFleet.serve() says why nothing answers", () => {
  const fleet = new SimulatedFleet({
    hosts: {
      bare: {},
      h: {
        proxy: PROXY,
        containers: [{ name: "app", image: "app:1" }],
        routes: [{ service: "app", container: "app", hosts: ["app.dev"] }],
      },
    },
  });
  assertEquals(fleet.serve("bare", "app.dev").status, 0);
  assertEquals(fleet.serve("h", "other.dev").status, 404);
  assertEquals(fleet.serve("h", "app.dev"), { status: 200, version: "1", container: "app" });
  fleet.host("h").container("app")!.state = "stopped";
  assertEquals(fleet.serve("h", "app.dev").status, 503);
});

Deno.test("SimulatedFleet.gaps holds every moment at which what had answered no longer does", async () => {
  const fleet = serving();
  await run(fleet, { ...SAMPLES["stop-container"], name: "shop-web-v1" });
  assertEquals(
    fleet.gaps.map(({ host, service, version, after }) => [host, service, version, after]),
    [
      ["h", "shop-web", "v1", "stop-container"],
    ],
  );
});

Deno.test("SimulatedFleet.gaps stays empty while another container takes over", async () => {
  const fleet = serving();
  await run(
    fleet,
    WEB,
    WEB_GATE,
    { ...ROUTE, previous: undefined },
    { ...SAMPLES["stop-container"], name: "shop-web-v1" },
  );
  assertEquals(fleet.gaps, []);
  assertEquals(fleet.serve("h", "shop.acme.dev").version, "v2");
  assertEquals([...fleet.host("h").routes.keys()], ["shop-web"]);
});

Deno.test("SimulatedFleet.gaps counts a route that goes, and a proxy that stops", async () => {
  for (
    const operation of [SAMPLES["remove-route"], { ...SAMPLES["remove-proxy"], everything: false }]
  ) {
    const fleet = serving();
    await run(fleet, operation);
    assertEquals(fleet.gaps.map(({ after }) => after), [operation.kind]);
  }
});

Deno.test("SimulatedFleet pulls what was pushed, from any host", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  const pull = { ...SAMPLES["pull-image"], login: undefined };
  assertEquals(
    (await run(fleet, pull)).at(-1)!.stderr,
    "Error response from daemon: manifest for ghcr.io/acme/shop:v2 not found: manifest unknown\n",
  );
  await runOn(fleet, "here", SAMPLES["build-image"], SAMPLES["push-image"]);
  assertEquals((await run(fleet, pull)).at(-1)!.exitCode, 0);
  assertEquals(fleet.registry.names, ["ghcr.io/acme/shop:v2"]);
});

Deno.test("SimulatedFleet refuses an image that belongs to another service", async () => {
  const name = "ghcr.io/acme/shop:v2";
  const fleet = new SimulatedFleet({ hosts: { h: {} }, images: [{ name, service: "blog" }] });
  assertEquals(
    (await run(fleet, { ...SAMPLES["pull-image"], login: undefined })).at(-1)!.exitCode,
    78,
  );
});

Deno.test("SimulatedFleet runs a container only with its network, its files and a free name", async () => {
  const fleet = serving();
  const host = fleet.host("h");
  const failing = async (): Promise<string> => (await run(fleet, WEB)).at(-1)!.stderr;
  host.networks.clear();
  assertEquals(await failing(), "Error response from daemon: network kamal not found\n");
  assertEquals(host.container(WEB.name)!.state, "created");
  assertEquals(
    (await failing()).includes(`The container name "/${WEB.name}" is already in use`),
    true,
  );
  host.remove(WEB.envFile!);
  assertEquals(await failing(), `docker: open ${WEB.envFile}: no such file or directory\n`);
  host.remove(WEB.envScript!);
  assertEquals(await failing(), `sh: 1: .: cannot open ./${WEB.envScript}: No such file\n`);
});

Deno.test("SimulatedFleet lets one container at a time have a port", async () => {
  const fleet = new SimulatedFleet({
    hosts: { h: { networks: ["kamal"], listening: { 443: "nginx" } } },
  });
  const [taken] = await run(fleet, SAMPLES["run-proxy"]);
  assertEquals(
    taken!.stderr,
    "Error response from daemon: Bind for 0.0.0.0:443 failed: port is already allocated\n",
  );
  fleet.host("h").listening.clear();
  assertEquals((await run(fleet, SAMPLES["start-proxy"]))[0]!.exitCode, 0);
});

Deno.test("SimulatedFleet gives kamal-proxy one owner per host name and path", async () => {
  const fleet = serving();
  const { id } = fleet.host("h").container("shop-web-v1")!;
  const targets = [{ container: "shop-web-v1", target: { id } }];
  const rival = { ...ROUTE, service: "blog-web", targets };
  const [refused] = await run(fleet, rival);
  assertEquals([refused!.exitCode, refused!.stderr], [
    1,
    "Error: host settings conflict with another service\n",
  ]);
  assertEquals((await run(fleet, { ...rival, flags: ["--host=blog.acme.dev"] }))[0]!.exitCode, 0);
});

Deno.test("SimulatedFleet lets apps behave by version, and by host where it is told so", async () => {
  const fleet = serving({ v2: "unhealthy" });
  const [, gate] = await run(fleet, WEB, WEB_GATE);
  assertEquals([gate!.exitCode, gate!.seconds], [1, 30.1]);
  assertEquals(gate!.stdout, "answer 0 500 0.1 \nstate false 0\nlog listening\nlog GET /up 500\n");
  assertEquals(fleet.host("h").container(WEB.name)!.state, "stopped");
});

Deno.test("SimulatedFleet.host() names the host that it does not have", () => {
  const fleet = new SimulatedFleet({ hosts: {} });
  assertThrows(() => fleet.host("h"), RangeError, 'The fleet has no host "h"');
});

Deno.test("SimulatedFleet gives the same ids and times in every run", async () => {
  const journals = [];
  for (let count = 0; count < 2; count++) {
    const fleet = serving();
    await run(fleet, WEB, WEB_GATE, ROUTE);
    const ids = [...fleet.host("h").containers.values()].map((
      { id, startedAt },
    ) => [id, startedAt]);
    journals.push(JSON.stringify([fleet.journal, ids]));
  }
  assertEquals(journals[0], journals[1]);
});

/** A host on which v1 serves, ready for v2. */
function serving(
  apps: ConstructorParameters<typeof SimulatedFleet>[0]["apps"] = {},
): SimulatedFleet {
  return new SimulatedFleet({
    hosts: {
      h: {
        proxy: PROXY,
        containers: [{ name: "shop-web-v1", image: "ghcr.io/acme/shop:v1" }],
        routes: [{ service: "shop-web", container: "shop-web-v1", hosts: ["shop.acme.dev"] }],
        files: { [WEB.envFile!]: "\n", [WEB.envScript!]: "SEXTANT_ENV=''\n" },
      },
    },
    images: ["ghcr.io/acme/shop:v2"],
    apps,
  });
}

type Results = Awaited<ReturnType<typeof runOn>>;

function run(fleet: SimulatedFleet, ...operations: readonly Operation[]): Promise<Results> {
  return runOn(fleet, "h", ...operations);
}

async function runOn(fleet: SimulatedFleet, name: string, ...operations: readonly Operation[]) {
  const { session } = await fleet.connect({ name, address: name, port: 22, user: "root" });
  return await session.run({
    steps: operations.map((operation) => ({ shell: "", operations: [operation] })),
  });
}
