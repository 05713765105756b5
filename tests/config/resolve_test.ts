import "../sanitizers.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { BuildCacheInput } from "../../sdk/config/build_cache.ts";
import type { BuilderInput } from "../../sdk/config/builder.ts";
import { hostOf, rolesOn, serviceWithDestination } from "../../sdk/config/config.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { problemsWith, resolveWith } from "./spec.ts";

Deno.test("resolveConfig() fills Kamal's defaults", async () => {
  const config = await resolveWith();
  assertEquals(config, {
    service: "shop",
    destination: undefined,
    image: "acme/shop",
    repository: "acme/shop",
    registry: { server: undefined, username: undefined, password: undefined },
    roles: [{
      name: "web",
      isPrimary: true,
      hosts: ["10.0.0.1"],
      replicas: { "10.0.0.1": 1 },
      assets: [],
      containerPrefix: "shop-web",
      cmd: undefined,
      env: { "10.0.0.1": { clear: {}, secret: {} } },
      proxy: {
        hosts: [],
        appPort: 80,
        ssl: false,
        certificate: undefined,
        sslRedirect: undefined,
        forwardHeaders: undefined,
        responseTimeout: undefined,
        pathPrefixes: [],
        stripPathPrefix: undefined,
        canonicalHost: undefined,
        sslStaging: false,
        acmeDirectory: undefined,
        readers: undefined,
        healthcheck: { path: "/up", interval: 1, timeout: 5, host: undefined, port: undefined },
        buffering: {
          requests: true,
          responses: true,
          memory: undefined,
          maxRequestBody: undefined,
          maxResponseBody: undefined,
        },
        logging: {
          requestHeaders: ["Cache-Control", "Last-Modified", "User-Agent"],
          responseHeaders: [],
        },
      },
      traefik: undefined,
      proxyRun: PROXY_RUN,
      labels: {},
      options: {},
      restart: "unless-stopped",
      logging: { driver: undefined, options: { "max-size": "10m" } },
      stopTimeout: undefined,
    }],
    primaryRole: "web",
    hosts: [{
      name: "10.0.0.1",
      address: "10.0.0.1",
      port: 22,
      user: "root",
      keys: [],
      jumps: undefined,
      proxyCommand: undefined,
      tags: [],
    }],
    accessories: [],
    builder: {
      dockerfile: "Dockerfile",
      context: ".",
      platforms: [],
      args: {},
      target: undefined,
      secrets: [],
      ssh: undefined,
      cache: undefined,
      provenance: undefined,
      sbom: false,
      buildx: undefined,
      pack: undefined,
    },
    proxyRun: PROXY_RUN,
    traefik: undefined,
    release: undefined,
    canary: undefined,
    boot: { limit: undefined, wait: 0, parallelRoles: false, onFailure: "rollback" },
    ssh: {
      user: "root",
      port: 22,
      keys: [],
      keyData: [],
      keysOnly: false,
      jumps: undefined,
      proxyCommand: undefined,
      forwardAgent: false,
      config: ["~/.ssh/config", "/etc/ssh/ssh_config"],
      hostKeys: "accept-new",
      logLevel: "fatal",
      connectTimeout: 8,
    },
    sshkit: { maxConcurrentStarts: 30, dnsRetries: 3 },
    labels: {},
    volumes: [],
    aliases: {},
    hooksPath: ".kamal/hooks",
    quietHooks: [],
    secretsPath: ".kamal/secrets",
    errorPages: [],
    retainContainers: 5,
    orphans: "report",
    readinessDelay: 7,
    deployTimeout: 30,
    drainTimeout: 30,
    secretNames: [],
  });
});

Deno.test("resolveConfig() freezes its result down to the leaves", async () => {
  const config = await resolveWith({ env: { A: 1 } });
  const seen: unknown[] = [config];
  for (const value of seen) {
    if (typeof value !== "object" || value === null) continue;
    assert(Object.isFrozen(value), JSON.stringify(value));
    seen.push(...Object.values(value));
  }
  assert(seen.length > 50);
});

Deno.test("resolveConfig() leaves the spec as it is", async () => {
  const spec: DeploySpec = { service: "shop", image: "a", servers: { web: ["10.0.0.1"] } };
  await resolveConfig(spec);
  assert(!Object.isFrozen(spec.servers?.web));
});

