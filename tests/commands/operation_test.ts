import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toText } from "../../sdk/command.ts";
import {
  describeOperation,
  explainFailure,
  invertOperation,
  type Operation,
  renderOperation,
} from "../../sdk/operations/operation.ts";
import { withoutMarks } from "../../sdk/operations/parts.ts";
import { LOCK_HELD_STATUS } from "../../sdk/operations/lock.ts";
import { JOBS_GATE, ROUTE, SAMPLES, WEB } from "./samples.ts";
import { Home, SECRETS, SHELLS, shellText } from "./shells.ts";

const ALL: readonly Operation[] = [
  ...Object.values(SAMPLES),
  JOBS_GATE,
  { ...SAMPLES["rename-container"], takesBack: true },
  { ...SAMPLES["release-lock"], only: undefined },
  { ...SAMPLES["show-logs"], grep: "a'b", grepOptions: "-i", follow: true, since: "1h" },
  { ...SAMPLES["remove-proxy"], everything: false },
  {
    ...SAMPLES["run-proxy"],
    configured: true,
    debug: true,
    metricsPort: 9090,
    options: { memory: "1g" },
  },
];

Deno.test("renderOperation() gives text that every shell understands", async () => {
  for (const operation of [...ALL, ...ALL.flatMap(invertOperation)]) {
    for (const [shell, [program = "", ...args]] of SHELLS) {
      const { code, stderr } = await new Deno.Command(program, {
        args: [...args, "-n", "-c", shellText([operation])],
      }).output();
      assertEquals(
        [code, new TextDecoder().decode(stderr)],
        [0, ""],
        `${operation.kind} in ${shell}`,
      );
    }
  }
});

Deno.test("renderOperation() shows no secret as text", () => {
  for (const operation of ALL) {
    const context = { secret: (name: string) => `[${name}]`, file: () => "" };
    const shown = toText(renderOperation(operation, context));
    for (const value of Object.values(SECRETS)) {
      assert(!shown.includes(value), `${operation.kind}: ${shown}`);
    }
  }
});

Deno.test("renderOperation() never puts a secret where a process list shows it", async () => {
  // A docker that records its arguments stands for every process that is not the shell itself.
  await Home.use(async (home) => {
    await home.program("docker", `printf '%s\\n' "$*" >>"$HOME/arguments"`);
    for (
      const operation of [
        SAMPLES["write-certificate"],
        SAMPLES["write-env"],
        SAMPLES["pull-image"],
        SAMPLES["login-registry"],
        WEB,
      ]
    ) {
      await home.do("sh", operation);
    }
    const seen = await home.read("arguments");
    assertStringIncludes(seen, "login ghcr.io --username acme --password-stdin");
    for (const value of Object.values(SECRETS)) assert(!seen.includes(value), seen);
  });
});

Deno.test("describeOperation() says something of every kind of operation", () => {
  for (const operation of ALL) {
    const { noun, subject } = describeOperation(operation);
    assert(noun !== "" && subject !== "", operation.kind);
  }
});

Deno.test("invertOperation() takes changes of what serves back", () => {
  assertEquals(invertOperation(WEB).map(({ kind }) => kind), ["stop-container"]);
  assertEquals(invertOperation(SAMPLES["start-container"]).map(({ kind }) => kind), [
    "stop-container",
  ]);
  assertEquals(invertOperation(SAMPLES["stop-container"]).map(({ kind }) => kind), [
    "start-container",
  ]);
  assertEquals(invertOperation(SAMPLES["await-healthy"]), [{
    kind: "remove-candidate",
    pending: 30,
    candidate: "shop-web-candidate",
  }]);
  assertEquals(invertOperation({ ...ROUTE, previous: undefined }), [{
    kind: "remove-route",
    service: "shop-web",
  }]);
});

Deno.test("invertOperation() of a route goes back to the very container that had the traffic", () => {
  const [back] = invertOperation(ROUTE);
  assert(back?.kind === "route-traffic");
  assertEquals(back.targets, [
    { container: "shop-web-v1", target: { id: "0123456789abcdef0123" } },
  ]);
  assertEquals(back.version, "v1");
});

Deno.test("explainFailure() tells the end of standard error where nothing better is known", () => {
  const outcome = { exitCode: 1, stdout: "", stderr: "one\n\ntwo\n" };
  const { code, message, details } = explainFailure(SAMPLES["tag-image"], outcome);
  assertEquals([code, details], ["COMMAND_FAILED", ["one", "two"]]);
  assertStringIncludes(message, "two");
});

Deno.test("explainFailure() gives every failure a code of its own kind", () => {
  const explained = (operation: Operation, exitCode: number, stdout = ""): string =>
    explainFailure(operation, { exitCode, stdout, stderr: "no\n" }).code;
  assertEquals(
    explained(SAMPLES["acquire-lock"], LOCK_HELD_STATUS, "Locked by: ci at now"),
    "LOCK_HELD",
  );
  assertEquals(explained({ ...SAMPLES["release-lock"], only: undefined }, 76), "LOCK_MISSING");
  assertEquals(explained(SAMPLES["build-image"], 1), "BUILD_FAILED");
  assertEquals(explained(SAMPLES["push-image"], 1), "REGISTRY_REFUSED");
  assertEquals(explained(SAMPLES["login-registry"], 1), "REGISTRY_REFUSED");
  assertEquals(explained(SAMPLES["pull-image"], 1), "IMAGE_MISSING");
  assertEquals(explained(SAMPLES["install-docker"], 1), "DOCKER_MISSING");
  assertEquals(explained(SAMPLES["await-healthy"], 1, "answer 500\n"), "UNHEALTHY");
  assertEquals(explained(SAMPLES["await-healthy"], 1, "exited 1\n"), "CONTAINER_EXITED");
});

Deno.test("shellOf() runs operations side by side, and fails as the first of them that does", async () => {
  const image = (name: string): Operation => ({ ...SAMPLES["remove-path"], path: name });
  await Home.use(async (home) => {
    await home.write("a/file", "");
    await home.write("b/file", "");
    assertEquals((await home.do("sh", image("a"), image("b"))).code, 0);
    assertEquals(await home.list("."), ["bin"]);
    await home.program("docker", `[ "$2" = good:1 ] || { echo "no $2" >&2; exit 3; }`);
    const tag = (from: string): Operation => ({ kind: "tag-image", image: from, tag: "x:1" });
    const { code, stderr } = await home.do("sh", tag("good:1"), tag("bad:1"), image("c"));
    assertEquals([code, withoutMarks(stderr)], [3, "no bad:1\n"]);
  });
});
