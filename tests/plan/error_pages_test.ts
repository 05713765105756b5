import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { Config } from "../../sdk/config/config.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { SHOP } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const FOLDER = ".kamal/proxy/apps-config/shop/error_pages";

Deno.test("planDeploy() puts error pages on the hosts that a proxy serves, once for all versions", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await withPages({ "503.html": "a", "404.html": "b" }));
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  const uploads = operationsOf(plan, "upload-error-pages");
  assertEquals(uploads.length, 2);
  assertEquals(uploads[0]!.pages.map(({ name, local }) => [name, local]), [
    ["404.html", "public/404.html"],
    ["503.html", "public/503.html"],
  ]);
  assertEquals(operationsOf(plan, "run-container"), []);
  assertEquals((await deployment.run(plan)).report.failures, []);
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v1")));
  const next = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(next, "upload-error-pages"), []);
});

Deno.test("planDeploy() shows changed pages without another container, and removes the old ones", async () => {
  const { fleet } = await serving();
  await new Deployment(fleet, await withPages({ "503.html": "a" })).deploy("v1");
  const [old] = folders(fleet);
  const deployment = new Deployment(fleet, await withPages({ "503.html": "c" }));
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(operationsOf(plan, "remove-path").map(({ path }) => path), [old, old]);
  assertEquals((await deployment.run(plan)).report.failures, []);
  const now = folders(fleet);
  assertEquals(now.length, 1);
  assert(now[0] !== old);
  assert(flagsOf(fleet).includes(`--error-pages=${inContainer(now[0]!)}`));
});

Deno.test("planDeploy() keeps the pages that an undone route shows", async () => {
  const { fleet } = await serving();
  await new Deployment(fleet, await withPages({ "503.html": "a" })).deploy("v1");
  const [old] = folders(fleet);
  const deployment = new Deployment(fleet, await withPages({ "503.html": "c" }));
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assert(flagsOf(fleet).includes(`--error-pages=${inContainer(old!)}`));
  assert(folders(fleet).includes(old!));
});

Deno.test("planDeploy() goes back to kamal-proxy's own pages", async () => {
  const { fleet, config } = await serving();
  await new Deployment(fleet, await withPages({ "503.html": "a" })).deploy("v1");
  const deployment = new Deployment(fleet, config);
  assertEquals((await deployment.deploy("v1")).report.failures, []);
  assertEquals(folders(fleet), []);
  assertEquals(flagsOf(fleet).filter((flag) => flag.startsWith("--error-pages")), []);
});

Deno.test("planRollback() shows today's pages with an earlier release", async () => {
  const { fleet } = await serving();
  await new Deployment(fleet, await withPages({ "503.html": "a" })).deploy("v2");
  const deployment = new Deployment(fleet, await withPages({ "503.html": "c" }));
  await deployment.deploy("v3");
  const [today] = folders(fleet);
  const { report } = await deployment.do({ name: "rollback" }, "v3");
  assertEquals(report.failures, []);
  assert(flagsOf(fleet).includes(`--error-pages=${inContainer(today!)}`));
});

Deno.test("resolveConfig() takes pages for 4xx and 5xx alone", async () => {
  const { errorPages } = await withPages({
    "503.html": "a",
    "index.html": "b",
    "sub/404.html": "c",
  });
  assertEquals(errorPages.map(({ name }) => name), ["503.html"]);
});

/** The shop with error pages, by name and what stands in the place of their digest. */
async function withPages(pages: Readonly<Record<string, string>>): Promise<Config> {
  const digests = Object.entries(pages).map(([name, mark]) =>
    [`public/${name}`, mark.repeat(64)] as const
  );
  return await resolveConfig({ ...SHOP, settings: { errorPagesPath: "public/" } }, {
    digests: Object.fromEntries(digests),
  });
}

function folders(fleet: Deployment["fleet"]): readonly string[] {
  const files = [...fleet.host("10.0.0.1").files.keys()];
  const pages = files.filter((path) => path.startsWith(`${FOLDER}/`));
  return [...new Set(pages.map((path) => path.slice(0, path.lastIndexOf("/"))))];
}

function flagsOf(fleet: Deployment["fleet"]): readonly string[] {
  return fleet.host("10.0.0.1").routes.get("shop-web")!.flags!;
}

function inContainer(folder: string): string {
  return folder.replace(".kamal/proxy/apps-config", "/home/kamal-proxy/.apps-config");
}
