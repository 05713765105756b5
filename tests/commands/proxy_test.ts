import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { explainFailure, invertOperation } from "../../sdk/operations/operation.ts";
import { ROUTE, SAMPLES, WEB } from "./samples.ts";
import { type Home, testInShells } from "./shells.ts";
import { textOf } from "./texts.ts";

const RUN = SAMPLES["run-proxy"];

// As Kamal runs its proxy, with its own words.
const KAMAL =
  `/usr/bin/env mkdir -p .kamal/proxy/apps-config; echo $(cat .kamal/proxy/options 2> /dev/null || echo "--publish 80:80 --publish 443:443 --log-opt max-size=10m") $(cat .kamal/proxy/image 2> /dev/null || echo "basecamp/kamal-proxy"):$(cat .kamal/proxy/image_version 2> /dev/null || echo "v0.9.2") $(cat .kamal/proxy/run_command 2> /dev/null || echo "") | xargs docker run --name kamal-proxy --network kamal --detach --restart unless-stopped --volume kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy --volume $PWD/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config`;

testInShells(
  "runProxy runs what Kamal runs where the configuration says nothing of it",
  async (home, shell) => {
    const kamals = await argumentsOf(home, () => home.run(shell, KAMAL));
    const ours = await argumentsOf(home, () => home.do(shell, RUN));
    assertEquals(ours, kamals);
  },
);

testInShells(
  "runProxy keeps to the boot config that Kamal left on the host",
  async (home, shell) => {
    await home.write(".kamal/proxy/options", "--publish 8080:80 --log-opt max-size=1m\n");
    await home.write(".kamal/proxy/image", "registry.acme.dev/kamal-proxy\n");
    await home.write(".kamal/proxy/image_version", "v0.9.3\n");
    await home.write(".kamal/proxy/run_command", "kamal-proxy run --debug\n");
    const kamals = await argumentsOf(home, () => home.run(shell, KAMAL));
    const ours = await argumentsOf(home, () => home.do(shell, RUN));
    assertEquals(ours, kamals);
    assert(ours.includes("registry.acme.dev/kamal-proxy:v0.9.3"));
  },
);

Deno.test("runProxy heeds what the configuration says", () => {
  const configured = {
    ...RUN,
    configured: true,
    publish: ["8080:80", "8443:443"],
    debug: true,
    metricsPort: 9090,
    options: { memory: "256m" },
  };
  assertEquals(
    textOf(configured),
    `mkdir -p .kamal/proxy/apps-config && docker run --name kamal-proxy --network kamal --detach --restart unless-stopped --volume kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy --volume "$PWD"/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config --publish 8080:80 --publish 8443:443 --log-opt max-size=10m --expose=9090 --memory 256m basecamp/kamal-proxy:v0.9.2 kamal-proxy run --debug --metrics-port 9090`,
  );
  assert(!textOf({ ...configured, logMaxSize: "" }).includes("--log-opt"));
});

testInShells(
  "routeTraffic tells kamal-proxy the container's short id, and forgets where it had it from",
  async (home, shell) => {
    await home.write(WEB.idFile, "0123456789abcdef0123456789abcdef");
    await home.program("docker", `[ "$1 $2 $3 $4" = "exec kamal-proxy sh -c" ] && sh -c "$5" "$6"`);
    await home.program("kamal-proxy", `echo "$*" >>"$HOME/log"; [ "$1" != remove ]`);
    assertEquals((await home.do(shell, ROUTE)).code, 0);
    assertEquals(
      await home.read("log"),
      "deploy shop-web --target 0123456789ab:3000 --host=shop.acme.dev --deploy-timeout=30s\nremove shop-web-candidate\n",
    );
    assertEquals(await home.list(".kamal/apps/shop/sextant"), []);
  },
);

testInShells(
  "routeTraffic fails as kamal-proxy does, and leaves the candidate alone",
  async (home, shell) => {
    await home.write(WEB.idFile, "0123456789abcdef");
    await home.program("docker", `sh -c "$5" "$6"`);
    await home.program("kamal-proxy", `echo "$1" >>"$HOME/log"; echo "Error: no" >&2; exit 1`);
    const { code, stderr } = await home.do(shell, ROUTE);
    assertEquals([code, stderr], [1, "Error: no\n"]);
    assertEquals(await home.read("log"), "deploy\n");
  },
);

Deno.test("routeTraffic names what is most likely in the way of a route for all hosts", () => {
  const outcome = {
    exitCode: 1,
    stdout: "",
    stderr: "Error: host settings conflict with another service\n",
  };
  const explained = explainFailure({ ...ROUTE, hosts: [] }, outcome);
  assertStringIncludes(explained.message, "host settings conflict");
  assertStringIncludes(explained.hint!, ".proxy({ host:");
  assertEquals(explainFailure(ROUTE, outcome).hint, undefined);
});