Deno.test("resolveConfig() gives the same for the same spec in any order of keys", async () => {
  const spec = {
    service: "shop",
    image: "acme/shop",
    registry: { server: "r.dev", username: "ci", password: { secret: "TOKEN" } },
    servers: {
      web: {
        hosts: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu", "big"] }],
        labels: { a: 1, b: 2 },
      },
      jobs: { hosts: ["10.0.0.3"], cmd: "bin/jobs", options: { memory: "1g", cpus: 2 } },
      api: { hosts: ["10.0.0.2"], proxy: { host: "api.dev" } },
    },
    env: {
      clear: { A: 1, B: 2 },
      secret: ["C", "D:E"],
      tags: { eu: { A: 3, Z: 4 }, big: { secret: ["Y"] } },
    },
    accessories: {
      db: { image: "postgres:17", role: "jobs", env: { X: 1, Y: 2 } },
      cache: { image: "redis:8", host: "10.0.0.9" },
    },
    settings: { drainTimeout: 5, deployTimeout: 6 },
  };
  const expected = JSON.stringify(await resolveConfig(spec));
  for (let seed = 1; seed <= 20; seed++) {
    const permuted = permute(spec, seed) as DeploySpec;
    assertEquals(JSON.stringify(await resolveConfig(permuted)), expected);
  }
  assert(JSON.stringify(permute(spec, 1)) !== JSON.stringify(spec), "nothing was permuted");
});

Deno.test("resolveConfig() puts the primary role and host first, the others by name", async () => {
  const config = await resolveWith({
    servers: { web: ["c"], app: ["b", "a"], admin: ["d", "a"] },
    settings: { primaryRole: "app" },
    accessories: { db: { image: "x", hosts: ["e", "c"] } },
  });
  assertEquals(config.roles.map((role) => [role.name, role.isPrimary]), [
    ["app", true],
    ["admin", false],
    ["web", false],
  ]);
  assertEquals(config.hosts.map((host) => host.name), ["b", "a", "d", "c", "e"]);
  assertEquals(rolesOn(config, "a").map((role) => role.name), ["app", "admin"]);
});

Deno.test("resolveConfig() reads hosts in every form", async () => {
  const config = await resolveWith({
    servers: {
      web: [
        "a.dev",
        "deploy@10.0.0.2:2222",
        "[fd00::1]:23",
        "fd00::2",
        { host: "ops@b.dev", port: 24, tags: ["eu"] },
        { host: "10.0.0.3", user: "ci" },
      ],
    },
    ssh: { user: "app", port: 22 },
  });
  assertEquals(config.hosts.map(({ name, address, port, user }) => [name, address, port, user]), [
    ["a.dev", "a.dev", 22, "app"],
    ["10.0.0.2:2222", "10.0.0.2", 2222, "deploy"],
    ["[fd00::1]:23", "fd00::1", 23, "app"],
    ["fd00::2", "fd00::2", 22, "app"],
    ["b.dev:24", "b.dev", 24, "ops"],
    ["10.0.0.3", "10.0.0.3", 22, "ci"],
  ]);
});

Deno.test("resolveConfig() leaves the usual port out of a host's name, whatever it is", async () => {
  const config = await resolveWith({
    servers: { web: ["a", "b:22", "a:2222"] },
    ssh: { port: 2222 },
  });
  assertEquals(config.roles[0]?.hosts, ["a", "b:22"]);
  assertEquals(hostOf(config, "a").port, 2222);
});

