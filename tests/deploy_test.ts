import "./sanitizers.ts";
import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import type { HookContext } from "../sdk/config/hook.ts";
import { secret } from "../sdk/config/secret.ts";
import type { DeployShape } from "../sdk/config/shape.ts";
import { DEPLOY_BRAND } from "../sdk/config/spec.ts";
import { type Deploy, deploy } from "../sdk/deploy.ts";
import { ConfigError } from "../sdk/errors.ts";

function problemsOf(act: () => unknown): readonly string[] {
  const error = assertThrows(act, ConfigError);
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("deploy() collects what its methods say into a spec", () => {
  const app = deploy("shop")
    .image("acme/shop")
    .registry({ server: "r.dev", username: "ci", password: secret("TOKEN") })
    .servers({ web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }] })
    .builder({ arch: "amd64" })
    .env({ clear: { PORT: 3000 }, secret: ["DATABASE_URL"] })
    .proxy({ host: "shop.dev" })
    .accessory("db", { image: "postgres:17", role: "web" })
    .ssh({ user: "deploy" })
    .boot({ limit: 1 })
    .logging({ driver: "local" })
    .labels({ team: "a" })
    .volumes(["x:/x"])
    .aliases({ info: "details" })
    .settings({ drainTimeout: 5 });
  assertEquals(app.toSpec(), {
    service: "shop",
    image: "acme/shop",
    registry: { server: "r.dev", username: "ci", password: { secret: "TOKEN" } },
    servers: { web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }] },
    builder: { arch: "amd64" },
    env: { clear: { PORT: 3000 }, secret: ["DATABASE_URL"] },
    proxy: { host: "shop.dev" },
    accessories: { db: { image: "postgres:17", role: "web" } },
    ssh: { user: "deploy" },
    boot: { limit: 1 },
    logging: { driver: "local" },
    labels: { team: "a" },
    volumes: ["x:/x"],
    aliases: { info: "details" },
    settings: { drainTimeout: 5 },
  });
});

Deno.test("Deploy gives a new deployment with every call and leaves the old one as it is", () => {
  const before = deploy("shop").image("a");
  const after = before.servers({ web: ["x"] });
  assertNotStrictEquals<unknown>(before, after);
  assertEquals(before.toSpec(), { service: "shop", image: "a" });
});

Deno.test("Deploy is frozen, and so is its spec down to the leaves", () => {
  const app = deploy("shop").servers({ web: { hosts: ["a"] } }).hook("pre-deploy", () => {});
  const seen: unknown[] = [app, app.toSpec(), app.toEffects()];
  for (const value of seen) {
    if (typeof value !== "object" || value === null) continue;
    assert(Object.isFrozen(value));
    seen.push(...Object.values(value));
  }
  assert(seen.length > 5);
});

Deno.test("Deploy copies what it is given", () => {
  const hosts = ["a"];
  const app = deploy("shop").servers({ web: hosts });
  hosts.push("b");
  assertEquals(app.toSpec().servers, { web: ["a"] });
});

Deno.test("Deploy.secrets() keeps its function beside the spec, and takes one", () => {
  const fetch = (): Promise<Record<string, string>> => Promise.resolve({});
  const app = deploy("shop").secrets({ fetch });
  assertEquals(app.toSpec(), { service: "shop", secrets: { fetch: "secrets#1" } });
  assertEquals(app.toEffects().secrets, { "secrets#1": fetch });
  assertEquals(problemsOf(() => app.secrets({ fetch })), [
    "secrets.fetch: is declared twice",
  ]);
  assertEquals(problemsOf(() => app.secrets({ fetch: "x" } as never)), [
    "secrets.fetch: should be a function",
  ]);
});

Deno.test("Deploy carries the brand and is not thenable", () => {
  const app = deploy("shop");
  assertEquals(app[DEPLOY_BRAND], true);
  assertEquals(DEPLOY_BRAND, Symbol.for("sextant.deploy"));
  assert(!("then" in app));
});

Deno.test("Deploy drops what is undefined", () => {
  const spec = deploy("shop").proxy({ appPort: 1 }).settings({}).toSpec();
  assertEquals(spec, { service: "shop", proxy: { appPort: 1 }, settings: {} });
  const { proxy = {} } = deploy("shop").proxy({ host: undefined } as object).toSpec();
  assertEquals(Object.keys(proxy), []);
});

