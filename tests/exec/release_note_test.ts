import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { parseRelease } from "../../sdk/observe/release.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import type { Deployment } from "../plan/deployment.ts";
import { answering, HOSTS, serving } from "./fleets.ts";

const [FIRST = "", SECOND = ""] = HOSTS;
const LEDGER = ".kamal/apps/shop/sextant/releases";

Deno.test("execute() of a deploy notes what a run that was broken off at its end did not", async () => {
  const deployment = await serving();
  deployment.fleet.host(SECOND).failAt("record-release");
  await deployment.deploy("v2");
  assertEquals(notesOn(deployment, SECOND), ["v1 succeeded"]);
  assertEquals((await deployment.deploy("v2")).report.outcome, "done");
  assertEquals(notesOn(deployment, SECOND), ["v1 succeeded", "v2 succeeded"]);
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v2")));
});

Deno.test("execute() notes nothing as taken back where an earlier group stays as it is", async () => {
  const deployment = await serving({
    spec: { boot: { limit: 1, onFailure: "rollback-group" } },
    appsOn: { [SECOND]: { v2: "crashing" } },
  });
  await deployment.deploy("v2");
  assertEquals(answering(deployment), ["v2", "v1"]);
  assertEquals(HOSTS.map((host) => notesOn(deployment, host)), [
    ["v1 succeeded"],
    ["v1 succeeded", "v2 failed"],
    ["v1 succeeded"],
  ]);
});

Deno.test("execute() of a rollback does not note as a release's own settings what nobody knows of it", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  const host = deployment.fleet.host(FIRST);
  host.files.delete(LEDGER);
  await deployment.do({ name: "rollback", to: "v1" }, "v2");
  const lines = host.files.get(LEDGER)!.text.trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).roles), [[]]);
  host.containers.delete("shop-web-v1");
  await deployment.do({ name: "rollback", to: "v2" }, "v1");
  await deployment.do({ name: "rollback", to: "v1" }, "v2");
  const { roles } = JSON.parse(host.files.get(LEDGER)!.text.trim().split("\n").at(-1)!);
  assertEquals(roles.length, 1, "it runs by today's settings now");
});

function notesOn({ fleet }: Deployment, host: string): readonly string[] {
  return (fleet.host(host).files.get(LEDGER)?.text ?? "").trim().split("\n").flatMap((line) =>
    parseRelease(line).map(({ version, status }) => `${version} ${status}`)
  );
}
