import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../sdk/cli/main.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { AliasesInput } from "../../sdk/config/alias.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { FakeCommander, type FakeCommanderOptions } from "./fake_commander.ts";
import { FakeIo } from "./fake_io.ts";

interface Ran {
  readonly code: number;
  readonly told: string;
  readonly written: string;
  readonly verb: Verb | undefined;
  readonly commander: FakeCommander;
}

async function runWith(does: FakeCommanderOptions, args: readonly string[]): Promise<Ran> {
  const io = new FakeIo({ answers: [] });
  const commander = new FakeCommander(does);
  const code = await main(args, io, commander);
  const { told, written } = io;
  return { code, told, written, verb: commander.verbs[0], commander };
}

function run(aliases: AliasesInput, ...args: readonly string[]): Promise<Ran> {
  return runWith({ spec: { service: "shop", aliases } }, args);
}

/** Aliases as Kamal's own template of a configuration has them. */
const TEMPLATE: AliasesInput = {
  console: 'app exec --interactive --reuse "bin/rails console"',
  shell: 'app exec --interactive --reuse "bash"',
  logs: "app logs -f",
  dbc: 'app exec --interactive --reuse "bin/rails dbconsole --include-password"',
};

Deno.test("main() runs what an alias stands for", async () => {
  const { code, verb, told } = await run(TEMPLATE, "console");
  assertEquals([code, told], [0, ""]);
  assertEquals(verb, {
    name: "app exec",
    cmd: "bin/rails console",
    env: {},
    interactive: true,
    reuse: true,
  });
  const dbc = (await run(TEMPLATE, "dbc")).verb;
  assertEquals(dbc && "cmd" in dbc && dbc.cmd, "bin/rails dbconsole --include-password");
});

Deno.test("main() adds what stands behind an alias to its command", async () => {
  const { verb, commander } = await run(TEMPLATE, "logs", "-n", "5", "-h", "10.0.0.1");
  assertEquals(verb?.name, "app logs");
  assertEquals(verb && "lines" in verb && [verb.lines, verb.follow], [5, true]);
  assertEquals(commander.options[0]?.hosts, ["10.0.0.1"]);
  const sh = (await run({ sh: "app exec -- sh -c" }, "sh", "ls -la")).verb;
  assertEquals(sh && "cmd" in sh && sh.cmd, "sh -c ls -la");
});

Deno.test("main() lets flags that are given count more than those of the alias", async () => {
  const aliases = { info: "details -d staging --version 1", sh: "app exec -d staging -- ls" };
  const alone = await run(aliases, "info");
  assertEquals(alone.commander.options[0]?.destination, "staging");
  for (const args of [["info", "-d", "eu"], ["-d", "eu", "info"]]) {
    const { commander } = await run(aliases, ...args);
    assertEquals(commander.options[0]?.destination, "eu");
    assertEquals(commander.options[0]?.version, "1");
  }
  const { commander, verb } = await run(aliases, "-d", "eu", "sh", "-la");
  assertEquals(commander.options[0]?.destination, "eu");
  assertEquals(verb && "cmd" in verb && verb.cmd, "ls -la");
});

Deno.test("main() looks an alias up in the deployment that -c and -d name", async () => {
  const spec: DeploySpec = {
    service: "shop",
    aliases: { info: "details" },
    destinations: { eu: { aliases: { info: "app version", own: "audit" } } },
  };
  const { commander, verb } = await runWith({ spec }, ["-d", "eu", "-c", "other.ts", "own"]);
  assertEquals(verb?.name, "audit");
  // Asked for twice, by the alias and by the command, and read once.
  assertEquals(commander.loaded, [{
    root: "/project",
    configFile: "other.ts",
    destination: "eu",
    version: undefined,
    env: { HOME: "/home/dev" },
  }]);
  assertEquals((await runWith({ spec }, ["info", "-d", "eu"])).verb?.name, "app version");
  assertEquals((await runWith({ spec }, ["info"])).verb?.name, "details");
  assertEquals((await runWith({ spec }, ["own"])).code, 2);
});

Deno.test("main() runs the command with the -c and -d of an alias", async () => {
  const aliases = { second: "details -c config/deploy2.yml -d mars" };
  const { commander } = await run(aliases, "second");
  const named = commander.loaded.map((options) => {
    const { configFile, destination } = options as Record<string, unknown>;
    return [configFile, destination];
  });
  assertEquals(named, [[undefined, undefined], ["config/deploy2.yml", "mars"]]);
  assertEquals(commander.options[0]?.destination, "mars");
});