Deno.test("Deploy appends lists and merges objects of a method that is called twice", () => {
  const spec = deploy("shop")
    .volumes(["a:/a"]).volumes(["b:/b"])
    .servers({ web: ["x"] }).servers({ jobs: ["y"] })
    .proxy({ host: "a", healthcheck: { path: "/a" } }).proxy({ healthcheck: { interval: 1 } })
    .accessory("a", { image: "a", role: "web" }).accessory("b", { image: "b", role: "jobs" })
    .toSpec();
  assertEquals(spec.volumes, ["a:/a", "b:/b"]);
  assertEquals(spec.servers, { web: ["x"], jobs: ["y"] });
  assertEquals(spec.proxy, { host: "a", healthcheck: { path: "/a", interval: 1 } });
  assertEquals(Object.keys(spec.accessories ?? {}), ["a", "b"]);
});

Deno.test("Deploy.env() merges both forms of an environment", () => {
  const spec = deploy("shop").env({ A: 1 }).env({ secret: ["B"] }).env({ secret: ["C"] }).toSpec();
  assertEquals(spec.env, { clear: { A: 1 }, secret: ["B", "C"] });
});

Deno.test("Deploy rejects what is said twice and names both", () => {
  const app = deploy("shop")
    .image("a").servers({ web: ["x"] }).env({ clear: { A: 1 } }).settings({ drainTimeout: 1 })
    .registry({ password: secret("ONE") }).accessory("db", { image: "a", role: "web" })
    .proxy({ healthcheck: { path: "/a" } });
  assertEquals(problemsOf(() => app.image("b")), ['image: is set twice, to "a" and to "b"']);
  assertEquals(problemsOf(() => app.env({ A: 2 })), ["env.clear.A: is set twice, to 1 and to 2"]);
  assertEquals(problemsOf(() => app.settings({ drainTimeout: 1 })), [
    "settings.drainTimeout: is set twice, to 1 and to 1",
  ]);
  assertEquals(problemsOf(() => app.registry({ password: secret("TWO") })), [
    'registry.password: is set twice, to secret("ONE") and to secret("TWO")',
  ]);
  assertEquals(problemsOf(() => app.servers({ web: ["y"] })), ["servers.web: is declared twice"]);
  assertEquals(problemsOf(() => app.accessory("db", { image: "b", role: "web" })), [
    "accessories.db: is declared twice",
  ]);
  assertEquals(problemsOf(() => app.proxy({ healthcheck: { path: "/b" } })), [
    'proxy.healthcheck.path: is set twice, to "/a" and to "/b"',
  ]);
});

Deno.test("Deploy names all that one call says again", () => {
  const app = deploy("shop").labels({ a: 1, b: 2 });
  assertEquals(problemsOf(() => app.labels({ a: 3, b: 4 })).length, 2);
});

Deno.test("Deploy.hook() puts functions into the effects, and ids into the spec in order", () => {
  const lines: string[] = [];
  const app = deploy("shop")
    .hook("pre-deploy", ({ plan }) => void lines.push(`one ${plan.version}`))
    .hook("post-deploy", ({ runtime }) => void lines.push(`two ${runtime}`))
    .hook("pre-deploy", () => void lines.push("three"));
  const { hooks = {} } = app.toSpec();
  assertEquals(hooks, {
    "pre-deploy": ["pre-deploy#1", "pre-deploy#3"],
    "post-deploy": ["post-deploy#2"],
  });
  const effects = app.toEffects().hooks;
  for (const id of Object.values(hooks).flat()) {
    effects[id]?.run(contextOf(effects[id].name));
  }
  assertEquals(lines, ["one abc", "three", "two 3"]);
  assertEquals(JSON.parse(JSON.stringify(app.toSpec())), app.toSpec());
});

Deno.test("Deploy.hook() rejects an unknown name and what is no function", () => {
  assertEquals(problemsOf(() => deploy("shop").hook("predeploy" as "pre-deploy", () => {})), [
    'hooks: unknown hook "predeploy", did you mean "pre-deploy"?',
  ]);
  assertEquals(problemsOf(() => deploy("shop").hook("pre-deploy", "x" as never)), [
    "hooks.pre-deploy: should be a function",
  ]);
});

