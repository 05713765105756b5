import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { parseProbe } from "../../sdk/observe/parse.ts";
import { answering, containersOn, done, serving } from "./fleets.ts";

Deno.test("execute() ends as moved where a host is not as it was planned for, with the host's new answer", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.2").containers.get("shop-web-v1")!.state = "stopped";
  const { report, moved } = await deployment.run(plan);
  assertEquals(report.outcome, "moved");
  assertEquals([...moved.keys()], ["10.0.0.2"]);
  const state = parseProbe("10.0.0.2", moved.get("10.0.0.2")!);
  assertEquals(state.containers.find(({ name }) => name === "shop-web-v1")!.running, false);
});

Deno.test("execute() boots nothing where a host has moved, and gives the lock back", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.2").containers.delete("shop-web-v1");
  const since = deployment.fleet.journal.length;
  const { report } = await deployment.run(plan);
  assertEquals(done(deployment, since).filter((entry) => entry.endsWith("run-container")), []);
  assertEquals(report.lock, "released");
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v1 *"]);
});

Deno.test("execute() counts a host that moved as no failure", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.3").write(".kamal/apps/shop/env/roles/jobs.env", "BY=hand\n");
  const { report } = await deployment.run(plan);
  assertEquals([report.outcome, report.failures], ["moved", []]);
});

Deno.test("execute() fails rather than moves where something else went wrong as well", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.2").containers.delete("shop-web-v1");
  deployment.fleet.host("10.0.0.3").failAt("pull-image", { stderr: "no space left on device\n" });
  const { report } = await deployment.run(plan);
  assertEquals(report.outcome, "failed");
  assertEquals(report.failures.map(({ host }) => host).toSorted(), ["10.0.0.2", "10.0.0.3"]);
});

Deno.test("execute() is not moved by a foreign container, a pulled image or another service's route", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const host = deployment.fleet.host("10.0.0.2");
  host.addContainer({ name: "cron", image: "busybox:1" });
  host.images.set("busybox:1", { id: "sha256:1", digest: undefined, service: undefined });
  host.networks.add("other");
  host.routes.set("blog-web", {
    service: "blog-web",
    hosts: ["blog.acme.dev"],
    pathPrefixes: [],
    targets: ["0123456789ab:80"],
    tls: false,
  });
  const { report } = await deployment.run(plan);
  assertEquals(report.outcome, "done");
  assertEquals(answering(deployment), ["v2", "v2"]);
});
