import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { problemsWith, resolveWith } from "./spec.ts";

/** What is wrong, in a spec that is right but for this, and how it is told. */
const CERTIFICATE = { certificatePem: "CERT", privateKeyPem: "KEY" };

const CASES: readonly (readonly [what: string, more: object, problems: readonly string[]])[] = [
  ["a key that is nearly right", { servers: { web: { hots: ["a"] } } }, [
    'servers.web.hots: unknown key, did you mean "hosts"?',
  ]],
  ["a key in Kamal's file spelling", { proxy: { app_port: 3000 } }, [
    'proxy.app_port: unknown key, did you mean "appPort"?',
  ]],
  ["a key that resembles nothing", { boot: { zzzzzz: 1 } }, [
    "boot.zzzzzz: unknown key, known are limit, wait, parallelRoles, onFailure",
  ]],
  ["a root key", { imagee: "x" }, ['imagee: unknown key, did you mean "image"?']],
  ["a text for a number", { proxy: { appPort: "three thousand" } }, [
    'proxy.appPort: should be a number, got "three thousand"',
  ]],
  ["a fraction", { boot: { wait: 1.5 } }, ["boot.wait: should be a whole number, got 1.5"]],
  ["a number below its least", { settings: { retainContainers: 0 } }, [
    "settings.retainContainers: should be at least 1, got 0",
  ]],
  ["a port that is none", { ssh: { port: 70000 } }, [
    "ssh.port: should be at most 65535, got 70000",
  ]],
  ["a jump host that is none", {
    ssh: { proxy: "-oProxyCommand=x" },
    servers: { web: [{ host: "a", proxy: "b,,c" }] },
  }, [
    'servers.web[0].proxy: should be a host such as "root@10.0.0.1:22", several with commas, or "none"',
    'ssh.proxy: should be a host such as "root@10.0.0.1:22", several with commas, or "none"',
  ]],
  ["kamal-proxy at a host", { servers: { web: [{ host: "a", proxy: false }] } }, [
    "servers.web[0].proxy: should be a text, got false",
  ]],
  ["one host by two ways", {
    servers: {
      web: [{ host: "a", proxy: "b", keys: ["x", "y"] }],
      jobs: { hosts: [{ host: "a", proxy: "none", keys: ["x"] }] },
    },
  }, [
    'servers.jobs.hosts[0].keys: is "x" for a, elsewhere "x,y"',
    'servers.jobs.hosts[0].proxy: is "none" for a, elsewhere "b"',
  ]],
  ["a sign that no proxy command knows", { ssh: { proxyCommand: "nc %h %d 100%" } }, [
    "ssh.proxyCommand: knows %h, %p, %r and %% for host, port, login name and a percent sign, no others",
  ]],
  ["a private key in the clear", { ssh: { keyData: ["-----BEGIN OPENSSH PRIVATE KEY-----"] } }, [
    'ssh.keyData[0]: should be secret("NAME"), with the name of a secret',
  ]],
  ["no login at a time", { sshkit: { maxConcurrentStarts: 0, dnsRetries: -1 } }, [
    "sshkit.maxConcurrentStarts: should be at least 1, got 0",
    "sshkit.dnsRetries: should be at least 0, got -1",
  ]],
  ["a word that is no choice", { boot: { onFailure: "stop" } }, [
    'boot.onFailure: should be "rollback", "rollback-group" or "halt", got "stop"',
  ]],
  ["a share of hosts above all", { boot: { limit: "200%" } }, [
    'boot.limit: should be a number of hosts, or a share of them such as "25%"',
  ]],
  ["a flag in words", { proxy: { ssl: "yes" } }, [
    'proxy.ssl: should be true or false or an object, got "yes"',
  ]],
  ["a list for an object", { proxy: ["a"] }, ["proxy: should be an object, got a list"]],
  ["a text for an object", { servers: { web: "10.0.0.1" } }, [
    'servers.web: should be a list of hosts or an object, got "10.0.0.1"',
  ]],
  ["a number for a host", { servers: { web: { hosts: [5] } } }, [
    "servers.web.hosts[0]: should be a text or an object, got 5",
  ]],
  ["a number for a short form's host", { servers: { web: [5] } }, [
    "servers.web[0]: should be a text or an object, got 5",
  ]],
  ["what is no plain data", { labels: new Map(), env: { AT: new Date(0) } }, [
    "env.AT: should be plain data, got a Date",
    "labels: should be plain data, got a Map",
  ]],
  ["NUL", { env: { A: "b\0c" } }, ["env.A: has a NUL character, which no command can be given"]],
  ["a name that objects keep for themselves", JSON.parse('{"labels":{"__proto__":"a"}}'), [
    "labels.__proto__: is a name that cannot be used: take another",
  ]],
  ["a variable whose name has an end in it", { env: { "A=B": "c" } }, [
    'env["A=B"]: should be a name without "=", which ends it, and without control characters',
  ]],
  ["an image in capital letters", { image: "Acme/Shop" }, [
    'image: should be an image in small letters, such as "acme/shop"',
  ]],
  ["a registry with its scheme", { registry: { server: "https://ghcr.io" } }, [
    'registry.server: should be an address without "https://", such as "ghcr.io" or "localhost:5000"',
  ]],
  ["a function", { image: () => "x" }, ["image: should be a text, got a function"]],
  ["an empty text", { image: " " }, ["image: should not be empty"]],
  ["a value that fits no kind", { env: { A: [1] } }, [
    "env.A: should be a text, a number or true or false, got a list",
  ]],
  ["a role's proxy of the wrong kind", { servers: { web: { hosts: ["a"], proxy: "on" } } }, [
    'servers.web.proxy: should be true or false or an object, got "on"',
  ]],
  ["a typo in a role's proxy", { servers: { web: { hosts: ["a"], proxy: { hosst: "x" } } } }, [
    'servers.web.proxy.hosst: unknown key, did you mean "host"?',
  ]],
  ["a host without its address", { servers: { web: [{ port: 22 }] } }, [
    "servers.web[0].host: is missing, should be a text",
  ]],
  ["a host that ssh would read as an option", { servers: { web: ["-oProxyCommand=x"] } }, [
    'servers.web[0]: should be a host, such as "10.0.0.1" or "deploy@10.0.0.1:2222"',
  ]],
  ["a login that is set twice", { servers: { web: [{ host: "a@b", user: "c" }] } }, [
    'servers.web[0].user: is set twice, the host says "a" already',
  ]],
  ["two logins to one host", { servers: { web: ["a@b"], api: ["c@b"] } }, [
    'servers.api[0]: logs in to b as "c", elsewhere as "a"',
  ]],
  ["no image", { image: undefined }, [
    'image: is missing, the name of the image without registry and tag, such as "acme/shop"',
  ]],
  ["an image with a tag", { image: "localhost:5000/shop:1" }, [
    "image: should have no tag, the deploy adds the version",
  ]],
  ["a service with a space", { service: "my shop" }, [
    "service: should be letters, digits, hyphens and underscores, and begin with a letter or digit",
  ]],
  ["no service", { service: undefined }, [
    "service: is missing, the name of the app on its hosts",
  ]],
  ["nothing to deploy", { servers: {} }, [
    "servers: is missing, and there are no accessories either: nothing to deploy",
  ]],
  ["a role without hosts", { servers: { web: ["a"], jobs: [] } }, [
    "servers.jobs: has no hosts: name some, or say allowEmptyRoles: true in the settings",
  ]],
  ["an empty primary role", { servers: { web: [] }, settings: { allowEmptyRoles: true } }, [
    "servers.web: has no hosts, and is the primary role",
  ]],
  ["no role called web", { servers: { api: ["a"] } }, [
    'servers: has no role "web" to boot first; name another as primaryRole, known are api',
  ]],
  ["a primary role that is none", { settings: { primaryRole: "wbe" } }, [
    'settings.primaryRole: unknown role "wbe", did you mean "web"?',
  ]],
  ["a role whose name is a path", { servers: { web: ["a"], "../x": ["b"] } }, [
    'servers["../x"]: should be named with letters, digits, dots, hyphens and underscores, ' +
    "beginning with a letter or digit",
  ]],
  ["a username alone", { registry: { username: "ci" } }, [
    'registry.password: is missing, a username needs one: secret("NAME")',
  ]],
  ["a password alone", { registry: { password: { secret: "TOKEN" } } }, [
    "registry.username: is missing, a password needs one",
  ]],
  ["host and hosts", { proxy: { host: "a", hosts: ["b"] } }, [
    "proxy: has host and hosts, should have one of them",
  ]],
  ["host and hosts of a role", {
    servers: { web: { hosts: ["a"], proxy: { host: "a", hosts: ["b"] } } },
  }, ["servers.web.proxy: has host and hosts, should have one of them"]],
  ["two forms of path prefixes", { proxy: { pathPrefix: "/a", pathPrefixes: ["/b"] } }, [
    "proxy: has pathPrefix and pathPrefixes, should have one of them",
  ]],
  ["HTTPS without a name", { proxy: { ssl: true } }, [
    "proxy.ssl: needs a public host name to obtain certificates for",
  ]],
  ["HTTPS on two servers", { servers: { web: ["a", "b"] }, proxy: { ssl: true, host: "x.dev" } }, [
    'proxy.ssl: works on a single server, the role "web" has 2; ' +
    "serve a certificate of your own, or let a load balancer in front of them serve HTTPS",
  ]],
  ["HTTPS for a wildcard without a certificate", { proxy: { ssl: true, host: "*.x.dev" } }, [
    "proxy.ssl: obtains no certificate for *.x.dev: serve a certificate of your own",
  ]],
  ["half a certificate", { proxy: { ssl: { certificatePem: "CERT" }, host: "x.dev" } }, [
    "proxy.ssl.privateKeyPem: is missing, should be a text",
  ]],
  ["a certificate's staging", {
    proxy: { ssl: CERTIFICATE, sslStaging: true, host: "x.dev" },
  }, ["proxy.sslStaging: needs ssl: true"]],
  ["an authority that is none", { proxy: { ssl: true, host: "x.dev", acmeDirectory: "ca.dev" } }, [
    'proxy.acmeDirectory: should be a URL that begins with "https://", such as "https://ca.acme.dev/directory"',
  ]],
  ["an authority without HTTPS", { proxy: { host: "x.dev", acmeDirectory: "https://ca.dev/" } }, [
    "proxy.acmeDirectory: needs ssl: true, for no certificate comes from there else",
  ]],
  ["an authority of a certificate of one's own", {
    proxy: { ssl: CERTIFICATE, host: "x.dev", acmeDirectory: "https://ca.dev/" },
  }, ["proxy.acmeDirectory: needs ssl: true, for no certificate comes from there else"]],
  ["two authorities", {
    proxy: { ssl: true, host: "x.dev", sslStaging: true, acmeDirectory: "https://ca.dev/" },
  }, ["proxy.acmeDirectory: stands beside sslStaging, should be the one or the other"]],
  ["staging by its address", {
    proxy: {
      ssl: true,
      host: "x.dev",
      acmeDirectory: "https://acme-staging-v02.api.letsencrypt.org/directory",
    },
  }, ["proxy.acmeDirectory: is that of Let's Encrypt's staging, should be sslStaging: true"]],
  ["an authority for what is below a path", {
    proxy: { ssl: true, host: "x.dev", pathPrefix: "/api", acmeDirectory: "https://ca.dev/" },
  }, [
    'proxy.acmeDirectory: needs a role with the path "/": kamal-proxy has HTTPS there alone',
  ]],
  ["a path of a wildcard that is served with HTTPS", {
    servers: {
      web: ["a"],
      api: { hosts: ["a"], proxy: { ssl: false, pathPrefix: "/api" } },
    },
    proxy: { ssl: CERTIFICATE, host: "*.x.dev" },
  }, [
    'servers.api.proxy: has a path of *.x.dev, for which "web" serves HTTPS: kamal-proxy cannot start with both',
  ]],
  ["two roles with one name for HTTPS", {
    servers: { web: ["a"], api: { hosts: ["b"], proxy: true } },
    proxy: { ssl: true, host: "x.dev" },
  }, ['servers.api.proxy: serves HTTPS for x.dev, as "web" does']],
  ["a canary for nobody", { canary: {} }, [
    "canary: is for nobody, should have percent or allow",
  ]],
  ["a canary for more than all", { canary: { percent: 101 } }, [
    "canary.percent: should be at most 100, got 101",
  ]],
  ["a canary for what no cookie can be", { canary: { allow: ["a;b"] } }, [
    "canary.allow[0]: should be the value of a cookie: " +
    "without spaces, commas, semicolons, quotes and backslashes",
  ]],
  ["a canary in front of no proxy", {
    servers: { web: { hosts: ["a"], proxy: false } },
    canary: { percent: 5 },
  }, ["canary: needs a role behind kamal-proxy, which tells visitors apart"]],
  ["a pause in front of no proxy", {
    servers: { web: { hosts: ["a"], proxy: false } },
    release: { cmd: "bin/migrate", pause: 5 },
  }, ["release.pause: lets requests wait in kamal-proxy, and no role is behind it"]],
  ["a health path without a slash", { proxy: { healthcheck: { path: "up" } } }, [
    'proxy.healthcheck.path: should begin with "/"',
  ]],
  ["a reserved label", { labels: { role: "x" } }, [
    "labels.role: is a reserved label; service, role and destination are set by the deploy",
  ]],
  ["a reserved label of an accessory", {
    accessories: { db: accessory({ labels: { service: "x" } }) },
  }, [
    "accessories.db.labels.service: is a reserved label; " +
    "service, role and destination are set by the deploy",
  ]],
  ["an option with dashes", { servers: { web: { hosts: ["a"], options: { "--memory": "1g" } } } }, [
    "servers.web.options.--memory: should be an option's name without dashes in front",
  ]],
  ["a restart policy that is none", {
    servers: { web: { hosts: ["a"], options: { restart: "maybe" } } },
  }, [
    'servers.web.options.restart: should be "no", "always", "unless-stopped", "on-failure" or "on-failure:5"',
  ]],
  ["a secret's entry that is none", { env: { secret: ["A=hunter2"] } }, [
    'env.secret[0]: should be "NAME" or "NAME_IN_CONTAINER:NAME_OF_SECRET"',
  ]],
  ["an architecture with its system", { builder: { arch: "linux/amd64" } }, [
    'builder.arch: should be an architecture alone, such as "amd64"',
  ]],
  ["an accessory nowhere", { accessories: { db: { image: "x" } } }, [
    "accessories.db: should have one of role, roles, host, hosts, tag and tags, has none",
  ]],
  ["an accessory in two ways", { accessories: { db: accessory({ host: "a" }) } }, [
    "accessories.db: should have one of role, roles, host, hosts, tag and tags, has role and host",
  ]],
  ["an accessory on an unknown role", { accessories: { db: accessory({ role: "wep" }) } }, [
    'accessories.db.role: unknown role "wep", did you mean "web"?',
  ]],
  ["an accessory on an unknown role among others", {
    accessories: { db: { image: "x", roles: ["web", "jobs"] } },
  }, ['accessories.db.roles[1]: unknown role "jobs", known are web']],
  ["an accessory on a tag that no host has", { accessories: { db: { image: "x", tag: "eu" } } }, [
    "accessories.db.tag: names no host",
  ]],
  ["an accessory without an image", { accessories: { db: { role: "web" } } }, [
    "accessories.db.image: is missing, should be a text",
  ]],
  ["two accessories with one container", {
    accessories: { a: accessory({ service: "db" }), b: accessory({ service: "db" }) },
  }, ['accessories.b: is called db on its hosts, as "a" is']],
  ["an accessory in the app's place", { accessories: { db: accessory({ service: "shop" }) } }, [
    "accessories.db: is called shop on its hosts, as the app is",
  ]],
  ["an accessory in the proxy's place", {
    accessories: { db: accessory({ service: "kamal-proxy" }) },
  }, ["accessories.db: is called kamal-proxy on its hosts, as the proxy is"]],
  ["two accessories on one port", {
    accessories: { a: accessory({ port: 5432 }), b: accessory({ port: "127.0.0.1:5432:80" }) },
  }, ['accessories.b.port: is published on its hosts by "a" already']],
  ["a port that is none", { accessories: { db: accessory({ port: "80:80 --privileged" }) } }, [
    'accessories.db.port: should be a port such as 5432, "8080:80" or "127.0.0.1:5432:5432"',
  ]],
  ["an accessory's image that is none", { accessories: { db: accessory({ image: "a b" }) } }, [
    'accessories.db.image: should be an image with its tag, such as "postgres:17"',
  ]],
  ["a mount without a target", { accessories: { db: accessory({ directories: ["data"] }) } }, [
    'accessories.db.directories[0]: should be "local:/path/in/container" or ' +
    '"local:/path/in/container:options"',
  ]],
  ["a mode that YAML has turned into a number", {
    accessories: { db: accessory({ directories: [{ local: "a", remote: "/a", mode: 416 }] }) },
  }, ["accessories.db.directories[0].mode: should be a text, got 416"]],
  ["a file that nobody read", { accessories: { db: accessory({ files: ["a.cnf:/a.cnf"] }) } }, [
    'accessories.db.files[0]: needs the file "a.cnf", which was not read',
  ]],
  ["a hook that is none", { hooks: { "predeploy": ["x"] } }, [
    "hooks.predeploy: should be one of pre-init, pre-connect, docker-setup, pre-build, pre-deploy, " +
    "pre-app-boot, post-app-boot, post-deploy, pre-proxy-reboot, post-proxy-reboot, pre-traefik-reboot, " +
    "post-traefik-reboot",
  ]],
  ["a hook of Traefik's where kamal-proxy serves", { hooks: { "pre-traefik-reboot": ["x"] } }, [
    "hooks.pre-traefik-reboot: never runs where kamal-proxy serves: call it pre-proxy-reboot",
  ]],
];

