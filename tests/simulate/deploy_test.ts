import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { deploy } from "../../mod.ts";
import { RunFailedError } from "../../sdk/commander/run.ts";
import { SimulatedFleet } from "../../sdk/testing.ts";

const HOSTS = { "10.0.0.1": {}, "10.0.0.2": {} };
const APP = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1", "10.0.0.2"] })
  .proxy({ host: "shop.acme.dev" });

Deno.test("SimulatedFleet serves a deployment's own commands, start to end", async () => {
  const fleet = new SimulatedFleet({ hosts: HOSTS, apps: { v3: "unhealthy" } });
  const options = optionsOf(fleet);
  await APP.run({ name: "setup" }, { ...options, version: "v1" });
  const { exchanges } = await APP.deploy({ ...options, version: "v2" });
  assertEquals(exchanges, { "10.0.0.1": 6, "10.0.0.2": 5 });
  const error = await assertRejects(
    () => Promise.resolve(APP.deploy({ ...options, version: "v3" })),
    RunFailedError,
  );
  assertEquals([error.code, error.result.serving], ["UNHEALTHY", {
    "10.0.0.1": "v2",
    "10.0.0.2": "v2",
  }]);
  assertEquals(fleet.gaps, []);
});

Deno.test("SimulatedFleet lets a second deploy of the same version find nothing to do", async () => {
  const fleet = new SimulatedFleet({ hosts: HOSTS });
  const options = { ...optionsOf(fleet), version: "v1" };
  await APP.deploy(options);
  const { report } = await APP.deploy(options);
  assertEquals(report, undefined);
});

Deno.test("SimulatedFleet shows that a plan is made anew where hosts moved while it was looked at", async () => {
  const fleet = new SimulatedFleet({ hosts: HOSTS });
  await APP.deploy({ ...optionsOf(fleet), version: "v1" });
  let asked = 0;
  const { report } = await APP.deploy({
    ...optionsOf(fleet),
    version: "v2",
    approve: () => {
      if (asked++ === 0) fleet.host("10.0.0.2").containers.delete("shop-web-v1");
      return true;
    },
  });
  assertEquals([asked, report?.outcome], [2, "done"]);
  assertEquals(fleet.serve("10.0.0.2", "shop.acme.dev").version, "v2");
});

/** Options that reach nothing but the fleet. */
function optionsOf(fleet: SimulatedFleet) {
  return { transport: fleet, local: fleet, skipHooks: true };
}