Deno.test("Deploy.destination() keeps what its function says apart", () => {
  const app = deploy("shop").image("a").servers({ web: ["x"] })
    .destination("staging", (app) => app.image("b").servers({ web: ["y"] }).use(withVolume))
    .destination("production", (app) => app);
  assertEquals(app.toSpec().image, "a");
  assertEquals(app.toSpec().destinations, {
    staging: { image: "b", servers: { web: ["y"] }, volumes: ["v:/v"] },
    production: {},
  });
});

Deno.test("Deploy.destination() adds up over several calls, without saying a thing twice", () => {
  const app = deploy("shop").destination("staging", (app) => app.image("a").volumes(["x:/x"]));
  const more = app.destination("staging", (app) => app.volumes(["y:/y"]));
  assertEquals(more.toSpec().destinations, {
    staging: { image: "a", volumes: ["x:/x", "y:/y"] },
  });
  assertEquals(problemsOf(() => app.destination("staging", (app) => app.image("b"))), [
    'destinations.staging.image: is set twice, to "a" and to "b"',
  ]);
});

Deno.test("Deploy.destination() gives its hooks ids of their own", () => {
  const app = deploy("shop").hook("pre-deploy", () => {})
    .destination("staging", (app) => app.hook("pre-deploy", () => {}))
    .hook("pre-deploy", () => {});
  assertEquals(app.toSpec().hooks, { "pre-deploy": ["pre-deploy#1", "pre-deploy#3"] });
  assertEquals(app.toSpec().destinations?.staging?.hooks, { "pre-deploy": ["pre-deploy#2"] });
  assertEquals(Object.keys(app.toEffects().hooks).length, 3);
});

Deno.test("Deploy.destination() rejects anything but the deployment that it gives", () => {
  const wrong = [
    "destinations.staging: should give the deployment that it is given, " +
    "without further destinations",
  ];
  const app = deploy("shop");
  const results: readonly ((app: Deploy) => unknown)[] = [
    () => undefined,
    (app) => Promise.resolve(app),
    () => deploy("other"),
    (app) => app.destination("x", (app) => app),
  ];
  for (const result of results) {
    assertEquals(problemsOf(() => app.destination("staging", result as never)), wrong);
  }
});

Deno.test("Deploy.use() gives what the recipe gives", () => {
  assertEquals(deploy("shop").use(withVolume).toSpec().volumes, ["v:/v"]);
});

Deno.test("Deploy keeps a name that objects are born with", () => {
  const spec = deploy("shop").labels({ ["__proto__"]: "a" }).labels({ b: 1 }).toSpec();
  assertEquals(Object.entries(spec.labels ?? {}), [["__proto__", "a"], ["b", 1]]);
});

Deno.test("the builder does not load the schemas", async () => {
  const sources = await importsOf(new URL("../sdk/deploy.ts", import.meta.url));
  assert(sources.some((url) => url.endsWith("/config/combine.ts")));
  assertEquals(sources.filter((url) => url === "zod" || url.endsWith("_schema.ts")), []);
});

function withVolume<S extends DeployShape>(app: Deploy<S>): Deploy<S> {
  return app.volumes(["v:/v"]);
}

function contextOf(name: HookContext["name"]): HookContext {
  return {
    name,
    service: "shop",
    destination: undefined,
    version: "abc",
    hosts: ["a"],
    performer: "ci",
    recordedAt: "2026-01-31T12:00:00Z",
    plan: { service: "shop", destination: undefined, version: "abc", hosts: ["a"] },
    runtime: 3,
    log: () => {},
    signal: new AbortController().signal,
  };
}

/** All modules that a module loads at once: no types, nothing behind `await import`. */
async function importsOf(start: URL): Promise<readonly string[]> {
  const seen = new Set<string>([start.href]);
  for (const url of seen) {
    if (!url.startsWith("file:")) continue;
    const source = await Deno.readTextFile(new URL(url));
    for (
      const [, what, from = ""] of source.matchAll(/^(?:import|export) ([^;]*?)from "(.+?)";/gm)
    ) {
      if (!isLoaded(what ?? "")) continue;
      seen.add(from.startsWith(".") ? new URL(from, url).href : from);
    }
  }
  return [...seen];
}

function isLoaded(clause: string): boolean {
  if (clause.startsWith("type ")) return false;
  const names = clause.match(/\{([^}]*)\}/)?.[1]?.split(",").map((name) => name.trim());
  return names === undefined || names.some((name) => name !== "" && !name.startsWith("type "));
}
