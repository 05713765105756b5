import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { explainFailure } from "../../sdk/operations/operation.ts";
import { TIMED_OUT_STATUS } from "../../sdk/operations/release_phase.ts";
import { RELEASE, SAMPLES } from "./samples.ts";
import { type Home, testInShells } from "./shells.ts";

testInShells(
  "runRelease runs the command as the app's container would run",
  async (home, shell) => {
    await prepare(home, "echo migrated; echo slowly >&2");
    const { code, stdout, stderr } = await home.do(shell, RELEASE);
    assertEquals([code, stdout, stderr], [0, "migrated\n", "slowly\n"]);
    const log = await home.read("log");
    assertStringIncludes(log, "run --rm --name shop-web-release-v2-012345 --network kamal --label");
    assertStringIncludes(log, `--env-file ${RELEASE.like.envFile}`);
    assert(log.trimEnd().endsWith("bin/migrate"), log);
    assert(!log.includes("role="), log);
  },
);

testInShells("runRelease removes what a crashed host has left first", async (home, shell) => {
  await prepare(home, ":", "echo 0123");
  await home.do(shell, RELEASE);
  const log = await home.read("log");
  assert(/^ps -aq --filter label=sextant.release=shop\nrm -f 0123\nrun /.test(log), log);
});

testInShells("runRelease gives the command's own exit status", async (home, shell) => {
  await prepare(home, "echo no; exit 3");
  const { code, stdout } = await home.do(shell, RELEASE);
  assertEquals([code, stdout], [3, "no\n"]);
});

testInShells("runRelease removes a container that is over time", async (home, shell) => {
  // What the Engine does: the client ends with its container.
  await prepare(home, 'echo $$ >"$HOME/client"; exec sleep 30', "", 'kill "$(cat "$HOME/client")"');
  const started = performance.now();
  const { code } = await home.do(shell, { ...RELEASE, timeout: 1 });
  assert(performance.now() - started < 20_000);
  assertEquals(code, TIMED_OUT_STATUS);
  assertStringIncludes(await home.read("log"), "rm -f shop-web-release-v2-012345\n");
});

Deno.test("runRelease says what the command said, and that nothing was booted", () => {
  const outcome = { exitCode: 3, stdout: "applying 7\n", stderr: "no such table\n" };
  const failed = explainFailure(SAMPLES["run-release"], outcome);
  assertEquals([failed.code, failed.details], [
    "RELEASE_FAILED",
    ["applying 7", "no such table"],
  ]);
  assertStringIncludes(failed.message, "bin/migrate, ended with 3");
  const late = explainFailure(RELEASE, { ...outcome, exitCode: TIMED_OUT_STATUS });
  assertStringIncludes(late.message, "did not end within 5 s");
});

/** A docker whose `run`, `ps` and `rm` do what they are told. */
async function prepare(home: Home, run: string, ps = ":", rm = ":"): Promise<void> {
  await home.write(RELEASE.like.envScript!, "SEXTANT_ENV=''\n");
  await home.program(
    "docker",
    `echo "$*" >>"$HOME/log"; case $1 in run) ${run};; ps) ${ps || ":"};; rm) ${rm};; esac`,
  );
}
