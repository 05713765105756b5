import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hostsFunctionsOf, withHosts } from "../../sdk/config/computed_hosts.ts";
import { configHash } from "../../sdk/config/config_hash.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { deploy } from "../../sdk/deploy.ts";

const none = (): [] => [];

Deno.test("Deploy keeps functions of hosts beside the spec, which stays plain data", () => {
  const app = deploy("shop")
    .servers({ web: () => ["10.0.0.1"], jobs: { hosts: none, cmd: "bin/jobs" } })
    .accessory("db", { image: "postgres:17", hosts: none });
  assertEquals(JSON.parse(JSON.stringify(app.toSpec())), {
    service: "shop",
    servers: {
      web: { hostsFunction: "hosts#1" },
      jobs: { hosts: { hostsFunction: "hosts#2" }, cmd: "bin/jobs" },
    },
    accessories: { db: { image: "postgres:17", hosts: { hostsFunction: "hosts#2" } } },
  });
  assertEquals(Object.keys(app.toEffects().hosts), ["hosts#1", "hosts#2"]);
  assertEquals(app.toEffects().hosts["hosts#2"], none);
});

Deno.test("hostsFunctionsOf() gives those of a destination, and where each one stands", () => {
  const app = deploy("shop")
    .servers({ web: () => [], jobs: { hosts: () => [], cmd: "bin/jobs" } })
    .destination("staging", (app) => app.servers({ web: () => ["10.0.1.1"] }))
    .destination("fixed", (app) => app.servers({ web: [], jobs: { hosts: [] } }));
  const placesOf = (destination?: string): readonly unknown[] => [
    ...hostsFunctionsOf(app.toSpec(), destination),
  ];
  assertEquals(placesOf(), [["hosts#1", "servers.web"], ["hosts#2", "servers.jobs.hosts"]]);
  assertEquals(placesOf("staging"), [
    ["hosts#3", "servers.web"],
    ["hosts#2", "servers.jobs.hosts"],
  ]);
  assertEquals(placesOf("fixed"), []);
});

Deno.test("withHosts() puts hosts where their function stood, in a destination too", async () => {
  const app = deploy("shop").image("acme/shop")
    .servers({ web: { hosts: none, cmd: "bin/web" } })
    .destination("staging", (app) => app.servers({ web: { hosts: () => [] } }));
  const spec = withHosts(
    app.toSpec(),
    new Map([["hosts#1", ["10.0.0.1"]], ["hosts#2", [{ host: "10.0.1.1", port: 2222 }]]]),
  );
  assertEquals((await resolveConfig(spec)).roles[0]?.hosts, ["10.0.0.1"]);
  const staging = await resolveConfig(spec, { destination: "staging" });
  assertEquals(staging.roles[0]?.hosts, ["10.0.1.1:2222"]);
  assertEquals(staging.roles[0]?.cmd, "bin/web");
});

Deno.test("configHash() tells configurations apart by what they resolve to", async () => {
  const app = deploy("shop").image("acme/shop").servers({ web: none });
  const hashOf = async (...hosts: string[]): Promise<string> =>
    configHash(await resolveConfig(withHosts(app.toSpec(), new Map([["hosts#1", hosts]]))));
  assertMatch(await hashOf("10.0.0.1"), /^[\da-f]{64}$/);
  assertEquals(await hashOf("10.0.0.1"), await hashOf("10.0.0.1"));
  assertNotEquals(await hashOf("10.0.0.1"), await hashOf("10.0.0.2"));
});

Deno.test("A recipe may declare hosts by a function", () => {
  const app = deploy("shop").servers({ web: none }).use((app) =>
    app.accessory("db", { image: "postgres:17", hosts: () => ["10.0.0.9"] })
  );
  assertEquals(hostsFunctionsOf(app.toSpec(), undefined).get("hosts#2"), "accessories.db.hosts");
  assertNotEquals(app.toEffects().hosts["hosts#2"], undefined);
});
