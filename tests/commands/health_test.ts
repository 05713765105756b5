import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseDiagnosis } from "../../sdk/operations/diagnosis.ts";
import type { AwaitHealthy } from "../../sdk/operations/health.ts";
import { JOBS_GATE, WEB_GATE } from "./samples.ts";
import { type Ended, type Home, shellText, testInShells } from "./shells.ts";

testInShells(
  "awaitHealthy ends well once kamal-proxy finds the candidate healthy",
  async (home, shell) => {
    const { code, stdout, stderr } = await play(home, shell, "healthy", WEB_GATE);
    assertEquals([code, stdout, stderr], [0, "", ""]);
    assertStringIncludes(
      await home.read("log"),
      "exec kamal-proxy kamal-proxy deploy shop-web-candidate --target 0123456789ab:3000 --host shop-web-candidate.invalid --health-check-path /up --health-check-interval 250ms --health-check-timeout 5s --deploy-timeout 30s\n",
    );
    assert(!(await home.read("log")).includes("stop "));
  },
);

testInShells(
  "awaitHealthy leaves no process and no file behind, however it ends",
  async (home, shell) => {
    for (const part of ["healthy", "unhealthy", "crash"]) {
      await play(home, shell, part, WEB_GATE);
      assertEquals(
        await home.list(WEB_GATE.folder),
        part === "healthy" ? ["shop-web-v2.id"] : [],
        part,
      );
      assertEquals(await leftOver(home), [], part);
    }
  },
);

testInShells("awaitHealthy notices at once that a container has ended", async (home, shell) => {
  const started = performance.now();
  const { code, stdout } = await play(home, shell, "crash", WEB_GATE);
  // kamal-proxy would go on asking for 30 s.
  assert(performance.now() - started < 10_000);
  assertEquals(code, 1);
  const { ended, exitCode, outOfMemory, restarts, answer, log } = parseDiagnosis(stdout);
  assertEquals([ended, exitCode, outOfMemory, restarts, answer], [
    "exited",
    137,
    false,
    3,
    undefined,
  ]);
  assertEquals(log, ["said to stdout", "said to stderr"]);
});

testInShells(
  "awaitHealthy stops a container before it reads why: one that restarts would look well",
  async (home, shell) => {
    await play(home, shell, "crash", WEB_GATE);
    const log = await home.read("log");
    assert(/^stop shop-web-v2$[^]*^inspect -f state/m.test(log), log);
  },
);

testInShells(
  "awaitHealthy tells what the health path answers where kamal-proxy gives up",
  async (home, shell) => {
    await home.program(
      "curl",
      `echo "$*" >>"$HOME/curl"; echo "301 0.012 https://shop.acme.dev/up"`,
    );
    const { code, stdout, stderr } = await play(home, shell, "unhealthy", WEB_GATE);
    const diagnosis = parseDiagnosis(stdout);
    assertEquals([code, diagnosis.ended], [1, "unhealthy"]);
    assertEquals(diagnosis.answer, {
      status: 301,
      seconds: 0.012,
      location: "https://shop.acme.dev/up",
      problem: undefined,
    });
    assertStringIncludes(stderr, "target failed to become healthy");
    const asked = await home.read("curl");
    // As kamal-proxy asks: by the short id and the port, in kamal-proxy's name.
    assertStringIncludes(asked, "-A kamal-proxy -H Host: 0123456789ab:3000");
    assertStringIncludes(asked, "http://172.18.0.5:3000/up\n");
  },
);

testInShells(
  "awaitHealthy does not believe kamal-proxy where a redirect led it elsewhere",
  async (home, shell) => {
    const end = async (leadsTo: string, gate = WEB_GATE): Promise<number> => {
      await home.program("curl", `echo "302 0.012 ${leadsTo}"`);
      return (await play(home, shell, "healthy", gate)).code;
    };
    assertEquals(await end("https://shop.acme.dev/up"), 1);
    // What leads to the container itself was answered by the container.
    assertEquals(await end("http://172.18.0.5:3000/login"), 0);
    assertEquals(await end("http://0123456789ab:3000/login"), 0);
    assertEquals(await end(""), 0);
    const readiness = { ...WEB_GATE.readiness, checkHost: "shop.acme.dev" };
    const byName: AwaitHealthy = { ...WEB_GATE, readiness };
    assertEquals(await end("http://shop.acme.dev/login", byName), 1);
    assertEquals(await end("http://172.18.0.5:3000/login", byName), 0);
  },
);

