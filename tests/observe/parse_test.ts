import { assertEquals } from "@std/assert";
import { proxyContainer, shortId } from "../../sdk/observe/host_state.ts";
import { parseProbe } from "../../sdk/observe/parse.ts";

// As hosts printed them, ids shortened.
const PROXY =
  `~c {"name":"/kamal-proxy","id":"b1946ac92492","image":"basecamp/kamal-proxy:v0.9.2","imageId":"sha256:aa","running":true,"labels":{},"ports":{"443/tcp":[{"HostIp":"","HostPort":"443"}],"80/tcp":[{"HostIp":"","HostPort":"80"}]},"networks":["kamal",null]}
~s {"name":"/kamal-proxy","status":"running","health":null,"exitCode":0,"startedAt":"2026-11-20T23:56:30.1Z"}`;
const WEB =
  `~c {"name":"/shop-web-v1","id":"d6dce0f4b515","image":"acme/shop:v1","imageId":"sha256:bb","running":true,"labels":{"destination":"","role":"web","service":"shop"},"ports":{},"networks":["kamal","other",null]}
~s {"name":"/shop-web-v1","status":"running","health":"starting","exitCode":0,"startedAt":"2026-11-20T23:56:31.2Z"}`;

Deno.test("parseProbe() takes an empty salt for none", () => {
  assertEquals([parseProbe("h", "~k \n").salt, parseProbe("h", "~k 0f\n").salt], [undefined, "0f"]);
});

Deno.test("parseProbe() reads containers with their status, sorted by name", () => {
  const { containers, networks } = parseProbe("h", `${WEB}\n${PROXY}\n`);
  assertEquals(containers.map(({ name }) => name), ["kamal-proxy", "shop-web-v1"]);
  assertEquals(containers[1], {
    name: "shop-web-v1",
    id: "d6dce0f4b515",
    image: "acme/shop:v1",
    imageId: "sha256:bb",
    running: true,
    labels: { destination: "", role: "web", service: "shop" },
    ports: {},
    networks: ["kamal", "other"],
    status: "running",
    health: "starting",
    exitCode: 0,
    startedAt: "2026-11-20T23:56:31.2Z",
  });
  assertEquals(containers[0]!.ports, { "443/tcp": ["443"], "80/tcp": ["80"] });
  assertEquals(containers[0]!.health, undefined);
  assertEquals(networks.toSorted(), ["kamal", "other"]);
});

Deno.test("parseProbe() takes null for no labels and no ports", () => {
  const line =
    `~c {"name":"/x","id":"1","image":"i","imageId":"s","running":false,"labels":null,"ports":{"80/tcp":null},"networks":[null]}`;
  const [container] = parseProbe("h", line).containers;
  assertEquals([container!.labels, container!.ports, container!.status], [
    {},
    { "80/tcp": [] },
    "unknown",
  ]);
});

Deno.test("parseProbe() knows whether Docker runs, is stopped or is missing", () => {
  const of = (text: string) => parseProbe("h", text).docker;
  assertEquals(of(`d {"version":"28.2.2","architecture":"arm64"}`), {
    status: "running",
    version: "28.2.2",
    architecture: "arm64",
  });
  assertEquals(of("~e docker stopped: Cannot connect to the Docker daemon"), {
    status: "stopped",
    message: "Cannot connect to the Docker daemon",
  });
  assertEquals(of("~e docker missing").status, "missing");
  assertEquals(of("").status, "stopped");
});

Deno.test("parseProbe() reads images that have a name", () => {
  const lines = [
    `~i {"name":"acme/shop:v1","id":"sha256:1","digest":"sha256:9"}`,
    `~i {"name":"acme/shop:v2","id":"sha256:2","digest":"<none>"}`,
    `~i {"name":"<none>:<none>","id":"sha256:3","digest":"<none>"}`,
  ];
  assertEquals(parseProbe("h", lines.join("\n")).images, [
    { name: "acme/shop:v1", id: "sha256:1", digest: "sha256:9" },
    { name: "acme/shop:v2", id: "sha256:2", digest: undefined },
  ]);
});