Deno.test("resolveConfig() says for each host which keys open it, and which way leads to it", async () => {
  const { hosts, ssh, secretNames } = await resolveWith({
    servers: {
      web: [
        "a",
        { host: "b", keys: ["~/.ssh/b"], proxy: "none" },
        { host: "c", proxy: "me@jump:2222, far" },
      ],
      jobs: ["c"],
    },
    ssh: {
      keys: ["~/.ssh/all"],
      keyData: [{ secret: "SSH_KEY" }],
      proxy: "[2001:db8::1]:22",
      proxyCommand: "nc %h %p",
    },
  });
  assertEquals(
    hosts.map(({ name, keys, jumps, proxyCommand }) => [name, keys, jumps, proxyCommand]),
    [
      ["a", ["~/.ssh/all"], [{ address: "2001:db8::1", port: 22, user: "root" }], undefined],
      ["b", ["~/.ssh/b"], [], undefined],
      [
        "c",
        ["~/.ssh/all"],
        [{ address: "jump", port: 2222, user: "me" }, { address: "far", port: 22, user: "root" }],
        undefined,
      ],
    ],
  );
  assertEquals([ssh.keyData, secretNames], [["SSH_KEY"], ["SSH_KEY"]]);
  const direct = await resolveWith({ ssh: { proxyCommand: "nc %h %p" } });
  assertEquals([direct.hosts[0]?.proxyCommand, direct.hosts[0]?.jumps], ["nc %h %p", undefined]);
  const files = async (config: boolean | string): Promise<readonly string[]> =>
    (await resolveWith({ ssh: { config } })).ssh.config;
  assertEquals([await files(false), await files("~/my")], [[], ["~/my"]]);
});

Deno.test("resolveConfig() takes a host of several roles once, with all that is said of it", async () => {
  const config = await resolveWith({
    servers: {
      web: ["a", "a", { host: "a", tags: ["x"] }],
      jobs: [{ host: "a", user: "ci", tags: ["y"] }],
    },
    env: { clear: {}, tags: { x: { X: 1 }, y: { Y: 1 } } },
  });
  const [host] = config.hosts;
  assertEquals([host?.name, host?.user, host?.tags], ["a", "ci", ["x", "y"]]);
  const clear = config.roles.map((role) => role.env.a?.clear);
  assertEquals(clear, [{ X: "1" }, { Y: "1" }], "tags count for the role that they are said in");
});

Deno.test("resolveConfig() allows roles without hosts where the settings do", async () => {
  const more = { servers: { web: ["a"], jobs: [] }, settings: { allowEmptyRoles: true } };
  assertEquals((await resolveWith(more)).roles[1]?.hosts, []);
});

Deno.test("resolveConfig() names containers after service, role and destination", async () => {
  const config = await resolveWith({ destinations: { staging: {} } }, { destination: "staging" });
  assertEquals(config.roles[0]?.containerPrefix, "shop-web-staging");
  assertEquals(serviceWithDestination(config), "shop-staging");
});

Deno.test("resolveConfig() puts the registry before the image", async () => {
  const config = await resolveWith({ registry: { server: "ghcr.io" } });
  assertEquals([config.image, config.repository], ["acme/shop", "ghcr.io/acme/shop"]);
});

Deno.test("resolveConfig() calls the image as the service where no other machine sees it", async () => {
  const local = { image: undefined, registry: { server: "localhost:5000" } };
  assertEquals((await resolveWith(local)).repository, "localhost:5000/shop");
  const alone = {
    image: undefined,
    servers: undefined,
    accessories: { db: { image: "x", host: "a" } },
  };
  const config = await resolveWith(alone);
  assertEquals([config.image, config.primaryRole, config.roles], ["shop", undefined, []]);
});

Deno.test("resolveConfig() turns a proxy on for the primary role and where it is asked for", async () => {
  const config = await resolveWith({
    servers: {
      web: ["a"],
      api: {
        hosts: ["a"],
        proxy: { appPort: 4000, healthcheck: { path: "/ok" }, hosts: ["b.dev"] },
      },
      jobs: ["a"],
      mail: { hosts: ["a"], proxy: true },
    },
    proxy: { host: "a.dev, www.a.dev", appPort: 3000, healthcheck: { interval: 3 } },
  });
  const proxies = config.roles.map(({ name, proxy }) => [
    name,
    proxy && [proxy.appPort, proxy.hosts, proxy.healthcheck.path, proxy.healthcheck.interval],
  ]);
  assertEquals(proxies, [
    ["web", [3000, ["a.dev", "www.a.dev"], "/up", 3]],
    ["api", [4000, ["b.dev"], "/ok", 3]],
    ["jobs", undefined],
    ["mail", [3000, ["a.dev", "www.a.dev"], "/up", 3]],
  ]);
});

