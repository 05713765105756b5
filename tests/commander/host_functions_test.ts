import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type CommandOptions, planVerb, resolvedConfig } from "../../sdk/commander.ts";
import type { HostsContext, HostsFunction } from "../../sdk/config/hosts_function.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { ConfigError } from "../../sdk/errors.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";

function deploymentOf(app: AnyDeploy): Parameters<typeof planVerb>[0] {
  return { spec: app.toSpec(), effects: app.toEffects() };
}

async function problemsOf(...functions: readonly unknown[]): Promise<readonly string[]> {
  const roles = functions.map((hosts, index) => [["web", "jobs"][index]!, hosts as HostsFunction]);
  const app = deploy("shop").image("acme/shop").servers(Object.fromEntries(roles));
  const error = await assertRejects(() => resolvedConfig(deploymentOf(app)), ConfigError);
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("Deploy.deploy() deploys to the hosts that a function gives, and asks it once", async () => {
  const asked: HostsContext[] = [];
  const hosts = (context: HostsContext): Promise<string[]> => {
    asked.push(context);
    return Promise.resolve(["10.0.0.1", "10.0.0.2"]);
  };
  const app = deploy("shop").image("acme/shop").servers({ web: hosts, jobs: hosts })
    .settings({ readinessDelay: 0 })
    .destination("staging", (app) => app.servers({ jobs: { hosts } }));
  const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {}, "10.0.0.2": {} } });
  const options: CommandOptions = {
    root: Deno.cwd(),
    transport: fleet,
    local: fleet,
    version: "v1",
    destination: "staging",
    skipHooks: true,
  };
  const { serving } = await app.run({ name: "setup" }, options);
  assertEquals(serving, { "10.0.0.1": "v1", "10.0.0.2": "v1" });
  assertEquals(asked.length, 1);
  const [{ destination, version, env, signal }] = asked as [HostsContext];
  assertEquals([destination, version, env["HOME"]], ["staging", "v1", Deno.env.get("HOME")]);
  assertEquals(signal.aborted, false);
});

Deno.test("resolvedConfig() says which function failed, all of them at once", async () => {
  const failing = (): Promise<never> => Promise.reject(new TypeError("no route to the cloud"));
  assertEquals(await problemsOf(failing, () => "10.0.0.1"), [
    "servers.web: its function failed: no route to the cloud",
    'servers.jobs: its function should give a list of hosts, got "10.0.0.1"',
  ]);
  assertEquals(await problemsOf(() => ["10.0.0.1", { host: "-x", prot: 1 }]), [
    'servers.web[1].prot: unknown key, did you mean "port"?',
  ]);
  assertEquals(await problemsOf(() => []), [
    "servers.web: has no hosts, and is the primary role",
  ]);
});

Deno.test("resolvedConfig() keeps the cause of a function's failure, and says what next", async () => {
  const cause = new TypeError("no route to the cloud");
  const app = deploy("shop").servers({ web: () => Promise.reject(cause) });
  const error = await assertRejects(() => resolvedConfig(deploymentOf(app)), ConfigError);
  assertStrictEquals(error.cause, cause);
  assertEquals(error.hint, "Mend the function; sextant config shows the hosts that it gives.");
});

Deno.test("planVerb() does not wait for a function once the run is cancelled", async () => {
  const controller = new AbortController();
  const app = deploy("shop").image("acme/shop").servers({
    web: () => {
      controller.abort(new Error("cancelled"));
      return new Promise<never>(() => {});
    },
  });
  const { signal } = controller;
  await assertRejects(
    () => planVerb(deploymentOf(app), { name: "deploy" }, { signal }),
    Error,
    "cancelled",
  );
});
