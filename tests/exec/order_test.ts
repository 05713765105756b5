import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { assertOrder, containersOn, done, HOSTS, serving } from "./fleets.ts";

Deno.test("execute() takes the lock before anything else on any host", async () => {
  const deployment = await serving();
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const onHosts = done(deployment, since).filter((entry) =>
    !entry.startsWith("here ") && !entry.endsWith(" probe")
  );
  assertEquals(onHosts[0], "10.0.0.1 acquire-lock");
});

Deno.test("execute() lets the others begin as soon as the lock is taken, not when the primary is done", async () => {
  const deployment = await serving();
  const { fleet } = deployment;
  const since = fleet.journal.length;
  await deployment.deploy("v2");
  const entries = fleet.journal.slice(since);
  const at = (host: string, kind: string): number =>
    entries.find((entry) => entry.host === host && entry.operation.kind === kind)!.at;
  assert(at("10.0.0.2", "check-state") > at("10.0.0.1", "acquire-lock"));
  assert(at("10.0.0.2", "check-state") < at("10.0.0.1", "pull-image"));
});

Deno.test("execute() routes nothing before every new container of the group is healthy", async () => {
  const deployment = await serving();
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const entries = done(deployment, since);
  const lastGate = entries.findLastIndex((entry) => entry.endsWith("await-healthy"));
  const firstRoute = entries.findIndex((entry) => entry.endsWith("route-traffic"));
  assert(lastGate >= 0 && lastGate < firstRoute, entries.join("\n"));
});

Deno.test("execute() stops an old container only after traffic has left it", async () => {
  const deployment = await serving();
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const kinds = done(deployment, since);
  for (const host of HOSTS.slice(0, 2)) {
    assertOrder(kinds, `${host} route-traffic`, `${host} stop-container`);
  }
});

Deno.test("execute() says which old container had to be killed, and holds nobody up for it", async () => {
  const deployment = await serving({
    apps: { v1: { endsWithin: Infinity } },
    spec: { settings: { stopTimeout: 3 } },
  });
  const { fleet } = deployment;
  const since = fleet.journal.length;
  const { report, events } = await deployment.deploy("v2");
  const [first, ...others] = report.warnings.toSorted((a, b) => a.host < b.host ? -1 : 1);
  assertEquals(first!.host, "10.0.0.1");
  assert(first!.message.startsWith("shop-web-v1 was killed, 3 s after TERM"), first!.message);
  assertEquals(others.map(({ host }) => host), HOSTS.slice(1));
  assertEquals(events.filter(({ type }) => type === "notice").length, report.warnings.length);
  const stops = fleet.journal.slice(since).filter(({ operation }) =>
    operation.kind === "stop-container"
  );
  assertEquals(new Set(stops.map(({ at }) => Math.round(at))).size, 1);
});

Deno.test("execute() gives the lock back at the very end", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  assertEquals(done(deployment).at(-1), "10.0.0.1 release-lock");
});

Deno.test("execute() switches one group after the other", async () => {
  const deployment = await serving({ spec: { boot: { limit: 1 } } });
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const entries = done(deployment, since);
  assertOrder(entries, "10.0.0.1 stop-container", "10.0.0.2 run-container");
  assertEquals(containersOn(deployment, "10.0.0.2"), ["shop-web-v1", "shop-web-v2 *"]);
});

Deno.test("execute() runs operations of one step side by side", async () => {
  const deployment = await serving();
  const { fleet } = deployment;
  const since = fleet.journal.length;
  const { report } = await deployment.deploy("v2");
  const pull = report.steps.find(({ step }) => step === "10.0.0.2 pull")!;
  const kinds = fleet.journal.slice(since).filter(({ host }) => host === "10.0.0.2")
    .map(({ operation }) => operation.kind);
  assertEquals(kinds.slice(1, 3), ["check-state", "pull-image"]);
  // The check takes 0.1 s and the pull 0.5 s.
  assertEquals(pull.seconds, 0.5);
});

Deno.test("execute() sends one script per host and stage: five exchanges, six on the primary, the probe among them", async () => {
  const deployment = await serving();
  const { report } = await deployment.deploy("v2");
  const onHosts = HOSTS.map((host) => 1 + report.exchanges[host]!);
  assertEquals(onHosts, [6, 5, 5]);
});
