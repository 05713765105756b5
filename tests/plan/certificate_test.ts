import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import { configOf } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

Deno.test("planDeploy() obtains the certificates of names that were not served by HTTPS before", async () => {
  const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {} } });
  const obtained = async (proxy: ProxyInput, version: string): Promise<readonly unknown[]> => {
    const deployment = new Deployment(fleet, await shopWith(proxy));
    const plan = await deployment.plan({ name: "deploy" }, version);
    assertEquals((await deployment.run(plan)).report.failures, []);
    return operationsOf(plan, "obtain-certificates").map(({ hosts, at }) => [hosts.join(), at]);
  };
  assertEquals(await obtained({ host: "a.dev" }, "v1"), []);
  assertEquals(await obtained({ host: "a.dev", ssl: true }, "v1"), [["a.dev", "127.0.0.1:443"]]);
  assertEquals(await obtained({ host: "a.dev", ssl: true }, "v2"), []);
  const run = { bindIps: ["fd00::1", "10.0.0.1"], httpsPort: 8443 };
  assertEquals(
    await obtained({ hosts: ["a.dev", "b.dev"], ssl: true, run }, "v2"),
    [["b.dev", "[fd00::1]:8443"]],
  );
  assertEquals(await obtained({ host: "c.dev", ssl: true, run: { publish: false } }, "v2"), []);
});

function shopWith(proxy: ProxyInput): ReturnType<typeof configOf> {
  return configOf({
    service: "shop",
    image: "acme/shop",
    registry: { server: "registry.acme.dev" },
    servers: { web: ["10.0.0.1"] },
    proxy,
  });
}
