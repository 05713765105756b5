import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { until } from "../lab/shell.ts";
import { PAUSE, SAMPLES } from "./samples.ts";
import { type Home, testInShells } from "./shells.ts";

const RESUME = SAMPLES["resume-route"];

testInShells("pauseRoute waits longer in kamal-proxy than its guard does", async (home, shell) => {
  await prepare(home);
  assertEquals(await home.do(shell, PAUSE), { code: 0, stdout: "", stderr: "" });
  assertEquals(
    await home.read("log"),
    "pause shop-web --drain-timeout=30s --max-pause=65s\n",
  );
  assert((await home.read(PAUSE.holdFile)).startsWith(`${PAUSE.holder} `));
  await home.do(shell, RESUME);
});

testInShells("resumeRoute lets requests go on once", async (home, shell) => {
  await prepare(home);
  await home.do(shell, PAUSE);
  assertEquals(await home.do(shell, RESUME), { code: 0, stdout: "", stderr: "" });
  assertEquals(await home.do(shell, RESUME), { code: 0, stdout: "", stderr: "" });
  assertEquals((await home.read("log")).split("\n").slice(1), ["resume shop-web", ""]);
});

testInShells("resumeRoute leaves what another run holds", async (home, shell) => {
  await prepare(home);
  const other = { ...PAUSE, holder: "fedcba9876543210" };
  await home.do(shell, other);
  assertEquals((await home.do(shell, RESUME)).code, 0);
  assert(!(await home.read("log")).includes("resume"));
  await home.do(shell, { ...RESUME, holder: other.holder });
});

testInShells(
  "pauseRoute's guard lets requests go on when nobody else does",
  async (home, shell) => {
    await prepare(home);
    await home.do(shell, { ...PAUSE, pause: 1, drainTimeout: 0 });
    await until("they go on", async () => (await home.read("log")).includes("resume shop-web"));
    await until(
      "the file goes",
      async () => !(await home.list(".kamal/apps/shop/sextant")).includes(FILE),
    );
  },
);

testInShells("pauseRoute's guard ends with the pause", async (home, shell) => {
  await prepare(home);
  await home.do(shell, PAUSE);
  await until("the guard lives", async () => (await guards(home)).length > 0);
  await home.do(shell, RESUME);
  await until("the guard ends", async () => (await guards(home)).length === 0);
});

testInShells("pauseRoute says what kamal-proxy said", async (home, shell) => {
  await prepare(home, 'echo "Error: service not found" >&2; exit 1');
  const { code, stdout, stderr } = await home.do(shell, PAUSE);
  assertEquals(code, 1);
  assertStringIncludes(
    explainFailure(PAUSE, { exitCode: code, stdout, stderr }).message,
    "did not pause shop-web: Error: service not found",
  );
  await prepare(home);
  await home.do(shell, RESUME);
});

const FILE = PAUSE.holdFile.split("/").at(-1)!;

/** A docker whose kamal-proxy writes down what it is told. */
async function prepare(home: Home, proxy = ":"): Promise<void> {
  await home.write(".kamal/apps/shop/sextant/salt", "");
  await home.program("docker", `shift 3; echo "$*" >>"$HOME/log"; ${proxy}`);
}

/** Processes that guard a pause in a home, which they tell by their folder. */
async function guards(home: Home): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const folder = await Deno.realPath(`/proc/${name}/cwd`);
      const words = await Deno.readTextFile(`/proc/${name}/cmdline`);
      if (folder === home.path && words.includes("\0guard\0")) found.push(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
