import "../sanitizers.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { isEmpty, stepsOf } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "../plan/configs.ts";
import { Deployment, type DeploymentOptions } from "../plan/deployment.ts";

const WEB = ["10.0.0.1", "10.0.0.2"] as const;

async function serving(options: DeploymentOptions = {}): Promise<Deployment> {
  const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {}, "10.0.0.2": {}, "10.0.0.3": {} } });
  const deployment = new Deployment(fleet, await shop(), options);
  await deployment.deploy("v1");
  return deployment;
}

function stateOf({ fleet }: Deployment): readonly (string | undefined)[] {
  return WEB.map((name) => fleet.host(name).container("kamal-proxy")?.state);
}

Deno.test("execute() of proxy stop, start and restart stops and starts the same container", async () => {
  const deployment = await serving();
  const { id } = deployment.fleet.host("10.0.0.1").container("kamal-proxy")!;
  await deployment.do({ name: "proxy stop" }, "v1");
  assertEquals(stateOf(deployment), ["stopped", "stopped"]);
  await deployment.do({ name: "proxy start" }, "v1");
  assertEquals(stateOf(deployment), ["started", "started"]);
  await deployment.do({ name: "proxy restart" }, "v1");
  assertEquals(stateOf(deployment), ["started", "started"]);
  assertEquals(deployment.fleet.host("10.0.0.1").container("kamal-proxy")!.id, id);
  assertEquals(deployment.fleet.serve("10.0.0.1", "shop.acme.dev").version, "v1");
});

Deno.test("planFor() of proxy stop and start has nothing to do where it is done", async () => {
  const deployment = await serving();
  assertEquals(isEmpty(await deployment.plan({ name: "proxy start" }, "v1")), true);
  await deployment.do({ name: "proxy stop" }, "v1");
  assertEquals(isEmpty(await deployment.plan({ name: "proxy stop" }, "v1")), true);
});

Deno.test("planProxyRemove() refuses while there are routes, and does it by force", async () => {
  const deployment = await serving();
  const input = await deployment.input("v1");
  const { planProxyRemove } = await import("../../sdk/plan/proxy.ts");
  assertThrows(() => planProxyRemove(input, { force: false }), Error, "2 hosts");
  const alone = { ...input, hosts: ["10.0.0.1"] };
  const error = assertThrows(() => planProxyRemove(alone, { force: false }), HostError);
  assertEquals([error.code, error.host], ["PROXY_IN_USE", "10.0.0.1"]);
  await deployment.do({ name: "proxy remove", force: true }, "v1");
  assertEquals(stateOf(deployment), [undefined, undefined]);
});

Deno.test("planProxyReboot() places its hooks around all hosts, or around each with rolling", async () => {
  const heard: string[] = [];
  const hooks = Object.fromEntries(
    ["pre-proxy-reboot", "post-proxy-reboot"].map((name) => [
      name,
      ({ hosts }: { readonly hosts: readonly string[] }) => {
        heard.push(`${name} ${hosts.join(",")}`);
      },
    ]),
  );
  const deployment = await serving({ hooks });
  await deployment.do({ name: "proxy reboot" }, "v1");
  await deployment.do({ name: "proxy reboot", rolling: true }, "v1");
  assertEquals(heard, [
    "pre-proxy-reboot 10.0.0.1,10.0.0.2",
    "post-proxy-reboot 10.0.0.1,10.0.0.2",
    "pre-proxy-reboot 10.0.0.1",
    "post-proxy-reboot 10.0.0.1",
    "pre-proxy-reboot 10.0.0.2",
    "post-proxy-reboot 10.0.0.2",
  ]);
});

Deno.test("planProxyUpgrade() replaces proxies with another image alone", async () => {
  const { fleet } = await serving();
  const newer = await shop({ proxy: { host: "shop.acme.dev", run: { version: "v0.9.3" } } });
  const deployment = new Deployment(fleet, newer);
  await deployment.do({ name: "proxy upgrade" }, "v1");
  assertEquals(
    fleet.host("10.0.0.2").container("kamal-proxy")?.image,
    "basecamp/kamal-proxy:v0.9.3",
  );
  assertEquals(isEmpty(await deployment.plan({ name: "proxy upgrade" }, "v1")), true);
});

