import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../sdk/cli/main.ts";
import { SextantError } from "../../sdk/errors.ts";
import type { StandingCanary } from "../../sdk/plan/canary_status.ts";
import type { Answer } from "../../sdk/plan/answer.ts";
import type { Plan } from "../../sdk/plan/plan.ts";
import { failureOn, NEW, OLD, planOf, reportOf, script, stage, step } from "../report/shop_plan.ts";
import { FakeCommander, type FakeCommanderOptions } from "./fake_commander.ts";
import { FakeIo, type FakeIoOptions } from "./fake_io.ts";

async function run(
  line: string,
  does: FakeCommanderOptions = {},
  options: FakeIoOptions = {},
): Promise<{ readonly code: number; readonly io: FakeIo; readonly commander: FakeCommander }> {
  const io = new FakeIo(options);
  const commander = new FakeCommander(does);
  return { code: await main(line.split(" "), io, commander), io, commander };
}

function asked(...hosts: readonly string[]): Plan {
  const scripts = hosts.map((host) =>
    script(host, step(`${host} list`, { kind: "list-containers", title: "app", filters: [] }))
  );
  return planOf([stage("ask", scripts)], { verb: "details", hosts });
}

function saying(text: string): NonNullable<FakeCommanderOptions["run"]> {
  return (plan) => {
    const report = reportOf(plan);
    return { report: { ...report, steps: report.steps.map((one) => ({ ...one, stdout: text })) } };
  };
}

/** Writes as a followed log does, line by line. */
const streaming: NonNullable<FakeCommanderOptions["run"]> = (plan, { onEvent }) => {
  for (const { host, steps } of plan.stages[0]!.scripts) {
    const at = { step: steps[0]!.id, host, stage: "ask" } as const;
    onEvent?.({ type: "step-output", ...at, stream: "stdout", text: "out\n" });
    onEvent?.({ type: "step-output", ...at, stream: "stderr", text: "err\n" });
  }
  return saying("out\n")(plan, {});
};

Deno.test("main() prints answers and nothing else, under their hosts where there are several", async () => {
  const several = await run("details", {
    plan: asked("10.0.0.1", "10.0.0.2"),
    run: saying("NAMES\n"),
  });
  assertEquals(several.code, 0);
  assertEquals(several.io.written, "10.0.0.1\nNAMES\n\n10.0.0.2\nNAMES\n");
  assertEquals(several.io.told, "");
  const one = await run("app logs", { plan: asked("10.0.0.1"), run: saying("line\n") });
  assertEquals(one.io.written, "line\n");
});

Deno.test("main() prints answers as they come when it follows, and once only", async () => {
  const several = await run("app logs -f", { plan: asked("10.0.0.1", "10.0.0.2"), run: streaming });
  assertEquals(several.io.written, "10.0.0.1  out\n10.0.0.2  out\n");
  assertEquals(several.io.told, "10.0.0.1  err\n10.0.0.2  err\n");
  const one = await run("app exec ls", { plan: asked("10.0.0.1"), run: streaming });
  assertEquals([one.io.written, one.io.told], ["out\n", "err\n"]);
});

Deno.test("main() prints what some hosts answered and tells why others did not", async () => {
  const { code, io } = await run("details", {
    plan: asked("10.0.0.1", "10.0.0.2"),
    run: (plan) => {
      const failures = [
        failureOn("10.0.0.2", {
          code: "COMMAND_FAILED",
          message: "no docker",
          hint: undefined,
          details: [],
        }),
      ];
      const report = reportOf(plan, (host) => host === "10.0.0.1" ? "done" : "skipped", {
        outcome: "failed",
        failures,
      });
      return {
        report: { ...report, steps: report.steps.map((one) => ({ ...one, stdout: "NAMES\n" })) },
      };
    },
  });
  assertEquals(code, 1);
  assertEquals(io.written, "10.0.0.1\nNAMES\n");
  assertEquals(io.told, "✖ no docker on 10.0.0.2 · COMMAND_FAILED\n");
});

Deno.test("main() tells which version serves on each host", async () => {
  const plan = planOf([], { verb: "app version", hosts: ["10.0.0.1", "10.0.0.2"] });
  const { io } = await run("app version", { plan });
  assertEquals(io.written, `10.0.0.1   ${NEW}\n10.0.0.2   ${NEW}\n`);
});