Deno.test("parseProbe() reads kamal-proxy's own state, where all is an empty name", () => {
  const state =
    `~p [{"name":"shop-web","options":{"hosts":["shop.acme.dev"],"path_prefixes":["/"],"tls_enabled":true,"tls_redirect":true},"target_options":{"health_check_config":{"path":"/up","interval":1000000000}},"active_targets":["d6dce0f4b515:3000"],"active_readers":[],"rollout_targets":null,"pause_controller":{"state":0}},{"name":"blog-web","options":{"hosts":[""],"path_prefixes":["/"],"tls_enabled":false},"active_targets":["9a708d64c047:80"],"pause_controller":{"state":2}}]`;
  assertEquals(parseProbe("h", state).routes, [
    {
      service: "blog-web",
      hosts: [],
      pathPrefixes: ["/"],
      targets: ["9a708d64c047:80"],
      readers: [],
      tls: false,
      flags: [],
      state: "stopped",
    },
    {
      service: "shop-web",
      hosts: ["shop.acme.dev"],
      pathPrefixes: ["/"],
      targets: ["d6dce0f4b515:3000"],
      readers: [],
      tls: true,
      flags: ["--host=shop.acme.dev", "--tls=true"],
      state: "running",
    },
  ]);
});

Deno.test("parseProbe() takes half a state file for no routes", () => {
  assertEquals(parseProbe("h", `~p [{"name":"shop-web","opt`).routes, []);
});

Deno.test("parseProbe() reads files, lock, salt, releases, space, ports and hash", () => {
  const state = parseProbe(
    "h",
    [
      `f ${"a".repeat(64)}  .kamal/apps/shop/env/roles/web.env`,
      `~l .kamal/lock-shop ${btoa("Locked by: ci at now\nVersion: v1")}`,
      "~k 0123",
      "~r v0 2026-01-01T00:00:00Z dev@example.com",
      `~r {"version":"v1","status":"failed","at":"2026-01-02T00:00:00Z","digest":"","env":null}`,
      "~r {broken",
      "~m /dev/vda1 100 50 40 56% /",
      "~m /dev/vdb1 100 70 30 70% /var/lib/docker",
      `~t LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=6))`,
      "~t LISTEN 0 511 [::]:443 [::]:*",
      "~v /var/lib/docker/volumes/kamal-proxy-config/_data/kamal-proxy.state",
      `~h ${"b".repeat(64)}`,
    ].join("\n"),
  );
  assertEquals(state.files, { ".kamal/apps/shop/env/roles/web.env": "a".repeat(64) });
  assertEquals(state.lock, {
    path: ".kamal/lock-shop",
    details: "Locked by: ci at now\nVersion: v1",
  });
  assertEquals([state.salt, state.freeKiB], ["0123", 30]);
  const releases = state.releases.map(({ version, status, digest }) => [version, status, digest]);
  assertEquals(releases, [["v0", "succeeded", undefined], ["v1", "failed", undefined]]);
  assertEquals(state.listening, [{ port: 80, process: "nginx" }, {
    port: 443,
    process: undefined,
  }]);
  assertEquals(
    state.routesFile,
    "/var/lib/docker/volumes/kamal-proxy-config/_data/kamal-proxy.state",
  );
  assertEquals(state.hash, "b".repeat(64));
});

Deno.test("parseProbe() takes a lock without words, or with strange ones, for held", () => {
  assertEquals(parseProbe("h", "~l .kamal/lock-shop ").lock, {
    path: ".kamal/lock-shop",
    details: "",
  });
  assertEquals(parseProbe("h", "~l .kamal/lock-shop !!").lock?.details, "");
});

Deno.test("parseProbe() leaves out what is no answer, such as a login's banner", () => {
  const noise = "Welcome to this host\n* have fun\n\n";
  assertEquals(parseProbe("h", `${noise}${WEB}`).containers.length, 1);
});

Deno.test("proxyContainer() and shortId() name what kamal-proxy's targets name", () => {
  const state = parseProbe("h", `${WEB}\n${PROXY}`);
  assertEquals(proxyContainer(state)?.id, "b1946ac92492");
  assertEquals(proxyContainer(parseProbe("h", WEB)), undefined);
  assertEquals(shortId("0123456789abcdef"), "0123456789ab");
});
