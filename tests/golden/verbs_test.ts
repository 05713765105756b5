import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { configOf, SHOP_WITH_DATABASE } from "../plan/configs.ts";
import { Deployment } from "../plan/deployment.ts";
import { assertGolden } from "./golden.ts";
import { renderCommands } from "./plan_commands.ts";
import { BEFORE, VERB_CASES, type VerbCase } from "./verbs.ts";

for (const [name, one] of Object.entries<VerbCase<Verb["name"]>>(VERB_CASES)) {
  Deno.test(`planFor() plans ${name}`, async () => {
    const { verb, host = {}, config = {}, configBefore = config } = one;
    const fleet = new SimulatedFleet({
      hosts: { "10.0.0.1": host, "10.0.0.2": host, "10.0.0.3": {} },
      images: ["traefik:v2.11", "postgres:17", "basecamp/kamal-proxy:v0.9.3"],
    });
    const before = new Deployment(
      fleet,
      await configOf({ ...SHOP_WITH_DATABASE, ...configBefore }),
    );
    let version = "v1";
    for (const [earlier, of] of one.before ?? BEFORE) {
      const { report } = await before.do(earlier, of);
      assertEquals(report.failures, []);
      version = of;
    }
    const deployment = new Deployment(fleet, await configOf({ ...SHOP_WITH_DATABASE, ...config }));
    const isNext = ["deploy", "redeploy", "canary start"].includes(verb.name);
    const target = isNext ? "v2" : version;
    await assertGolden(
      `verbs/${name.replaceAll(" ", "_")}`,
      renderCommands(await deployment.plan(verb, target)),
    );
  });
}
