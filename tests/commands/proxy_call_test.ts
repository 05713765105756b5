import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { deployStream } from "../../sdk/operations/deploy_args.ts";
import type { RouteTraffic } from "../../sdk/operations/proxy.ts";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { ROUTE, SAMPLES } from "./samples.ts";
import { type Ended, type Home, testInShells } from "./shells.ts";
import { textOf } from "./texts.ts";

const DIRECTORY = "https://ca.acme.dev/directory";
const SHORT = ["--host=shop.acme.dev", "--tls", `--tls-acme-directory=${DIRECTORY}`];

const LONG = [
  "--host=www.acme.dev",
  "--host=bücher.acme.dev",
  "--tls",
  `--tls-acme-directory=https://ca.acme.dev/${"directory/".repeat(30)}`,
  "--tls-certificate-path=/tls/cert.pem",
  "--tls-private-key-path=/tls/key.pem",
  "--canonical-host=www.acme.dev",
  `--deploy-timeout=${90 * 24 * 3600}s`,
  "--drain-timeout=0.5s",
  "--health-check-interval=3s",
  "--health-check-timeout=2s",
  "--health-check-path=/healthz",
  "--health-check-host=shop.acme.dev",
  "--health-check-port=9000",
  "--target-timeout=60s",
  "--buffer-requests=true",
  "--buffer-responses=true",
  "--buffer-memory=2000000",
  "--max-request-body=40000000000",
  "--max-response-body=5",
  "--writer-affinity-timeout=0s",
  "--read-target-websockets=true",
  "--path-prefix=/",
  "--path-prefix=api/",
  "--strip-path-prefix=false",
  "--forward-headers=true",
  "--scope-cookie-paths=true",
  "--tls-redirect=false",
  "--log-request-header=X-B",
  "--log-request-header=X-A",
  "--log-response-header=X-C",
  "--error-pages=/it's/there",
];

const MANY = Array.from({ length: 13 }, (_, index) => ({
  text: `${index.toString(16).padStart(12, "0")}:3000`,
  isReader: index >= 11,
}));

Deno.test("deployStream() gives the bytes that Go sends", async () => {
  const { short, long } = await recorded();
  const one = [{ text: "0123456789ab:80", isReader: false }];
  assertEquals(hex(deployStream("shop-web", one, SHORT)), short);
  assertEquals(hex(deployStream("shop-web", MANY, LONG)), long);
});

Deno.test("routeTraffic calls kamal-proxy only for a directory", () => {
  assertEquals(textOf(ROUTE).includes("perl"), false);
  assertEquals(textOf(called(SHORT)).includes("kamal-proxy deploy"), false);
});

testInShells(
  "routeTraffic calls kamal-proxy with each container's short id, and then removes its candidates",
  async (home, shell) => {
    const { long, done } = await recorded();
    const targets = MANY.map(({ text, isReader }, index) => ({
      container: `shop-web-${index}`,
      target: { id: text.slice(0, 12).padEnd(64, "f") },
      isReader,
    }));
    // The order in which containers stand is not that in which they are told.
    const route = { ...called(LONG), targets: [...targets.slice(11), ...targets.slice(0, 11)] };
    const { ended, said } = await answer(home, shell, route, done);
    assertEquals([ended, said], [{ code: 0, stdout: "", stderr: "" }, long]);
    assertEquals(await home.read("log"), "remove shop-web-candidate\n");
  },
);

testInShells(
  "routeTraffic fails with what kamal-proxy answers, as its own command does",
  async (home, shell) => {
    const { refused } = await recorded();
    const { ended } = await answer(home, shell, called(SHORT), refused);
    const error = "target failed to become healthy within configured timeout (30s)";
    assertEquals(ended, { code: 1, stdout: "", stderr: `Error: ${error}\n` });
    assertStringIncludes(explainFailure(called(SHORT), { ...ended, exitCode: 1 }).message, error);
  },
);

