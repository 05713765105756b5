import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { Verb } from "../../sdk/commander/verb.ts";
import { secretsNeededBy } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { serving } from "../exec/fleets.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const PRIVATE = { run: { registry: "registry.acme.dev", repository: "tools/kamal-proxy" } };
const PROXY = { host: "shop.acme.dev", appPort: 3000, ...PRIVATE };
const OWN = "registry.acme.dev/tools/kamal-proxy:v0.9.2";
const VERBS: readonly Verb[] = [
  { name: "proxy boot" },
  { name: "proxy start" },
  { name: "proxy reboot", rolling: false },
  { name: "proxy upgrade", rolling: false },
];

Deno.test("planFor() logs in before it gets the proxy's image from the app's registry", async () => {
  for (const verb of VERBS) {
    const hosts = { "10.0.0.1": {}, "10.0.0.2": {}, "10.0.0.3": {} };
    const deployment = new Deployment(new SimulatedFleet({ hosts }), await shop({ proxy: PROXY }));
    const plan = await deployment.plan(verb, "v1");
    assertEquals(
      operationsOf(plan, "pull-image").map(({ image, login }) => [image, login?.server]),
      [[OWN, "registry.acme.dev"], [OWN, "registry.acme.dev"]],
      verb.name,
    );
    assertEquals(secretsNeededBy(plan), ["REGISTRY_PASSWORD"]);
  }
});

Deno.test("planFor() pulls no image of the proxy's that is there", async () => {
  const { fleet, config } = await serving();
  const image = { id: "sha256:1", digest: undefined, service: undefined };
  const there = await shop({ proxy: PROXY });
  for (const host of there.hosts) {
    fleet.host(host.name).images.set(OWN, image);
  }
  for (const verb of VERBS) {
    for (const one of [config, there]) {
      const plan = await new Deployment(fleet, one).plan(verb, "v1");
      assertEquals(operationsOf(plan, "pull-image"), [], verb.name);
    }
  }
});