Deno.test("main() takes a flag's value for no alias", async () => {
  const { verb, commander } = await run({ info: "details" }, "-d", "info", "info");
  assertEquals(verb?.name, "details");
  assertEquals(commander.options[0]?.destination, "info");
});

Deno.test("main() reads no deployment for a command of its own", async () => {
  const { commander, code } = await run({ version: "details" }, "version");
  assertEquals([code, commander.loaded], [0, []]);
  for (const args of [["app"], ["app", "logz"], ["--foo", "logs"], ["console", "-d"]]) {
    const { code, commander } = await run(TEMPLATE, ...args);
    assertEquals([code, commander.loaded], [2, []], args.join(" "));
  }
});

Deno.test("main() follows an alias to another, and refuses one that leads back to itself", async () => {
  const aliases = { a: "b -q", b: "c --primary", c: "details", x: "y", y: "z", z: "x" };
  const { verb, commander } = await run(aliases, "a", "-h", "10.0.0.1");
  assertEquals(verb?.name, "details");
  assertEquals(commander.options[0]?.primary, true);
  assertEquals(commander.options[0]?.hosts, ["10.0.0.1"]);
  const { code, told } = await run(aliases, "x");
  assertEquals(code, 2);
  assertStringIncludes(told, "leads back to itself: x → y → z → x");
  assertStringIncludes(told, "aliases.x");
});

Deno.test("main() follows an alias to one of the same name in another destination", async () => {
  const spec: DeploySpec = {
    service: "shop",
    aliases: { info: "info -d eu" },
    destinations: { eu: { aliases: { info: "details" } } },
  };
  const { verb, commander } = await runWith({ spec }, ["info"]);
  assertEquals([verb?.name, commander.options[0]?.destination], ["details", "eu"]);
});

Deno.test("main() suggests aliases too", async () => {
  const { code, told } = await run(TEMPLATE, "consle");
  assertEquals(code, 2);
  assertStringIncludes(told, 'there is no command "consle", did you mean "console"? · USAGE');
  assertStringIncludes((await run(TEMPLATE, "deplyo")).told, 'did you mean "deploy"?');
  assertStringIncludes((await run(TEMPLATE, "help", "consle")).told, 'did you mean "console"?');
  assertStringIncludes((await run(TEMPLATE, "toString")).told, 'there is no command "toString"');
});

Deno.test("main() says what an alias stands for when that cannot be understood", async () => {
  const aliases = { info: "detials", reset: "accessory boot" };
  const { code, told } = await run(aliases, "info");
  assertEquals(code, 2);
  assertStringIncludes(
    told,
    'info stands for "detials": there is no command "detials", did you mean "details"?',
  );
  assertStringIncludes(
    (await run(aliases, "reset")).told,
    'reset stands for "accessory boot": accessory boot needs NAME',
  );
  assertStringIncludes((await run({ a: 'app exec "b' }, "a")).told, "every quote in it closed");
});

Deno.test("main() tells of mistakes in an alias as JSON where the alias asks for it", async () => {
  const { code, written } = await run({ info: "details now --json" }, "info");
  assertEquals(code, 2);
  assertEquals(JSON.parse(written).code, "USAGE");
});

Deno.test("main() helps with an alias as with its command", async () => {
  for (const args of [["logs", "--help"], ["help", "logs"]]) {
    const { code, written } = await run(TEMPLATE, ...args);
    assertEquals(code, 0);
    assertStringIncludes(written, "sextant app logs [flags]");
  }
});

Deno.test("main() knows no aliases where there is no deployment", async () => {
  const nowhere = new SextantError("CONFIG_NOT_FOUND", "there is no deployment in /project");
  const does: FakeCommanderOptions = { load: () => Promise.reject(nowhere) };
  const { code, told } = await runWith(does, ["deplyo"]);
  assertEquals(code, 2);
  assertStringIncludes(told, 'there is no command "deplyo", did you mean "deploy"?');
  const named = await runWith(does, ["console", "-c", "other.ts"]);
  assertEquals(named.code, 2);
  assertStringIncludes(named.told, "there is no deployment in /project");
});

Deno.test("main() says what is wrong with the deployment that may have the alias", async () => {
  const wrong = new ConfigError([{ path: "servers.web", message: "should be a list" }]);
  const { code, told } = await runWith({ load: () => Promise.reject(wrong) }, ["console"]);
  assertEquals(code, 2);
  assertStringIncludes(told, "servers.web");
});