testInShells(
  "awaitHealthy asks the health path with wget where there is no curl",
  async (home, shell) => {
    const path = await home.pathOf(
      ...["mktemp", "mkfifo", "rm", "sed", "cat", "sleep", "tail", "head", "cut"],
    );
    await home.program(
      "wget",
      `printf '  HTTP/1.1 500 Internal Server Error\\n  Server: x\\n' >&2; exit 8`,
    );
    const { stdout } = await play(home, shell, "unhealthy", WEB_GATE, path);
    assertEquals(parseDiagnosis(stdout).answer?.status, 500);
  },
  { plays: ["wget"] },
);

testInShells(
  "awaitHealthy of a container without a proxy waits until it has stayed up",
  async (home, shell) => {
    const gate = withDelay(0);
    assertEquals((await play(home, shell, "healthy", gate)).code, 0);
    assertEquals((await play(home, shell, "crash", withDelay(20))).code, 1);
    assertEquals(await leftOver(home), []);
  },
);

testInShells(
  "awaitHealthy of a container without a proxy heeds its own health check",
  async (home, shell) => {
    await home.write("health", "healthy");
    assertEquals((await play(home, shell, "healthy", withDelay(20))).code, 0);
    await home.write("health", "unhealthy");
    const { code, stdout } = await play(home, shell, "healthy", withDelay(0));
    assertEquals([code, parseDiagnosis(stdout).ended], [1, "unhealthy"]);
    await home.write("health", "starting");
    const { code: late } = await play(home, shell, "healthy", { ...withDelay(0), timeout: 1 });
    assertEquals(late, 1);
  },
);

function withDelay(readinessDelay: number): AwaitHealthy {
  return { ...JOBS_GATE, readiness: { by: "container", readinessDelay } };
}

// What waits is killed by the gate, and must be gone: it would otherwise be there for half a minute.
const DOCKER = `echo "$*" >>"$HOME/log"; echo $$ >>"$HOME/pids"
part=$(cat "$HOME/part")
case "$*" in
"exec kamal-proxy kamal-proxy deploy"*)
  case $part in
  healthy) exec sleep 0.1;;
  unhealthy) sleep 0.1; echo 'Error: target failed to become healthy within configured timeout (30s)' >&2; exit 1;;
  *) exec sleep 30;;
  esac;;
wait*) case $part in crash) sleep 0.1; echo 137;; *) exec sleep 30;; esac;;
"inspect -f state"*) echo 'state false 3';;
"inspect -f {{if .State.Health}}"*) [ ! -e "$HOME/health" ] || echo yes;;
"inspect -f {{.State.Health.Status}}"*) cat "$HOME/health";;
"inspect -f {{with index .NetworkSettings"*) echo 172.18.0.5;;
"inspect -f {{.State.Pid}}"*) echo "0 running sha256:abc 0123456789abcdef0123456789abcdef 172.18.0.5";;
logs*) echo 'said to stdout'; sleep 0.05; echo 'said to stderr' >&2;;
esac`;

/** Runs a gate with a docker that plays a part. */
async function play(
  home: Home,
  shell: string,
  part: string,
  gate: AwaitHealthy,
  path?: string,
): Promise<Ended> {
  await home.program("docker", DOCKER);
  await home.write("part", part);
  await home.write("log", "");
  await home.write("pids", "");
  await home.write(".kamal/apps/shop/sextant/shop-web-v2.id", "0123456789abcdef0123456789abcdef");
  return await home.run(shell, shellText([gate]), path);
}

/** What still runs of what docker had started; a moment passes before a killed process is gone. */
async function leftOver(home: Home): Promise<readonly string[]> {
  const pids = (await home.read("pids")).split("\n").filter((pid) => pid !== "");
  for (let attempt = 0;; attempt++) {
    const commands = await Promise.all(pids.map(commandOf));
    const left = commands.filter((command) => command.includes("sleep"));
    if (left.length === 0 || attempt === 20) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function commandOf(pid: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/cmdline`);
  } catch {
    return "";
  }
}
