import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../sdk/cli/main.ts";
import { SextantError } from "../../sdk/errors.ts";
import { FakeCommander, type FakeCommanderOptions, NOTHING } from "./fake_commander.ts";
import { FakeIo, type FakeIoOptions } from "./fake_io.ts";

interface Line {
  readonly type: string;
  readonly [name: string]: unknown;
}

async function run(
  line: string,
  does: FakeCommanderOptions = {},
  options: FakeIoOptions = {},
): Promise<{ readonly code: number; readonly io: FakeIo; readonly lines: readonly Line[] }> {
  const io = new FakeIo(options);
  const code = await main(line.split(" "), io, new FakeCommander(does));
  const lines = io.written.split("\n").filter((text) => text !== "").map((text): Line =>
    JSON.parse(text)
  );
  return { code, io, lines };
}

Deno.test("main() writes events and the end as JSON lines with --json, and nothing else to standard output", async () => {
  const { code, io, lines } = await run("deploy -y --json", {
    run: (_plan, { onEvent }) => {
      onEvent?.({ type: "end", outcome: "done", seconds: 1 });
      return {};
    },
  });
  assertEquals(code, 0);
  assertEquals(lines.map(({ type }) => type), ["planned", "end", "report"]);
  assertEquals(lines.at(-1)?.["outcome"], "done");
  assertEquals(io.told, "");
});

Deno.test("main() asks in words on standard error with --json", async () => {
  const { io, lines } = await run("deploy --json", {}, { answers: ["y"] });
  assertEquals(lines.map(({ type }) => type), ["planned", "report"]);
  assertStringIncludes(io.told, "+ web     shop-web-8c1f2ab");
  assertMatch(io.told, /deploy 8c1f2ab to production \(3 hosts\)\? \[y\/N\] $/);
});

Deno.test("main() tells what serves where there was nothing to do", async () => {
  const { lines } = await run("deploy -y --json", { plan: NOTHING });
  assertEquals(lines.map(({ type }) => type), ["planned", "serving"]);
});

Deno.test("main() writes a plan as one line", async () => {
  const { code, lines } = await run("plan --json --exit-code");
  assertEquals(code, 10);
  assertEquals(lines.map(({ type }) => type), ["plan"]);
});

Deno.test("main() writes failures and mistakes as a line, and as words to standard error", async () => {
  const failed = await run("deploy -y --json", {
    load: () => {
      throw new SextantError("CONFIG_NOT_FOUND", "there is no deployment here", {
        hint: "sextant init",
      });
    },
  });
  assertEquals(failed.code, 2);
  assertEquals(failed.lines, [{
    type: "error",
    code: "CONFIG_NOT_FOUND",
    message: "there is no deployment here",
    hint: "sextant init",
    details: [],
  }]);
  assertStringIncludes(failed.io.told, "✖ there is no deployment here · CONFIG_NOT_FOUND");
  const mistaken = await run("deplyo --json");
  assertEquals([mistaken.code, mistaken.lines[0]?.["code"]], [2, "USAGE"]);
});