Deno.test("resolveConfig() turns the proxy off for a primary role that says so", async () => {
  const config = await resolveWith({ servers: { web: { hosts: ["a"], proxy: false } } });
  assertEquals(config.roles[0]?.proxy, undefined);
});

Deno.test("resolveConfig() stops a role without a proxy after the drain timeout", async () => {
  const servers = { web: ["a"], jobs: ["a"], mail: { hosts: ["a"], stopTimeout: 5 } };
  const stops = async (settings: object): Promise<unknown> =>
    (await resolveWith({ servers, settings })).roles.map((role) => role.stopTimeout);
  assertEquals(await stops({}), [undefined, 30, 5]);
  assertEquals(await stops({ drainTimeout: 9 }), [undefined, 9, 5]);
  assertEquals(await stops({ stopTimeout: 60 }), [60, 60, 5]);
});

Deno.test("resolveConfig() lays a role's labels, logging and options over the app's", async () => {
  const config = await resolveWith({
    servers: {
      web: {
        hosts: ["a"],
        labels: { team: "b", tier: 1 },
        logging: { options: { "max-file": 3 } },
        options: { memory: "1g", restart: "on-failure:3", "add-host": ["x:1", "y:2"] },
      },
    },
    labels: { team: "a", app: true },
    logging: { driver: "local" },
  });
  const role = config.roles[0]!;
  assertEquals(role.labels, { app: "true", team: "b", tier: "1" });
  assertEquals(role.logging, { driver: "local", options: { "max-file": "3" } });
  assertEquals(role.restart, "on-failure:3");
  assertEquals(role.options, { "add-host": ["x:1", "y:2"], memory: "1g" });
});

Deno.test("resolveConfig() says how kamal-proxy runs", async () => {
  const { proxyRun } = await resolveWith({
    proxy: { run: { httpPort: 8080, registry: "ghcr.io", version: "v1", logMaxSize: "" } },
  });
  assertEquals(proxyRun.image, "ghcr.io/basecamp/kamal-proxy:v1");
  assertEquals([proxyRun.httpPort, proxyRun.version, proxyRun.logMaxSize], [8080, "v1", ""]);
});

Deno.test("resolveConfig() lays how a role's proxy runs over how the app's does", async () => {
  const { roles, proxyRun } = await resolveWith({
    servers: {
      web: ["10.0.0.1"],
      api: {
        hosts: ["10.0.0.2"],
        proxy: { host: "api.test", run: { bindIps: ["10.0.0.2", "::1"] } },
      },
    },
    proxy: { host: "shop.test", run: { httpPort: 8080 } },
  });
  const api = roles.find(({ name }) => name === "api")!;
  assertEquals([api.proxyRun.httpPort, api.proxyRun.bindIps], [8080, ["10.0.0.2", "::1"]]);
  assertEquals(proxyRun.bindIps, []);
});

Deno.test("resolveConfig() refuses ways to run the proxy that cannot be", async () => {
  const hidden = await problemsWith({ proxy: { run: { publish: false, httpPort: 8080 } } });
  assertEquals(hidden, [
    "proxy.run: has publish: false, should have no httpPort, httpsPort or bindIps then",
  ]);
  const twoWays = await problemsWith({
    servers: {
      web: ["10.0.0.1"],
      api: { hosts: ["10.0.0.1"], proxy: { host: "api.test", run: { httpPort: 81 } } },
    },
  });
  assertEquals(twoWays, [
    "servers.api.proxy.run: runs kamal-proxy on 10.0.0.1 in another way than another role there",
  ]);
  const address = await problemsWith({ proxy: { run: { bindIps: ["ten"] } } });
  assertEquals(address, ["proxy.run.bindIps[0]: should be an IP address"]);
});

