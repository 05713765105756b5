import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("parseArgs() reads long options with and without an equals sign", () => {
  assertEquals(parseArgs(["--name=a=b", "--host", "x", "word", "--flag"], { string: ["name"] }), {
    _: ["word"],
    name: "a=b",
    host: "x",
    flag: true,
  });
});

Deno.test("parseArgs() turns numbers into numbers, unless declared as text", () => {
  const args = ["--port", "3000", "--version", "0123", "17", "0x10"];
  assertEquals(parseArgs(args, { string: ["version"] }), {
    _: [17, 16],
    port: 3000,
    version: "0123",
  });
  assertEquals(parseArgs(["17"], { string: ["_"] }), { _: ["17"] });
});

Deno.test("parseArgs() gives declared flags false, and never the next word as a value", () => {
  assertEquals(parseArgs(["--yes", "deploy"], { boolean: ["yes", "quiet"] }), {
    _: ["deploy"],
    yes: true,
    quiet: false,
  });
  assertEquals(parseArgs(["--yes=false", "--quiet", "true"], { boolean: ["yes", "quiet"] }), {
    _: [],
    yes: false,
    quiet: true,
  });
});

Deno.test("parseArgs() gives a declared text without value as empty", () => {
  assertEquals(parseArgs(["--message", "--yes"], { string: "message", boolean: "yes" }), {
    _: [],
    message: "",
    yes: true,
  });
});

Deno.test("parseArgs() sets every name of an option", () => {
  const options = { alias: { d: "destination", y: ["yes", "confirmed"] }, boolean: ["yes"] };
  assertEquals(parseArgs(["-y", "-d", "staging"], options), {
    _: [],
    d: "staging",
    destination: "staging",
    y: true,
    yes: true,
    confirmed: true,
  });
});

Deno.test("parseArgs() takes clusters of letters apart", () => {
  const options = { boolean: ["v", "y"], string: ["d"] };
  assertEquals(parseArgs(["-vyd", "staging"], options), { _: [], v: true, y: true, d: "staging" });
  assertEquals(parseArgs(["-d=staging"], options), { _: [], v: false, y: false, d: "staging" });
  assertEquals(parseArgs(["-n5"], {}), { _: [], n: 5 });
  assertEquals(parseArgs(["-f-"], {}), { _: [], f: "-" });
});

Deno.test("parseArgs() takes a lone dash for an argument", () => {
  assertEquals(parseArgs(["-"], {}), { _: ["-"] });
});

Deno.test("parseArgs() collects what is declared so and keeps the last of the rest", () => {
  const options = { string: ["hosts", "role"], collect: ["hosts"], alias: { hosts: "h" } } as const;
  assertEquals(parseArgs(["-h", "a", "--hosts", "b", "--role", "x", "--role", "y"], options), {
    _: [],
    hosts: ["a", "b"],
    h: ["a", "b"],
    role: "y",
  });
  assertEquals(parseArgs([], options), { _: [], hosts: [], h: [] });
});

Deno.test("parseArgs() negates only what is declared so", () => {
  const options = { boolean: ["push", "no-cache"], negatable: ["push"], default: { push: true } };
  assertEquals(parseArgs(["--no-push", "--no-cache"], options), {
    _: [],
    push: false,
    "no-cache": true,
  });
  assertEquals(parseArgs([], options), { _: [], push: true, "no-cache": false });
  assertEquals(parseArgs(["--no-other"]), { _: [], "no-other": true });
});

Deno.test("parseArgs() uses defaults for what is absent, under every name", () => {
  const options = { alias: { d: "destination" }, default: { d: "staging", port: 22 } };
  assertEquals(parseArgs([], options), { _: [], d: "staging", destination: "staging", port: 22 });
  assertEquals(parseArgs(["-d", "x"], options), { _: [], d: "x", destination: "x", port: 22 });
});

Deno.test("parseArgs() leaves what follows -- alone", () => {
  assertEquals(parseArgs(["a", "--", "--b", "3"]), { _: ["a", "--b", "3"] });
  assertEquals(parseArgs(["a", "--", "--b", "3"], { "--": true }), {
    _: ["a"],
    "--": ["--b", "3"],
  });
});

Deno.test("parseArgs() stops at the first argument when told to", () => {
  const args = ["--yes", "exec", "ls", "-l", "7"];
  assertEquals(parseArgs(args, { boolean: ["yes"], stopEarly: true }), {
    _: ["exec", "ls", "-l", "7"],
    yes: true,
  });
});

Deno.test("parseArgs() reports what is not declared, and drops it on false", () => {
  const seen: unknown[] = [];
  const result = parseArgs(["--known", "--other=1", "-x", "word"], {
    boolean: ["known"],
    unknown: (...heard) => {
      seen.push(heard);
      return false;
    },
  });
  assertEquals(result, { _: [], known: true });
  assertEquals(seen, [["--other=1", "other", "1"], ["-x", "x", "word"]]);
});

Deno.test("parseArgs() types what is declared", () => {
  const args = parseArgs([], {
    string: ["role", "host"],
    boolean: ["yes"],
    collect: ["host"],
  });
  const role: string | undefined = args.role;
  const hosts: string[] = args.host;
  const yes: boolean = args.yes;
  assertEquals([role, hosts, yes], [undefined, [], false]);
});