function accessory(more: object): object {
  return { image: "postgres:17", role: "web", ...more };
}

for (const [what, more, problems] of CASES) {
  Deno.test(`resolveConfig() rejects ${what}`, async () => {
    assertEquals(await problemsWith(more), problems);
  });
}

Deno.test("resolveConfig() names the problems of all nouns at once", async () => {
  const problems = await problemsWith({
    image: undefined,
    servers: { web: { hosts: ["a"] }, jobs: { hosts: [] } },
    boot: { limt: 2 },
    registry: { username: "ci" },
    accessories: { db: { image: "x" } },
  });
  assertEquals(problems.map((problem) => problem.split(":")[0]), [
    "boot.limt",
    "servers.jobs",
    "accessories.db",
    "registry.password",
    "image",
  ]);
});

Deno.test("resolveConfig() adds no problem that only follows from another", async () => {
  const problems = await problemsWith({
    servers: { web: { hots: ["a"] } },
    accessories: { db: { image: "x", role: "web" } },
    settings: { primaryRole: "web" },
  });
  assertEquals(problems, ['servers.web.hots: unknown key, did you mean "hosts"?']);
});

Deno.test("resolveConfig() repeats no value that may be a secret", async () => {
  const problems = await problemsWith({
    registry: { username: "ci", password: "hunter2" },
    env: { secret: "hunter2" },
    builder: { args: { NPM_TOKEN: ["hunter2"] } },
  });
  assertEquals(problems.length, 3);
  assert(!problems.join("\n").includes("hunter2"), problems.join("\n"));
});

Deno.test("resolveConfig() rejects a secret's value in place of its name", async () => {
  const problems = await problemsWith({
    registry: { username: "ci", password: { secret: "hunter2 $!" } },
  });
  assertEquals(problems, [
    'registry.password: should be secret("NAME"), with the name of a secret',
  ]);
});

Deno.test("resolveConfig() counts the problems in its message and lists them in its details", async () => {
  const error = await assertRejects(
    () => resolveWith({ image: "a:1", boot: { limt: 1 } }),
    ConfigError,
  );
  assertEquals(error.message, "the configuration has 2 problems");
  assertEquals(error.code, "CONFIG_INVALID");
  assertEquals(error.details, [
    'boot.limt  unknown key, did you mean "limit"?',
    "image  should have no tag, the deploy adds the version",
  ]);
});