const RELEASES: Answer = {
  type: "releases",
  releases: [NEW, OLD].map((version, index) => ({
    version,
    status: ["succeeded"],
    at: `2026-01-0${2 - index}T03:04:05Z`,
    performer: "dev@example.com",
    digest: "sha256:1234",
    hosts: ["10.0.0.1", "10.0.0.2"],
    serving: index === 0 ? ["10.0.0.1"] : [],
    kept: index === 0 ? "containers" : "nothing",
  })),
};

Deno.test("main() lists the releases that there are, as text and as JSON", async () => {
  const plan = planOf([], { verb: "releases" });
  const { io, commander } = await run("rollback --list", { plan, answer: RELEASES });
  assertEquals(commander.verbs, [{ name: "releases" }]);
  assertEquals(
    io.written,
    `${NEW}   serves      2026-01-02T03:04:05Z   dev@example.com   2 hosts   containers\n` +
      `${OLD}   succeeded   2026-01-01T03:04:05Z   dev@example.com   2 hosts   to be pulled\n`,
  );
  const json = await run("rollback --list --json", { plan, answer: RELEASES });
  assertEquals(JSON.parse(json.io.written.trimEnd().split("\n").at(-1)!), RELEASES);
});

Deno.test("main() tells which canary stands where, and who gets it", async () => {
  const plan = planOf([], { verb: "canary status" });
  const on = (host: string, more: Partial<StandingCanary>): StandingCanary => ({
    host,
    role: "web",
    version: NEW,
    serving: OLD,
    share: { percent: 10, allow: ["qa"] },
    containers: ["shop-web-canary"],
    ...more,
  });
  const canaries = [on("10.0.0.1", {}), on("10.0.0.2", { share: undefined })];
  const { io } = await run("canary status", { plan, answer: { type: "canary", canaries } });
  assertEquals(
    io.written,
    `10.0.0.1   web   canary ${NEW}   ${OLD} serves   1 container   ` +
      "10 % of kamal-rollout cookies, and qa\n" +
      `10.0.0.2   web   canary ${NEW}   ${OLD} serves   1 container   ` +
      "nobody gets it: sextant canary start\n",
  );
  const none = await run("canary status", { plan, answer: { type: "canary", canaries: [] } });
  assertEquals(none.io.written, "no canary stands\n");
});

Deno.test("main() tells drift field by field, and exits with 10 where there is any", async () => {
  const plan = planOf([], { verb: "drift" });
  const one = {
    host: "10.0.0.1",
    role: "web",
    field: "env.PORT",
    wanted: "3000",
    found: undefined,
  };
  const some = await run("drift", { plan, answer: { type: "drift", differences: [one] } });
  assertEquals(some.code, 10);
  assertEquals(some.io.written, "10.0.0.1   web   env.PORT   nothing, wanted 3000\n");
  const none = await run("drift", { plan, answer: { type: "drift", differences: [] } });
  assertEquals([none.code, none.io.written], [0, "the hosts are as configured\n"]);
});

Deno.test("main() lists releases or goes back to one, not both", async () => {
  const { code, commander } = await run(`rollback --list ${OLD}`);
  assertEquals([code, commander.verbs.length], [2, 0]);
});

Deno.test("main() ends well and at once when nobody reads its answer any more", async () => {
  let aborted = false;
  const { code, io } = await run("app logs -f", {
    plan: asked("10.0.0.1"),
    run: (plan, options) => {
      streaming(plan, options);
      aborted = options.signal?.aborted ?? false;
      throw new SextantError("CANCELLED", "interrupted");
    },
  }, { isBroken: true });
  assertEquals([code, aborted], [0, true]);
  assertEquals(io.told.includes("✖"), false);
});

Deno.test("main() needs a terminal to hand over", async () => {
  const { code, io } = await run("app exec -i bash");
  assertEquals(code, 2);
  assertStringIncludes(io.told, "✖ --interactive needs a terminal · USAGE\n");
  assertEquals(
    (await run("app exec -i bash", { plan: asked("10.0.0.1") }, { answers: [] })).code,
    0,
  );
});
