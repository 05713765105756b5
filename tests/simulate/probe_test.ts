import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { parseProbe } from "../../sdk/observe/parse.ts";
import { checkScript, probeScript } from "../../sdk/observe/probe.ts";
import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { renderProbe } from "../../sdk/simulate/probe.ts";
import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import { Home, testInShells } from "../commands/shells.ts";
import { playHost } from "./fake_docker.ts";

const SCOPE = { service: "shop", labels: ["shop", "shop-db"] };

const BUSY: HostOptions = {
  proxy: "basecamp/kamal-proxy:v0.9.2",
  containers: [
    { name: "shop-web-v1", image: "acme/shop:v1", labels: { service: "shop", role: "web" } },
    { name: "shop-web-v0", image: "acme/shop:v0", labels: { service: "shop" }, running: false },
    {
      name: "shop-db",
      image: "postgres:17",
      labels: { service: "shop-db" },
      publish: ["5432:5432"],
    },
    { name: "blog-web-v1", image: "blog:v1", labels: { service: "blog", note: "a \"b\" 'c' $d" } },
    { name: "cron", image: "busybox:1" },
  ],
  routes: [
    {
      service: "shop-web",
      container: "shop-web-v1",
      port: 3000,
      hosts: ["shop.acme.dev"],
      tls: true,
    },
    { service: "blog-web", container: "blog-web-v1", pathPrefixes: ["/blog", "/b"] },
  ],
  files: {
    ".kamal/apps/shop/env/roles/web.env": "DATABASE_URL=[DATABASE_URL]\n",
    ".kamal/apps/shop/assets/volumes/web-v1/app.js": "x",
    ".kamal/apps/shop/sextant/salt": "0123456789abcdef\n",
    ".kamal/apps/shop/sextant/releases": "v0 t dev\nv1 t dev\n",
    ".kamal/apps/blog/env/roles/web.env": "\n",
    ".kamal/proxy/apps-config/shop/tls/cert.pem": "cert\n",
    ".kamal/lock-shop/details": "TG9ja2VkIGJ5OiBjaSBhdCBub3cK\n",
  },
};

testInShells(
  "renderProbe() tells what the real script tells of such a host",
  async (home, shell) => {
    for (
      const options of [BUSY, {}, { listening: { 80: "nginx" } }, { docker: "stopped" } as const]
    ) {
      const host = new SimulatedFleet({ hosts: { h: options } }).host("h");
      await playHost(home, host);
      const { code, stdout } = await home.run(shell, probeScript(SCOPE));
      assertEquals(code, 0);
      assertEquals(statesOf(stdout), statesOf(renderProbe(host, SCOPE)));
      for (const path of host.files.keys()) await Deno.remove(`${home.path}/${path}`);
      for (const path of [".kamal", "play", "state"]) {
        await Deno.remove(`${home.path}/${path}`, { recursive: true }).catch(() => {});
      }
    }
  },
);

testInShells(
  "checkScript() agrees with the hash of the probe, and says nothing",
  async (home, shell) => {
    const host = busyHost();
    await playHost(home, host);
    const { hash } = parseProbe("h", (await home.run(shell, probeScript(SCOPE))).stdout);
    const routesFile = `${home.path}/state/kamal-proxy.state`;
    const { code, stdout } = await home.run(
      shell,
      checkScript(SCOPE, { hash, routesFile, status: 79 }),
    );
    assertEquals([code, stdout], [0, ""]);
  },
);

testInShells(
  "checkScript() prints the whole probe where the state is another one",
  async (home, shell) => {
    const host = busyHost();
    await playHost(home, host);
    const options = { hash: "0".repeat(64), routesFile: undefined, status: 79 };
    const { code, stdout } = await home.run(shell, checkScript(SCOPE, options));
    assertEquals(code, 79);
    assertEquals(statesOf(stdout), statesOf(renderProbe(host, SCOPE)));
  },
);

testInShells("probeScript() leaves no folder behind", async (home, shell) => {
  await playHost(home, busyHost());
  const temporary = `${home.path}/tmp`;
  await Deno.mkdir(temporary);
  await home.run(shell, `TMPDIR=${temporary}; export TMPDIR; ${probeScript(SCOPE)}`);
  assertEquals(await home.list("tmp"), []);
});

Deno.test("probeScript() says that Docker is missing, and still tells of files and locks", async () => {
  const tools = [
    "mktemp",
    "cat",
    "sed",
    "sort",
    "find",
    "sha256sum",
    "cut",
    "tail",
    "df",
    "rm",
    "tr",
    "grep",
    "head",
  ];
  await Home.use(async (home) => {
    await home.write(".kamal/lock-shop/details", "TG9ja2VkIGJ5OiBjaSBhdCBub3cK\n");
    const path = await home.pathOf(...tools);
    const { stdout } = await home.run("dash", probeScript(SCOPE), path);
    const state = parseProbe("h", stdout);
    assertEquals(state.docker, { status: "missing", message: "docker: command not found" });
    assertEquals(state.lock?.details, "Locked by: ci at now");
  });
});

for (
  const [what, change] of Object.entries<(host: SimulatedHost) => void>({
    "a container of the deployment stops": (host) =>
      void (host.container("shop-web-v1")!.state = "stopped"),
    "a container of the deployment goes": (host) => void host.containers.delete("shop-db"),
    "the proxy stops": (host) => void (host.container("kamal-proxy")!.state = "stopped"),
    "a route of the deployment changes": (host) => {
      host.routes.set("shop-web", {
        ...host.routes.get("shop-web")!,
        targets: ["0123456789ab:80"],
      });
    },
    "a file of the deployment changes": (host) =>
      host.write(".kamal/apps/shop/env/roles/web.env", "X=y\n"),
  })
) {
  Deno.test(`renderProbe() gives another hash where ${what}`, () => {
    const host = busyHost();
    const before = hashOf(host);
    change(host);
    assertEquals(hashOf(host) === before, false);
  });
}

for (
  const [what, change] of Object.entries<(host: SimulatedHost) => void>({
    "a foreign container comes and goes": (host) => {
      host.addContainer({ name: "other", image: "busybox:1" });
      host.containers.delete("cron");
    },
    "another service's route changes": (host) => void host.routes.delete("blog-web"),
    "an image is pulled": (host) => {
      host.images.set("x:1", { id: "sha256:1", digest: undefined, service: "shop" });
    },
    "time passes, and the lock is taken": (host) => host.holdLock("shop", "Locked by: me"),
    "Sextant's own files change": (host) =>
      host.write(".kamal/apps/shop/sextant/releases", "v9 t dev\n"),
  })
) {
  Deno.test(`renderProbe() keeps the hash where ${what}`, () => {
    const host = busyHost();
    const before = hashOf(host);
    change(host);
    assertEquals(hashOf(host), before);
  });
}

function busyHost(): SimulatedHost {
  return new SimulatedFleet({ hosts: { h: BUSY } }).host("h");
}

function hashOf(host: SimulatedHost): string {
  return parseProbe("h", renderProbe(host, SCOPE)).hash;
}

/** A state without what is this machine's own. */
function statesOf(text: string): unknown {
  const { routesFile, ...state } = parseProbe("h", text);
  return { ...state, freeKiB: 0, hasRoutesFile: routesFile !== undefined };
}
