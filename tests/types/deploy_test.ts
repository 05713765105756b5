import { assertEquals } from "@std/assert";
import type { DeployContext } from "../../sdk/config/deploy_context.ts";
import type { PlanSummary } from "../../sdk/config/hook.ts";
import type { DeployShape, EmptyShape, WithAccessory } from "../../sdk/config/shape.ts";
import { secret } from "../../sdk/config/secret.ts";
import { type AnyDeploy, type Deploy, deploy, type DeployExport } from "../../sdk/deploy.ts";
import { expectSame, type Same } from "./same.ts";

const app = deploy("shop")
  .servers({
    web: ["10.0.0.1", { host: "10.0.0.2", user: "deploy", port: 2222, tags: ["eu"] }],
    jobs: { hosts: ["10.0.0.3"], cmd: "bin/jobs" },
  })
  .accessory("db", { image: "postgres:17", role: "jobs" });

Deno.test("Deploy remembers the names of roles, accessories and destinations", () => {
  const more = app.destination("staging", (app) => app.servers({ canary: ["x"] }));
  expectSame<Same<typeof more["~shape"]["role"], "web" | "jobs">>();
  expectSame<Same<typeof more["~shape"]["accessory"], "db">>();
  expectSame<Same<typeof more["~shape"]["destination"], "staging">>();
  expectSame<Same<ReturnType<typeof deploy>["~shape"], EmptyShape>>();
});

Deno.test("Deploy remembers the hosts of roles and the names of secrets", () => {
  expectSame<Same<typeof app["~shape"]["host"], "10.0.0.1" | "10.0.0.2" | "10.0.0.3">>();
  const more = app
    .registry({ username: "ci", password: secret("TOKEN") })
    .builder({ secrets: [secret("NPM_TOKEN")] })
    .env({ clear: { A: "1" }, secret: ["DATABASE_URL", "MAIL:SMTP_URL"] })
    .env({ B: "2" });
  expectSame<
    Same<typeof more["~shape"]["secret"], "TOKEN" | "NPM_TOKEN" | "DATABASE_URL" | "SMTP_URL">
  >();
  expectSame<Same<typeof more["~shape"]["host"], typeof app["~shape"]["host"]>>();
  const hosts: readonly string[] = [];
  const computed = deploy("shop").servers({ web: hosts });
  expectSame<Same<typeof computed["~shape"]["host"], string>>();
});

Deno.test("Deploy.accessory() takes roles that were declared, and no others", () => {
  app.accessory("a", { image: "a", roles: ["web", "jobs"] });
  // @ts-expect-error the role is called "jobs"
  app.accessory("a", { image: "a", role: "job" });
  // @ts-expect-error one of the roles is unknown
  app.accessory("a", { image: "a", roles: ["web", "job"] });
  // @ts-expect-error roles come first, there are none yet
  deploy("shop").accessory("a", { image: "a", role: "web" });
});

Deno.test("Deploy.canary() and release() take their own keys, with their own types", () => {
  app.canary({ percent: 10, allow: ["qa"] }).release({ cmd: "bin/migrate", pause: 20 });
  // @ts-expect-error there is no such key
  app.canary({ percentage: 10 });
  // @ts-expect-error a list, even of one
  app.canary({ allow: "qa" });
  // @ts-expect-error seconds
  app.release({ cmd: "bin/migrate", pause: true });
});

Deno.test("Deploy.accessory() takes exactly one place", () => {
  app.accessory("a", { image: "a", host: { host: "10.0.0.1", port: 22 } });
  app.accessory("a", { image: "a", hosts: ["10.0.0.1"] });
  app.accessory("a", { image: "a", tag: "eu" });
  app.accessory("a", { image: "a", tags: ["eu"] });
  // @ts-expect-error role and host exclude each other
  app.accessory("a", { image: "a", role: "jobs", host: "10.0.0.1" });
  // @ts-expect-error it has to be somewhere
  app.accessory("a", { image: "a" });
  // @ts-expect-error it has no image
  app.accessory("a", { role: "web" });
});

Deno.test("Deploy.servers() rejects keys that a role does not have", () => {
  deploy("shop").servers({ web: { hosts: ["a"], proxy: { appPort: 1 }, options: { cpus: 2 } } });
  // @ts-expect-error it is called cmd
  deploy("shop").servers({ web: { hosts: ["a"], comand: "x" } });
  // @ts-expect-error a host has no name but its address
  deploy("shop").servers({ web: [{ host: "a", name: "b" }] });
  deploy("shop").servers({ web: { hosts: ["a"], proxy: { run: { debug: true } } } });
});

Deno.test("Deploy.servers() takes functions that give hosts, and knows what they are told", () => {
  deploy("shop").servers({
    web: ({ destination, signal }) => {
      expectSame<Same<typeof destination, string | undefined>>();
      expectSame<Same<typeof signal, AbortSignal>>();
      return [{ host: "a", port: 22 }];
    },
    jobs: { hosts: () => Promise.resolve(["a"]), cmd: "bin/jobs" },
  }).accessory("db", { image: "a", hosts: () => ["a"] });
  // @ts-expect-error it gives one host, not a list
  deploy("shop").servers({ web: () => "a" });
  // @ts-expect-error a host's address is called host
  deploy("shop").servers({ web: { hosts: () => [{ address: "a" }] } });
});

