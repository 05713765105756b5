import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import type { HookCall } from "../../sdk/exec/effects.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "../plan/configs.ts";
import { Deployment } from "../plan/deployment.ts";
import { answering, containersOn, done, HOSTS, serving } from "./fleets.ts";

Deno.test("execute() runs hooks in Kamal's order, and post-deploy after the lock is given back", async () => {
  const fleet = new SimulatedFleet({ hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])) });
  const ran: string[] = [];
  const note = ({ name }: HookCall): void => {
    ran.push(
      `${name}, lock ${fleet.host("10.0.0.1").lock("shop") === undefined ? "free" : "held"}`,
    );
  };
  const names = ["pre-build", "pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"];
  const hooks = Object.fromEntries(names.map((name) => [name, note]));
  await new Deployment(fleet, await shop(), { hooks }).deploy("v1");
  assertEquals(ran, [
    "pre-build, lock free",
    "pre-deploy, lock held",
    "pre-app-boot, lock held",
    "post-app-boot, lock held",
    "post-deploy, lock free",
  ]);
});

Deno.test("execute() gives a hook the hosts that it is about", async () => {
  const hosts: (readonly string[])[] = [];
  const deployment = await serving({
    hooks: { "pre-app-boot": (call) => void hosts.push(call.hosts) },
    spec: { boot: { limit: 1 } },
  });
  hosts.length = 0;
  await deployment.deploy("v2");
  assertEquals(hosts, [["10.0.0.1"], ["10.0.0.2"], ["10.0.0.3"]]);
});

Deno.test("execute() changes nothing on any host when pre-deploy fails, but for the lock", async () => {
  const deployment = await failing("pre-deploy", new Error("not on a Friday"));
  const since = deployment.fleet.journal.length;
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ code, host }) => [code, host]), [["HOOK_FAILED", "here"]]);
  assertEquals(report.failures[0]!.message, "hook pre-deploy failed: not on a Friday");
  const onHosts = done(deployment, since).filter((entry) =>
    !entry.startsWith("here ") && !entry.endsWith(" probe")
  );
  assertEquals(onHosts, ["10.0.0.1 acquire-lock", "10.0.0.1 release-lock"]);
});

Deno.test("execute() does not boot a group whose pre-app-boot fails", async () => {
  const deployment = await failing("pre-app-boot", new Error("no"));
  await deployment.deploy("v2");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v1 *"]);
});

Deno.test("execute() goes back when post-app-boot fails", async () => {
  const deployment = await failing("post-app-boot", new Error("smoke test failed"));
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "failed");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("execute() keeps what was deployed when post-deploy fails, and says that it failed", async () => {
  const deployment = await failing("post-deploy", new Error("no chat today"));
  const { report } = await deployment.deploy("v2");
  assertEquals([report.outcome, report.lock], ["failed", "released"]);
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("execute() passes on what a hook explains of its failure", async () => {
  const error = new SextantError("HOOK_FAILED", "hook pre-deploy failed: exit status 3", {
    hint: "Look at .kamal/hooks/pre-deploy",
    details: ["line of its output"],
  });
  const { report } = await (await failing("pre-deploy", error)).deploy("v2");
  const [failure] = report.failures;
  assertEquals(failure!.hint, "Look at .kamal/hooks/pre-deploy");
  assertEquals(failure!.details, ["line of its output"]);
});

Deno.test("execute() passes a hook's lines on as the output of its step", async () => {
  const deployment = await serving({
    hooks: { "pre-deploy": ({ log }) => log("checking the calendar") },
  });
  const { events } = await deployment.deploy("v2");
  const outputs = events.filter((event) => event.type === "step-output");
  const output = outputs.find(({ text }) => text === "checking the calendar\n");
  assertEquals([output?.host, output?.stream], ["here", "stdout"]);
  assertStringIncludes(output!.step, "pre-deploy");
});

Deno.test("execute() tells post-deploy how long the run took", async () => {
  let runtime: number | undefined;
  const deployment = await serving({
    hooks: { "post-deploy": (call) => void (runtime = call.runtime) },
  });
  await deployment.deploy("v2");
  assert(runtime !== undefined && runtime > 0);
});

/** A fleet on which v1 serves, and a hook that fails from then on. */
async function failing(hook: string, error: Error): Promise<Deployment> {
  const { fleet, config } = await serving();
  const fail = (): never => {
    throw error;
  };
  return new Deployment(fleet, config, { hooks: { [hook]: fail } });
}