Deno.test("resolveConfig() asks buildx only for what Docker's own builder cannot do", async () => {
  const driverFor = async (builder: BuilderInput): Promise<string | undefined> =>
    (await resolveWith({ builder })).builder.buildx?.driver;
  for (
    const plain of [{}, { arch: ["amd64"] }, { sbom: false }, { ssh: "default" }, {
      driver: "docker",
    }]
  ) {
    assertEquals(await driverFor(plain), undefined, JSON.stringify(plain));
  }
  const more: readonly BuilderInput[] = [
    { arch: ["amd64", "arm64"] },
    { cache: { type: "gha" } },
    { remote: "ssh://b" },
    { provenance: false },
    { sbom: true },
    { driver: "docker-container" },
  ];
  for (const builder of more) {
    assertEquals(await driverFor(builder), "docker-container", JSON.stringify(builder));
  }
  assertEquals(await driverFor({ driver: "docker", provenance: false }), "docker");
  assertEquals(await driverFor({ driver: "cloud acme/b", arch: ["arm64"] }), "cloud acme/b");
});

Deno.test("resolveConfig() names a build's cache as Kamal does", async () => {
  const cacheOf = async (cache: BuildCacheInput, server?: string): Promise<unknown> =>
    (await resolveWith({
      builder: { cache },
      ...server === undefined ? {} : { registry: { server } },
    }))
      .builder.cache;
  const options = "mode=max,scope=shop,url=https://cache.acme.dev";
  assertEquals(await cacheOf({ type: "gha", options }), {
    from: "type=gha,scope=shop,url=https://cache.acme.dev",
    to: `type=gha,${options}`,
  });
  assertEquals(await cacheOf({ type: "registry", options: "mode=max" }, "ghcr.io"), {
    from: "type=registry,ref=ghcr.io/acme/shop-build-cache",
    to: "type=registry,ref=ghcr.io/acme/shop-build-cache,mode=max",
  });
  assertEquals(await cacheOf({ type: "registry", image: "acme/cache" }), {
    from: "type=registry,ref=acme/cache",
    to: "type=registry,ref=acme/cache",
  });
});

Deno.test("resolveConfig() asks for the secrets of the build", async () => {
  const { builder, secretNames } = await resolveWith({
    builder: { secrets: [{ secret: "NPM_TOKEN" }] },
  });
  assertEquals([builder.secrets, secretNames], [["NPM_TOKEN"], ["NPM_TOKEN"]]);
});

Deno.test("resolveConfig() makes a platform of the architecture", async () => {
  assertEquals(
    (await resolveWith({ builder: { arch: "arm/v7" } })).builder.platforms,
    ["linux/arm/v7"],
  );
});

Deno.test("resolveConfig() lists every secret once, sorted", async () => {
  const config = await resolveWith({
    registry: { username: { secret: "USER" }, password: { secret: "TOKEN" } },
    servers: { web: [{ host: "a", tags: ["eu"] }] },
    env: { secret: ["B:SHARED", "A"], tags: { eu: { secret: ["EU"] }, us: { secret: ["US"] } } },
    accessories: { db: { image: "x", host: "a", env: { secret: ["PASSWORD:SHARED"] } } },
  });
  assertEquals(config.secretNames, ["A", "EU", "SHARED", "TOKEN", "USER"]);
});

Deno.test("resolveConfig() keeps keys that objects are born with", async () => {
  const more = JSON.parse('{"env":{"clear":{"toString":"x","constructor":"y"}}}');
  const clear = (await resolveWith(more)).roles[0]?.env["10.0.0.1"]?.clear ?? {};
  assertEquals(Object.keys(clear).toSorted(), ["constructor", "toString"]);
  assertStrictEquals(Object.getPrototypeOf(clear), Object.prototype);
});

Deno.test("resolveConfig() accepts a valid spec without a problem", async () => {
  assertEquals(await problemsWith({ hooks: { "pre-deploy": ["pre-deploy#1"] } }), []);
});

/** The same data with every object's keys in another order. */
function permute(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => permute(item, seed));
  if (typeof value !== "object" || value === null) return value;
  const weight = (key: string): number =>
    [...key].reduce((sum, letter) => (sum * 31 * seed + letter.charCodeAt(0)) % 1009, seed);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => weight(a) - weight(b))
      .map(([key, item]) => [key, permute(item, seed)]),
  );
}

const PROXY_RUN = {
  image: "basecamp/kamal-proxy:v0.9.2",
  version: "v0.9.2",
  publish: true,
  bindIps: [],
  httpPort: 80,
  httpsPort: 443,
  logMaxSize: "10m",
  debug: false,
  metricsPort: undefined,
  options: {},
};