testInShells("removeRoute fails only where that very route is still there", async (home, shell) => {
  const remove = SAMPLES["remove-route"];
  await home.program("docker", `[ "$4" = list ] && cat "$HOME/routes"`);
  // As kamal-proxy prints it, colours and all.
  const list = (...names: readonly string[]): string =>
    [
      "\x1b[3;94mService\x1b[0m",
      ...names.map((name) => `\x1b[1;34m${name}\x1b[0m  \x1b[mx\x1b[0m`),
      "",
    ].join("\n");
  await home.write("routes", list("blog-shop-web", "shop-web-candidate", "shop-web.2"));
  assertEquals((await home.do(shell, remove)).code, 0);
  await home.write("routes", list("shop-web", "shop-web-candidate"));
  assertEquals((await home.do(shell, remove)).code, 1);
  await home.write("routes", "shop-web  x\n");
  assertEquals((await home.do(shell, remove)).code, 1);
});

testInShells("removeCandidate never fails", async (home, shell) => {
  await home.program("docker", "exit 1");
  assertEquals((await home.do(shell, SAMPLES["remove-candidate"])).code, 0);
});

testInShells("removeCandidate removes it again once nobody waits for it", async (home, shell) => {
  await home.program("docker", `shift 2; exec "$@"`);
  await home.program("kamal-proxy", `echo "$*" >>"$HOME/log"`);
  const [candidate, once] = ["shop-web-candidate", "remove shop-web-candidate\n"];
  await home.do(shell, { kind: "remove-candidate", candidate, pending: 0.3 });
  assertEquals(await home.read("log"), once);
  while (await home.read("log") === once) await new Promise((look) => setTimeout(look, 20));
  assertEquals(await home.read("log"), once + once);
});

testInShells("removeProxy keeps routes and folder unless everything goes", async (home, shell) => {
  await home.write(".kamal/proxy/options", "x");
  await home.program("docker", `echo "$*" >>"$HOME/log"`);
  await home.do(shell, { kind: "remove-proxy", everything: false });
  assertEquals(await home.read("log"), "stop -t 30 kamal-proxy\nrm kamal-proxy\n");
  await home.do(shell, { kind: "remove-proxy", everything: true });
  assertEquals((await home.read("log")).includes("volume"), false);
  assertEquals(await home.list(".kamal"), []);
});

testInShells("removeProxy leaves what other apps have beside it", async (home, shell) => {
  await home.program("docker", "exit 0");
  await home.write(".kamal/proxy/options", "--publish 80:80");
  await home.write(".kamal/proxy/apps-config/blog/tls/cert.pem", "CERTIFICATE");
  assertEquals((await home.do(shell, { kind: "remove-proxy", everything: true })).code, 0);
  assertEquals(await home.read(".kamal/proxy/apps-config/blog/tls/cert.pem"), "CERTIFICATE");
  await assertRejects(() => home.read(".kamal/proxy/options"), Deno.errors.NotFound);
});

testInShells("startProxy starts the container that is there", async (home, shell) => {
  await home.program("docker", `echo "$*" >"$HOME/log"; echo kamal-proxy`);
  const { code, stdout } = await home.do(shell, SAMPLES["start-proxy"]);
  assertEquals([code, stdout, await home.read("log")], [0, "", "container start kamal-proxy\n"]);
});

/** What docker was told, word by word. */
async function argumentsOf(home: Home, work: () => Promise<unknown>): Promise<readonly string[]> {
  await home.program("docker", `printf '%s\\n' "$@" >"$HOME/arguments"`);
  await work();
  return (await home.read("arguments")).split("\n");
}

testInShells(
  "routeTraffic takes a route's place by way of the parent domain, and gives it back alike",
  async (home, shell) => {
    await home.program("docker", 'shift 2; exec "$@"');
    await home.program("kamal-proxy", 'echo "$*" >>"$HOME/log"');
    const taken = {
      ...{ service: "shop-web", version: "v1", port: 80, hosts: ["shop.dev"] },
      targets: [{ container: "shop-web-v1", target: { id: "0123456789ab" } }],
      flags: ["--host=shop.dev", "--tls=true"],
    };
    const route = {
      ...{
        ...ROUTE,
        service: "shop-app",
        candidates: [],
        hosts: ["shop.dev"],
        previous: undefined,
      },
      targets: [{ container: "shop-app-v2", target: { id: "ba9876543210" } }],
      ...{ port: 3000, flags: ["--host=shop.dev", "--tls=true", "--target-timeout=9s"] },
      takesOver: taken,
    };
    assertEquals((await home.do(shell, route)).code, 0);
    const app = "deploy shop-app --target ba9876543210:3000";
    assertEquals((await home.read("log")).trim().split("\n"), [
      `${app} --host=*.dev --target-timeout=9s`,
      "remove shop-web",
      `${app} --host=shop.dev --tls=true --target-timeout=9s`,
    ]);
    await home.write("log", "");
    assertEquals((await home.do(shell, ...invertOperation(route))).code, 0);
    const web = "deploy shop-web --target 0123456789ab:80";
    assertEquals((await home.read("log")).trim().split("\n"), [
      `${web} --host=*.dev`,
      "remove shop-app",
      `${web} --host=shop.dev --tls=true`,
    ]);
  },
);
