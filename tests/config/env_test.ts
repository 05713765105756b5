import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { resolveEnv } from "../../sdk/config/env.ts";
import { resolveWith } from "./spec.ts";

Deno.test("resolveEnv() lets a later layer win, whichever kind a variable is of", () => {
  assertEquals(resolveEnv({ clear: { A: 1, B: 2 } }, { clear: { B: 3 }, secret: ["A"] }), {
    clear: { B: "3" },
    secret: { A: "A" },
  });
  assertEquals(resolveEnv({ secret: ["A"] }, { clear: { A: "x" } }), {
    clear: { A: "x" },
    secret: {},
  });
});

Deno.test("resolveEnv() takes a name in both kinds of one layer as clear, as Docker does", () => {
  assertEquals(resolveEnv({ clear: { A: "x" }, secret: ["A"] }), {
    clear: { A: "x" },
    secret: {},
  });
});

Deno.test("resolveEnv() reads secrets under another name", () => {
  assertEquals(resolveEnv({ secret: ["A", "B:C.d-e"] }).secret, { A: "A", B: "C.d-e" });
});

Deno.test("resolveEnv() writes numbers and flags out", () => {
  assertEquals(resolveEnv({ clear: { A: 1, B: false, C: "" } }).clear, {
    A: "1",
    B: "false",
    C: "",
  });
});

Deno.test("resolveConfig() merges the environment of app, role and the host's tags in turn", async () => {
  const config = await resolveWith({
    servers: {
      web: {
        hosts: ["a", { host: "b", tags: ["eu", "unknown", "big"] }],
        env: { FROM: "role", ROLE: 1 },
      },
    },
    env: {
      clear: { FROM: "app", APP: 1 },
      secret: ["TOKEN"],
      tags: { eu: { FROM: "eu", EU: 1 }, big: { clear: { FROM: "big" }, secret: ["TOKEN:BIG"] } },
    },
  });
  assertEquals(config.roles[0]?.env, {
    a: { clear: { APP: "1", FROM: "role", ROLE: "1" }, secret: { TOKEN: "TOKEN" } },
    b: { clear: { APP: "1", FROM: "big", ROLE: "1", EU: "1" }, secret: { TOKEN: "BIG" } },
  });
});
