import { assertEquals, assertObjectMatch } from "@std/assert";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { errorLine, reportLine, toJsonLine } from "../../sdk/report/json.ts";
import { reportOf, shopPlan } from "./shop_plan.ts";

Deno.test("toJsonLine() is one line whatever the text holds", () => {
  const line = toJsonLine({ type: "notice", host: undefined, message: "one\ntwo" });
  assertEquals(line, '{"type":"notice","message":"one\\ntwo"}\n');
});

Deno.test("reportLine() tells the end without repeating the plan", () => {
  const report = reportOf(shopPlan(), () => "done", { lock: "released" });
  const summary = {
    report,
    serving: { a: "1" },
    connectSeconds: 0.3,
    probeSeconds: 0.1,
    exchanges: { a: 5 },
  };
  const line = JSON.parse(toJsonLine(reportLine(summary)));
  assertObjectMatch(line, {
    type: "report",
    outcome: "done",
    lock: "released",
    serving: { a: "1" },
    exchanges: { a: 5 },
  });
  assertEquals("plan" in line, false);
  assertEquals(line.steps.length, report.steps.length);
});

Deno.test("errorLine() carries code, hint, details and problems", () => {
  const error = new SextantError("LOCK_HELD", "held", { hint: "Wait.", details: ["by ci"] });
  assertEquals(JSON.parse(toJsonLine(errorLine(error))), {
    type: "error",
    code: "LOCK_HELD",
    message: "held",
    hint: "Wait.",
    details: ["by ci"],
  });
  const problems = [{ path: "image", message: "is missing" }];
  assertEquals(errorLine(new ConfigError(problems)).problems, problems);
  assertEquals(errorLine(new TypeError("oops")).code, "BUG");
});
