import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { targetOf } from "../../sdk/commander/transports.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { secret } from "../../sdk/config/secret.ts";
import { deploy } from "../../sdk/deploy.ts";
import { SextantError } from "../../sdk/errors.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { withProject } from "../fixtures/project_folder.ts";

Deno.test("targetOf() lends hosts that pull the port of a registry on this machine", async () => {
  const portFor = async (server: string, pulls: boolean): Promise<number | undefined> => {
    const app = deploy("shop").image("shop").servers({ web: ["10.0.0.1"] }).registry({ server });
    const config = await resolveConfig(app.toSpec());
    return targetOf(config, config.hosts[0]!, pulls).lentPort;
  };
  assertEquals(await portFor("localhost:5555", true), 5555);
  assertEquals(await portFor("localhost:5555", false), undefined);
  assertEquals(await portFor("registry.acme.dev:5555", true), undefined);
});

Deno.test("targetOf() says how SSH reaches a host", async () => {
  const app = deploy("shop").image("acme/shop")
    .servers({ web: ["a", { host: "me@b:2222", keys: ["~/.ssh/b"], proxy: "none" }] })
    .ssh({ proxy: "jump", forwardAgent: true });
  const config = await resolveConfig(app.toSpec());
  const [first, second] = config.hosts.map((host) => targetOf(config, host));
  assertEquals(first, {
    name: "a",
    address: "a",
    port: 22,
    user: "root",
    keys: undefined,
    jumps: [{ address: "jump", port: 22, user: "root" }],
    proxyCommand: undefined,
    forwardAgent: true,
  });
  assertEquals([second?.user, second?.keys, second?.jumps], ["me", ["~/.ssh/b"], []]);
});

Deno.test("A command that needs no secrets asks for the keys to log in with alone", async () => {
  const app = deploy("shop").image("acme/shop").servers({ web: ["a"] })
    .env({ clear: {}, secret: ["PASSWORD"] })
    .ssh({ keyData: [secret("SSH_KEY")] });
  const fleet = new SimulatedFleet({ hosts: { a: {} } });
  await withProject({ ".kamal/secrets": "OTHER=1\n" }, async (root) => {
    const options = { root, transport: fleet, local: fleet, skipHooks: true };
    const error = await assertRejects(
      async () => await app.run({ name: "app version" }, options),
      SextantError,
    );
    assertEquals([error.code, error.message.includes("PASSWORD")], ["SECRET_MISSING", false]);
    await Deno.writeTextFile(`${root}/.kamal/secrets`, "SSH_KEY=a key\n");
    await app.run({ name: "app version" }, options);
  });
});
