import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { needsOf } from "../../sdk/commander/needs.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { HostError, HostsError, type SextantError } from "../../sdk/errors.ts";
import { checkHosts, checkLock } from "../../sdk/plan/checks.ts";
import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";

const PROXY = "basecamp/kamal-proxy:v0.9.2";
const blog = { name: "blog-web-v1", image: "blog:v1", labels: { service: "blog" } };

Deno.test("checkHosts() is content with fresh hosts, and with those that run the proxy", async () => {
  await check({ "10.0.0.1": {}, "10.0.0.2": { proxy: PROXY } });
});

Deno.test("checkHosts() names Docker where it is missing or stopped", async () => {
  const missing = await problem({ docker: "missing" });
  assertEquals([missing.code, missing.message], [
    "DOCKER_MISSING",
    "10.0.0.1: Docker is not installed",
  ]);
  assertStringIncludes(missing.hint!, "sextant server bootstrap");
  const stopped = await problem({ docker: "stopped" });
  assertEquals(stopped.code, "DOCKER_NOT_RUNNING");
  assertStringIncludes(stopped.message, "Cannot connect to the Docker daemon");
});

Deno.test("checkHosts() refuses a host without space to bring anything to, and nothing else", async () => {
  const { code, message } = await problem({ freeKiB: 10 * 1024 });
  assertEquals([code, message], [
    "DISK_FULL",
    "10.0.0.1: only 10 MiB are free where Docker keeps its data",
  ]);
  await check({ "10.0.0.1": { freeKiB: 0 } });
  const brings = (["deploy", "accessory boot", "proxy boot", "build pull"] as const).map((name) =>
    needsOf({ name } as Verb).room
  );
  assertEquals(brings, [true, true, true, true]);
  const makes = (["prune", "remove", "app stop", "rollback", "app logs", "drift"] as const).map((
    name,
  ) => needsOf({ name } as Verb).room ?? false);
  assertEquals(makes, [false, false, false, false, false, false]);
});

Deno.test("checkHosts() refuses a proxy that is too old, and none that is newer or unnamed", async () => {
  const { code } = await problem({ proxy: "basecamp/kamal-proxy:v0.8.7" });
  assertEquals(code, "PROXY_TOO_OLD");
  for (const tag of ["v0.9.2", "v0.9.10", "v1.0", "latest"]) {
    await check({ "10.0.0.1": { proxy: `basecamp/kamal-proxy:${tag}` } });
  }
});

Deno.test("checkHosts() names who has the proxy's port", async () => {
  const process = await problem({ listening: { 443: "nginx" } });
  assertEquals([process.code, process.message], [
    "PORT_TAKEN",
    "10.0.0.1: port 443 is taken by process nginx",
  ]);
  const container = await problem({ containers: [{ ...blog, publish: ["80:80"] }] });
  assertEquals(container.message, "10.0.0.1: port 80 is taken by container blog-web-v1");
  assertStringIncludes(container.hint!, "docker stop blog-web-v1");
});

Deno.test("checkHosts() asks for other ports where the proxy has others", async () => {
  const proxy = { host: "shop.acme.dev", run: { httpPort: 8080, httpsPort: 8443 } };
  await check({ "10.0.0.1": { listening: { 80: "nginx" } } }, { proxy });
});

Deno.test("checkHosts() does not ask for the ports of a stopped container", async () => {
  await check({ "10.0.0.1": { containers: [{ ...blog, publish: ["80:80"], running: false }] } });
});

