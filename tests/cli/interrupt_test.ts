import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { withInterrupts } from "../../sdk/cli/interrupt.ts";
import { main } from "../../sdk/cli/main.ts";
import type { CommandOptions } from "../../sdk/commander.ts";
import type { Plan } from "../../sdk/plan/plan.ts";
import { planOf, reportOf, script, stage, step } from "../report/shop_plan.ts";
import { FakeCommander, type FakeCommanderOptions } from "./fake_commander.ts";
import { FakeIo } from "./fake_io.ts";

async function interrupted(
  line: string,
  does: (io: FakeIo) => FakeCommanderOptions,
  answers?: readonly string[],
): Promise<{ readonly code: number; readonly io: FakeIo }> {
  const io = new FakeIo(answers === undefined ? {} : { answers });
  return { code: await main(line.split(" "), io, new FakeCommander(does(io))), io };
}

Deno.test("main() breaks a run off at the first interrupt and tells what became of it", async () => {
  const { code, io } = await interrupted("deploy -y", (io) => ({
    run: (plan: Plan, { signal }: CommandOptions) => {
      io.interrupt();
      assertEquals(signal?.aborted, true);
      return {
        report: reportOf(plan, () => "skipped", { outcome: "cancelled", lock: "released" }),
      };
    },
  }));
  assertEquals(code, 130);
  assertStringIncludes(
    io.told,
    "stopping: what has begun goes back; interrupt again to leave it as it is\n",
  );
  assertStringIncludes(io.told, "✖ deploy was broken off · CANCELLED\n");
  assertStringIncludes(io.told, "  lock released · ");
});

Deno.test("main() says that nothing was changed when it is interrupted before the run", async () => {
  const loading = await interrupted("deploy -y", (io) => ({
    load: () => {
      io.interrupt();
      return new Promise(() => {});
    },
  }));
  assertEquals(loading.code, 130);
  assertStringIncludes(loading.io.told, "✖ interrupted · CANCELLED\n  nothing was changed\n");
});

class InterruptedAtQuestion extends FakeIo {
  override readLine(signal: AbortSignal): Promise<string | undefined> {
    this.interrupt();
    return super.readLine(signal);
  }
}

Deno.test("main() takes an interrupt at the question for neither yes nor no", async () => {
  const io = new InterruptedAtQuestion({ answers: ["y"] });
  assertEquals(await main(["deploy"], io, new FakeCommander()), 130);
  assertStringIncludes(io.told, "✖ interrupted · CANCELLED\n  nothing was changed\n");
});

Deno.test("main() ends following a log by an interrupt without a word of failure", async () => {
  const asks = planOf([
    stage("ask", [
      script("10.0.0.1", step("logs", { kind: "list-containers", title: "", filters: [] })),
    ]),
  ]);
  const { code, io } = await interrupted("app logs -f", (io) => ({
    plan: asks,
    run: (plan: Plan) => {
      io.interrupt();
      return { report: reportOf(plan, () => "cancelled", { outcome: "cancelled" }) };
    },
  }));
  assertEquals(code, 130);
  assertEquals(io.told.includes("✖"), false);
});

Deno.test("withInterrupts() ends the program at the second interrupt", async () => {
  const io = new FakeIo();
  await assertRejects(
    () =>
      withInterrupts(io, () => {}, () => {
        io.interrupt();
        io.interrupt();
        return Promise.resolve();
      }),
    Error,
    "the program has ended",
  );
  assertEquals(io.exited, 130);
});