testInShells("routeTraffic fails where kamal-proxy goes without an answer", async (home, shell) => {
  const { done } = await recorded();
  const { ended } = await answer(home, shell, called(SHORT), done.slice(0, 60));
  assertEquals(ended, { code: 1, stdout: "", stderr: "Error: unexpected EOF\n" });
});

testInShells("routeTraffic fails where nobody listens", async (home, shell) => {
  await playDocker(home);
  const { code, stderr } = await home.do(shell, called(SHORT));
  const socket = `${home.path}/kamal-proxy.sock`;
  assertEquals(
    [code, stderr],
    [1, `Error: dial unix ${socket}: connect: no such file or directory\n`],
  );
});

testInShells(
  "checkProxyCall and routeTraffic say that the image has no perl",
  async (home, shell) => {
    await playDocker(home);
    const path = await home.pathOf("sh", "cut", "cat");
    for (const operation of [SAMPLES["check-proxy-call"], called(SHORT)]) {
      const { code, stderr, stdout } = await home.run(shell, textOf(operation), path);
      const { message, hint } = explainFailure(operation, { exitCode: code, stderr, stdout });
      assertEquals(code, 127);
      assertStringIncludes(message, "perl");
      assertStringIncludes(hint!, "acmeDirectory needs perl in kamal-proxy's image");
    }
  },
);

Deno.test("checkProxyCall says what Docker says of a proxy that does not run", () => {
  const stderr = "Error response from daemon: container 0123 is not running\n";
  const { message, hint } = explainFailure(SAMPLES["check-proxy-call"], {
    exitCode: 1,
    stdout: "",
    stderr,
  });
  assertEquals([message, hint], [`kamal-proxy could not be asked: ${stderr.trim()}`, undefined]);
});

/** A route of one container, told such flags. */
function called(flags: readonly string[]): RouteTraffic {
  const [target] = ROUTE.targets;
  return {
    ...ROUTE,
    port: 3000,
    targets: [{ ...target!, target: { id: "0123456789ab".padEnd(64, "f") } }],
    flags,
  };
}

/** What Go itself sends and answers; the program beside the file makes it. */
async function recorded(): Promise<Record<"short" | "long" | "done" | "refused", string>> {
  const file = new URL("../fixtures/kamal_proxy/call.txt", import.meta.url);
  const [short, long, done, refused] = (await Deno.readTextFile(file)).split("\n");
  return { short: short!, long: long!, done: done!, refused: refused! };
}

/** Plays kamal-proxy: takes the call of one route, answers it, and goes. */
async function answer(
  home: Home,
  shell: string,
  route: RouteTraffic,
  bytes: string,
): Promise<{ readonly ended: Ended; readonly said: string }> {
  await playDocker(home);
  const targets = route.targets.map(({ target, isReader = false }) => ({
    text: `${"id" in target ? target.id.slice(0, 12) : ""}:${route.port}`,
    isReader,
  }));
  const { length } = deployStream(route.service, targets, route.flags);
  using listener = Deno.listen({ transport: "unix", path: `${home.path}/kamal-proxy.sock` });
  const serve = async (): Promise<string> => {
    using connection = await listener.accept();
    const said: number[] = [];
    const buffer = new Uint8Array(length);
    while (said.length < length) {
      const count = await connection.read(buffer);
      if (count === null) break;
      said.push(...buffer.subarray(0, count));
    }
    await connection.write(Uint8Array.from(bytes.match(/../g)!, (byte) => Number(`0x${byte}`)));
    return hex(said);
  };
  const [ended, said] = await Promise.all([home.do(shell, route), serve()]);
  return { ended, said };
}

/** A docker that does in the home what it is to do in kamal-proxy's container, and a command line that notes its words. */
async function playDocker(home: Home): Promise<void> {
  await home.program("docker", `export XDG_RUNTIME_DIR="$HOME"; shift 2; exec "$@"`);
  await home.program("kamal-proxy", `echo "$*" >>"$HOME/log"`);
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