Deno.test("checkHosts() refuses a host name that another service has", async () => {
  const rival = (hosts: readonly string[], pathPrefixes: readonly string[] = []): HostOptions => ({
    proxy: PROXY,
    containers: [blog],
    routes: [{ service: "blog-web", container: "blog-web-v1", hosts, pathPrefixes }],
  });
  const { code, message } = await problem(rival(["shop.acme.dev"]));
  assertEquals([code, message], [
    "ROUTE_TAKEN",
    "10.0.0.1: kamal-proxy already sends shop.acme.dev to blog-web",
  ]);
  const image = "registry.acme.dev/acme/shop:v1";
  const renamed = { ...rival(["shop.acme.dev"]), containers: [{ ...blog, image }] };
  assertStringIncludes(
    (await problem(renamed)).hint!,
    "blog has the same image: if that was the name of shop",
  );
  await check({ "10.0.0.1": rival(["blog.acme.dev"]) });
  await check({ "10.0.0.1": rival(["shop.acme.dev"], ["/blog"]) });
  await check({ "10.0.0.1": rival([]) });
});

Deno.test("checkHosts() compares path prefixes as kamal-proxy does", async () => {
  const route = { service: "blog-web", container: "blog-web-v1", hosts: ["shop.acme.dev"] };
  const rival = (pathPrefixes: readonly string[]): HostOptions => ({
    proxy: PROXY,
    containers: [blog],
    routes: [{ ...route, pathPrefixes }],
  });
  const proxy = { host: "shop.acme.dev", pathPrefix: "/api/" };
  const { message } = await problem(rival(["/docs", "/api"]), { proxy });
  assertEquals(message, "10.0.0.1: kamal-proxy already sends shop.acme.dev/api/ to blog-web");
  await check({ "10.0.0.1": rival(["/api/v2"]) }, { proxy });
  await check({ "10.0.0.1": rival([]) }, { proxy });
});

Deno.test("checkHosts() names the problems of all hosts at once", async () => {
  const hosts = { "10.0.0.1": { docker: "missing" }, "10.0.0.2": { freeKiB: 0 } } as const;
  const input = await (await deploymentOn(hosts)).input("v1");
  const error = assertThrows(() => checkHosts(input, { proxy: true, room: true }), HostsError);
  assertEquals(error.errors.map(({ host, code }) => [host, code]), [
    ["10.0.0.1", "DOCKER_MISSING"],
    ["10.0.0.2", "DISK_FULL"],
  ]);
});

Deno.test("checkHosts() leaves the proxy alone where nothing is done to it", async () => {
  const input = await (await deploymentOn({ "10.0.0.1": { listening: { 80: "nginx" } } })).input(
    "v1",
  );
  checkHosts(input, { proxy: false });
});

Deno.test("checkLock() refuses to begin while somebody holds the lock, and says who", async () => {
  const deployment = await deploymentOn({ "10.0.0.1": {} });
  checkLock(await deployment.input("v1"));
  deployment.fleet.host("10.0.0.1").holdLock(
    "shop",
    "Locked by: ci at 2026-01-01T00:00:00Z\nVersion: v9\nMessage: x",
  );
  const input = await deployment.input("v1");
  const error = assertThrows(() => checkLock(input), HostError);
  assertEquals(error.code, "LOCK_HELD");
  assertStringIncludes(error.message, "ci holds it since 2026-01-01T00:00:00Z (version v9, x)");
});

async function deploymentOn(
  hosts: Readonly<Record<string, HostOptions>>,
  more: Partial<DeploySpec> = {},
): Promise<Deployment> {
  const config = await shop({ servers: { web: Object.keys(hosts) }, ...more });
  return new Deployment(new SimulatedFleet({ hosts }), config);
}

async function check(
  hosts: Readonly<Record<string, HostOptions>>,
  more: Partial<DeploySpec> = {},
): Promise<void> {
  checkHosts(await (await deploymentOn(hosts, more)).input("v1"), { proxy: true });
}

async function problem(
  host: HostOptions,
  more: Partial<DeploySpec> = {},
): Promise<SextantError> {
  const input = await (await deploymentOn({ "10.0.0.1": host }, more)).input("v1");
  try {
    checkHosts(input, { proxy: true, room: true });
  } catch (error) {
    assert(error instanceof HostError);
    return error;
  }
  throw new Error("nothing was wrong");
}