Deno.test("execute() of app maintenance and app live stops the traffic and brings it back", async () => {
  const deployment = await serving();
  const answer = () => deployment.fleet.serve("10.0.0.1", "shop.acme.dev").status;
  await deployment.do({ name: "app maintenance", message: "back soon" }, "v1");
  assertEquals(answer(), 503);
  assertEquals(isEmpty(await deployment.plan({ name: "app maintenance" }, "v1")), true);
  await deployment.deploy("v2");
  assertEquals(answer(), 503);
  await deployment.do({ name: "app live" }, "v2");
  assertEquals(answer(), 200);
  assertEquals(isEmpty(await deployment.plan({ name: "app live" }, "v2")), true);
});

Deno.test("planMaintenance() gives requests the app's time to end unless told otherwise", async () => {
  const deployment = await serving();
  const timeouts = async (drainTimeout?: number): Promise<readonly unknown[]> => {
    const plan = await deployment.plan({ name: "app maintenance", drainTimeout }, "v1");
    return stepsOf(plan).flatMap(({ operations }) => operations).flatMap((operation) =>
      operation.kind === "begin-maintenance" ? [operation.drainTimeout] : []
    );
  };
  assertEquals(await timeouts(), [30, 30]);
  assertEquals(await timeouts(5), [5, 5]);
});

Deno.test("execute() of proxy boot-config set writes what differs from Kamal's defaults, and reset removes it", async () => {
  const deployment = await serving();
  const files = () =>
    Object.fromEntries(
      [...deployment.fleet.host("10.0.0.1").files].filter(([path]) =>
        /^\.kamal\/proxy\/[^/]+$/.test(path)
      ).map(([path, { text }]) => [path.slice(".kamal/proxy/".length), text]),
    );
  await deployment.do({
    name: "proxy boot-config set",
    publishHostIps: ["10.0.0.1", "::1"],
    httpPort: 8080,
    logMaxSize: "",
    registry: "ghcr.io",
    imageVersion: "v0.9.3",
    metricsPort: 9090,
    debug: true,
    dockerOptions: ["memory=512m"],
  }, "v1");
  assertEquals(files(), {
    options:
      "--publish 10.0.0.1:8080:80 --publish 10.0.0.1:443:443 --publish [::1]:8080:80 --publish [::1]:443:443 --expose=9090 --memory=512m",
    image: "ghcr.io/basecamp/kamal-proxy",
    image_version: "v0.9.3",
    run_command: "kamal-proxy run --debug --metrics-port 9090",
  });
  const { report } = await deployment.do({ name: "proxy boot-config get" }, "v1");
  assertEquals(
    report.steps[0]?.stdout,
    `${
      files()["options"]
    } ghcr.io/basecamp/kamal-proxy:v0.9.3 kamal-proxy run --debug --metrics-port 9090\n`,
  );
  await deployment.do({ name: "proxy boot-config set" }, "v1");
  assertEquals(files(), {});
  await deployment.do({ name: "proxy boot-config set", publish: false }, "v1");
  assertEquals(files(), { options: "--log-opt max-size=10m" });
  await deployment.do({ name: "proxy boot-config reset" }, "v1");
  assertEquals(files(), {});
});

Deno.test("planProxyBoot() gives the routes back that the proxy has lost", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  host.routes.clear();
  const { report } = await deployment.do({ name: "proxy boot" }, "v1");
  assertEquals(report.failures, []);
  assertEquals(deployment.fleet.serve("10.0.0.1", "shop.acme.dev").version, "v1");
  assertEquals(isEmpty(await deployment.plan({ name: "proxy boot" }, "v1")), true);
});

Deno.test("planProxyReboot() lets a running proxy write down lost routes before it is replaced", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.1").routes.clear();
  const plan = await deployment.plan({ name: "proxy reboot" }, "v1");
  const kinds = stepsOf(plan).filter(({ id }) => id.startsWith("10.0.0.1 ")).flatMap((
    { operations },
  ) => operations.map(({ kind }) => kind));
  assertEquals(kinds, ["check-state", "route-traffic", "replace-proxy", "record-audit"]);
});

Deno.test("proxyUp() ends a replacement that was broken off before anything else", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  const image = "basecamp/kamal-proxy:v0.9.2";
  const old = host.container("kamal-proxy")!;
  host.containers.delete("kamal-proxy");
  host.containers.set("kamal-proxy-old", Object.assign(old, { name: "kamal-proxy-old" }));
  host.addContainer({ name: "kamal-proxy-next", image });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures, []);
  const proxies = [...host.containers.keys()].filter((name) => name.startsWith("kamal-proxy"));
  assertEquals(proxies, ["kamal-proxy"]);
  assertEquals(deployment.fleet.serve("10.0.0.1", "shop.acme.dev").version, "v2");
});
