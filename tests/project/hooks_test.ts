import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { SextantError } from "../../sdk/errors.ts";
import {
  findHooks,
  hookEnvironment,
  type HookFacts,
  type HookRunOptions,
  runHookFile,
} from "../../sdk/project/hooks.ts";
import { appears, withProject } from "../fixtures/project_folder.ts";

const FACTS: HookFacts = {
  service: "shop",
  destination: undefined,
  version: "8c1f2ab0000000000000000000000000000000ff",
  hosts: ["10.0.0.1", "10.0.0.2"],
  roles: undefined,
  performer: "ada@example.com",
  recordedAt: "2026-01-31T12:00:00Z",
  isLocked: false,
  command: "deploy",
  subcommand: undefined,
  runtime: undefined,
};

/** Runs a script as a hook and gives its lines. */
async function runHook(
  script: string,
  { env = {}, mode = 0o755, ...options }:
    & { env?: Record<string, string>; mode?: number }
    & Partial<HookRunOptions> = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  await withProject({ "h=ks/pre-deploy": script }, async (root) => {
    const path = join(root, "h=ks/pre-deploy");
    await Deno.chmod(path, mode);
    await runHookFile(path, env, { root, onLine: (line) => void lines.push(line), ...options });
  });
  return lines;
}

Deno.test("findHooks() finds Kamal's names and nothing else, in the order of a deploy", async () => {
  await withProject({
    ".kamal/hooks/post-deploy": "",
    ".kamal/hooks/pre-connect": "",
    ".kamal/hooks/pre-build.sample": "",
    ".kamal/hooks/predeploy": "",
    ".kamal/hooks/pre-deploy/": "",
  }, async (root) => {
    assertEquals([...await findHooks(root, ".kamal/hooks")], [
      ["pre-connect", join(root, ".kamal/hooks/pre-connect")],
      ["post-deploy", join(root, ".kamal/hooks/post-deploy")],
    ]);
    assertEquals((await findHooks(root, "elsewhere")).size, 0);
  });
});

Deno.test("hookEnvironment() says what Kamal says of a plain deploy", () => {
  assertEquals(hookEnvironment(FACTS), {
    KAMAL_RECORDED_AT: "2026-01-31T12:00:00Z",
    KAMAL_PERFORMER: "ada@example.com",
    KAMAL_VERSION: "8c1f2ab0000000000000000000000000000000ff",
    KAMAL_SERVICE_VERSION: "shop@8c1f2ab",
    KAMAL_SERVICE: "shop",
    KAMAL_HOSTS: "10.0.0.1,10.0.0.2",
    KAMAL_LOCK: "false",
    KAMAL_COMMAND: "deploy",
  });
});

Deno.test("hookEnvironment() adds what a run has besides", () => {
  const env = hookEnvironment({
    ...FACTS,
    destination: "staging",
    version: "8c1f2ab_uncommitted_0",
    roles: ["web", "jobs"],
    isLocked: true,
    command: "app",
    subcommand: "boot",
    runtime: 12.6,
  });
  assertEquals(env["KAMAL_SERVICE_VERSION"], "shop@8c1f2ab_uncommitted_0");
  assertEquals(env["KAMAL_DESTINATION"], "staging");
  assertEquals(env["KAMAL_ROLES"], "web,jobs");
  assertEquals(env["KAMAL_LOCK"], "true");
  assertEquals([env["KAMAL_COMMAND"], env["KAMAL_SUBCOMMAND"]], ["app", "boot"]);
  assertEquals(env["KAMAL_RUNTIME"], "13");
});

Deno.test("runHookFile() runs in the project's folder with its variables added", async () => {
  const lines = await runHook(
    `#!/bin/sh\nls\necho "$KAMAL_VERSION $(test -n "$PATH" && echo path)"`,
    {
      env: { KAMAL_VERSION: "v1" },
    },
  );
  assertEquals(lines, ["h=ks", "v1 path"]);
});

Deno.test("runHookFile() runs a script that does not name its program", async () => {
  assertEquals(await runHook("echo plain"), ["plain"]);
});

Deno.test("runHookFile() hands over lines of both streams, redacted", async () => {
  const lines = await runHook(`#!/bin/sh\nprintf 'one\\r\\n\\nswordfish'\necho two >&2`, {
    redact: (line) => line.replaceAll("swordfish", "[TOKEN]"),
  });
  assertEquals(lines.toSorted(), ["", "[TOKEN]", "one", "two"]);
});

Deno.test("runHookFile() says how a hook failed, with its last lines, redacted", async () => {
  const script = "#!/bin/sh\nfor i in $(seq 1 30); do echo line $i; done; echo swordfish; exit 3";
  const error = await assertRejects(
    () => runHook(script, { redact: (line) => line.replaceAll("swordfish", "[TOKEN]") }),
    SextantError,
  );
  assertEquals(error.code, "HOOK_FAILED");
  assertEquals(error.message, "hook pre-deploy failed with exit status 3");
  assertEquals([error.details.length, ...error.details.slice(-2)], [20, "line 30", "[TOKEN]"]);
  assertStringIncludes(error.hint!, "--skip-hooks");
});

Deno.test("runHookFile() refuses a file that is not executable, or gone", async () => {
  const error = await assertRejects(() => runHook("", { mode: 0o644 }), SextantError);
  assertEquals(error.message, "hook pre-deploy is not executable");
  assertStringIncludes(error.hint!, "chmod +x ");
  await assertRejects(
    () => runHookFile("/nowhere/pre-deploy", {}, { root: "/" }),
    SextantError,
    "is gone",
  );
});

Deno.test("runHookFile() does not wait for what a hook leaves running", async () => {
  const started = performance.now();
  assertEquals(await runHook("#!/bin/sh\nsleep 5 &\necho done"), ["done"]);
  assert(performance.now() - started < 4000);
});

Deno.test("runHookFile() ends a hook that is cancelled", async () => {
  await withProject({ "pre-deploy": "#!/bin/sh\necho >started\nsleep 5 | cat" }, async (root) => {
    const path = join(root, "pre-deploy");
    await Deno.chmod(path, 0o755);
    const abort = new AbortController();
    const failure = assertRejects(
      () => runHookFile(path, {}, { root, signal: abort.signal }),
      SextantError,
    );
    await appears(join(root, "started"));
    const aborted = performance.now();
    abort.abort();
    assertEquals((await failure).code, "CANCELLED");
    assert(performance.now() - aborted < 4000);
    const again = await assertRejects(
      () => runHookFile(path, {}, { root, signal: abort.signal }),
      SextantError,
    );
    assertEquals(again.code, "CANCELLED");
  });
});
