import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { describeOperation } from "../../sdk/operations/operation.ts";
import { isEmpty, type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("a route's settings follow the configuration, with the container as it is", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [LabHost];
  const app = scene.app();
  const changed = app.proxy({
    responseTimeout: 7,
    forwardHeaders: false,
    stripPathPrefix: false,
    sslRedirect: false,
    canonicalHost: "shop.test",
    buffering: {
      requests: true,
      responses: false,
      memory: 2_000_000,
      maxRequestBody: 4_000_000,
    },
    logging: { requestHeaders: ["X-A", "X-B"], responseHeaders: ["X-C"] },
  });
  const version = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const containers = await ids(host);

  await t.step("nothing is to do while it says the same", async () => {
    assertEquals(isEmpty((await scene.run(app, { name: "deploy" })).plan!), true);
  });

  await t.step("each changed setting reaches kamal-proxy, and then nothing is to do", async () => {
    const { plan, report } = await scene.run(changed, { name: "deploy" });
    assertEquals(report?.failures, []);
    assertEquals(
      routeDetails(plan!),
      [
        `${version}, canonical-host none → shop.test, target-timeout 30s → 7s, ` +
        `buffer-responses true → false, 7 more`,
      ],
    );
    assertEquals(isEmpty((await scene.run(changed, { name: "deploy" })).plan!), true);
    assertEquals(await ids(host), containers);
    assertEquals((await ask(host)).text, version);
  });

  await t.step("what somebody else told kamal-proxy is named, and set again", async () => {
    const target = await host.must("docker ps -qf name=shop-web | cut -c1-12");
    await host.must(
      `docker exec kamal-proxy kamal-proxy deploy shop-web --target ${target.trim()}:80 --host shop.test --target-timeout 9s --health-check-interval 1500ms`,
    );
    const { answer } = await scene.run(app, { name: "drift" });
    assertEquals(
      answer?.type === "drift" && answer.differences.map(({ field, found }) => [field, found]),
      [
        ["route.health-check-interval", "1.5s"],
        ["route.health-check-host", undefined],
        ["route.target-timeout", "9s"],
        ["route.buffer-requests", "false"],
        ["route.buffer-responses", "false"],
        ["route.log-request-header", undefined],
      ],
    );
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    assertEquals(isEmpty((await scene.run(app, { name: "deploy" })).plan!), true);
  });

  await t.step("a deploy that is undone leaves the settings as they were", async () => {
    const before = await state(host);
    const failing = changed.hook("post-app-boot", () => {
      throw new Error("not this time");
    });
    await scene.release();
    assertEquals((await scene.run(failing, { name: "deploy" })).report?.outcome, "failed");
    assertEquals(await state(host), before);
    assertEquals((await ask(host)).text, version);
    assertEquals(await running(host), ["kamal-proxy", `shop-web-${version}`]);
  });
});

function routeDetails(plan: Plan): readonly (string | undefined)[] {
  return stepsOf(plan).flatMap(({ operations }) => operations)
    .filter(({ kind }) => kind === "route-traffic")
    .map((operation) => describeOperation(operation).detail);
}

async function ids(host: LabHost): Promise<string> {
  return await host.must("docker ps --no-trunc --format '{{.ID}} {{.Names}}' | sort");
}

async function state(host: LabHost): Promise<string> {
  return await host.must(
    "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
  );
}