Deno.test("Deploy's methods reject keys and values that do not exist", () => {
  // @ts-expect-error it is called appPort
  app.proxy({ app_port: 3000 });
  // @ts-expect-error a number, not a text
  app.proxy({ appPort: "3000" });
  // @ts-expect-error a password is a secret's name
  app.registry({ username: "ci", password: "hunter2" });
  app.registry({ username: secret("USER"), password: secret("TOKEN") });
  // @ts-expect-error these are the three choices: rollback, rollback-group, halt
  app.boot({ onFailure: "stop" });
  // @ts-expect-error volumes have a method of their own
  app.settings({ volumes: ["a:/a"] });
  // @ts-expect-error tags belong to the app's environment
  deploy("shop").servers({ web: { hosts: ["a"], env: { clear: {}, tags: {} } } });
  // @ts-expect-error a secret has a name, not a map of them
  app.env({ secret: { A: "B" } });
});

Deno.test("Deploy.hook() knows the hooks, and what each is given", () => {
  app.hook("pre-deploy", ({ plan, runtime }) => {
    expectSame<Same<typeof plan, PlanSummary>>();
    expectSame<Same<typeof runtime, undefined>>();
  });
  app.hook("post-deploy", async ({ runtime, log }) => {
    expectSame<Same<typeof runtime, number>>();
    await Promise.resolve(log(`${runtime} s`));
  });
  // @ts-expect-error it is called "pre-deploy"
  assertFails(() => app.hook("predeploy", () => {}));
  // @ts-expect-error there is no plan before anything is read
  app.hook("pre-init", ({ plan }) => plan.version);
  // @ts-expect-error there is no plan before the first connection
  app.hook("pre-connect", ({ plan }) => plan.version);
});

Deno.test("Deploy.secrets() takes an async function from names to texts", () => {
  app.secrets({
    fetch: async (names, { destination, signal }) => {
      expectSame<Same<typeof names, readonly string[]>>();
      expectSame<Same<typeof destination, string | undefined>>();
      signal.throwIfAborted();
      return await Promise.resolve({ [names[0] ?? ""]: "x" });
    },
  });
  // @ts-expect-error secrets are texts
  app.secrets({ fetch: async (names) => await Promise.resolve({ [names[0] ?? ""]: 1 }) });
  // @ts-expect-error a secret that is not known is left out
  app.secrets({ fetch: async () => await Promise.resolve({ KEY: undefined }) });
  // @ts-expect-error it is called fetch
  assertFails(() => app.secrets({ get: async () => await Promise.resolve({}) }));
});

Deno.test("Deploy.destination() keeps a destination's roles to itself", () => {
  const more = app.destination(
    "staging",
    (app) => app.servers({ canary: ["x"] }).accessory("y", { image: "a", role: "canary" }),
  );
  // @ts-expect-error the role canary exists in staging alone
  more.accessory("z", { image: "a", role: "canary" });
  // @ts-expect-error an overlay gives a deployment at once
  assertFails(() => app.destination("x", async (app) => await Promise.resolve(app)));
});

Deno.test("Deploy.use() checks a recipe's options against the deployment", () => {
  const more = app.use(database({ name: "pg", role: "jobs" }));
  expectSame<Same<typeof more["~shape"]["accessory"], "db" | "pg">>();
  // @ts-expect-error the deployment has no such role
  app.use(database({ name: "pg", role: "wrong" }));
});

Deno.test("Deploy is not assignable to a deployment of another shape", () => {
  const web: Deploy<typeof app["~shape"]> = app;
  // @ts-expect-error it knows roles that an empty one does not
  const empty: Deploy<EmptyShape> = app;
  const any: AnyDeploy = app;
  assertEquals([web, empty, any].length, 3);
});

Deno.test("DeployExport takes a deployment, a function, and an async function", () => {
  const exported: readonly DeployExport[] = [
    app,
    ({ destination }) => deploy(destination ?? "shop").servers({ web: [] }),
    async ({ env }: DeployContext) => await Promise.resolve(deploy(env.NAME ?? "shop")),
  ];
  // @ts-expect-error a spec is not a deployment
  const wrong: DeployExport = app.toSpec();
  assertEquals([...exported, wrong].length, 4);
});

Deno.test("Deploy cannot be changed", () => {
  const spec = app.toSpec();
  assertFails(() => {
    // @ts-expect-error a spec is read-only
    spec.service = "other";
  });
});

function database<const Name extends string, S extends DeployShape>(
  options: { readonly name: Name; readonly role: S["role"] },
): (app: Deploy<S>) => Deploy<WithAccessory<S, Name>> {
  return (app) => app.accessory(options.name, { image: "postgres:17", role: options.role });
}

function assertFails(act: () => unknown): void {
  let hasFailed = false;
  try {
    act();
  } catch {
    hasFailed = true;
  }
  assertEquals(hasFailed, true);
}
