import { assert, assertEquals } from "@std/assert";
import { type Mistake, readArguments } from "../../sdk/cli/arguments.ts";
import type { FlagValues, Invocation } from "../../sdk/cli/command.ts";
import { COMMANDS } from "../../sdk/cli/commands.ts";
import { GLOBAL_FLAGS } from "../../sdk/cli/flags.ts";

async function read(line: string): Promise<Invocation> {
  const request = await readArguments(line.split(" "));
  assert(request.kind === "run", `"${line}" was read as ${JSON.stringify(request)}`);
  return request.invocation;
}

async function flagsOf(line: string): Promise<FlagValues> {
  return (await read(line)).flags;
}

async function mistakeIn(...args: readonly string[]): Promise<Mistake> {
  const request = await readArguments(args);
  assert(request.kind === "mistake", `"${args.join(" ")}" was understood`);
  return request;
}

Deno.test("COMMANDS has no two rows for the same words", () => {
  const paths = COMMANDS.map(({ path }) => path.join(" "));
  assertEquals(new Set(paths).size, paths.length);
});

Deno.test("COMMANDS gives a flag and a letter the same meaning everywhere", () => {
  const kinds = new Map<string, string>();
  for (const { path, flags } of COMMANDS) {
    const names = [...GLOBAL_FLAGS, ...flags].flatMap(({ name, short }) =>
      short === undefined ? [name] : [name, short]
    );
    assertEquals(new Set(names).size, names.length, `${path.join(" ")} has two flags of one name`);
    for (const { name, short, value } of [...GLOBAL_FLAGS, ...flags]) {
      const kind = JSON.stringify([name, value?.kind]);
      for (const key of short === undefined ? [name] : [name, short]) {
        assertEquals(kinds.get(key) ?? kind, kind, `"${key}" means two things`);
        kinds.set(key, kind);
      }
    }
  }
});

Deno.test("readArguments() finds a command with flags before and behind it, short and long", async () => {
  const { command, flags } = await read("-d staging -qP deploy --no-cache --version=1.2");
  assertEquals(command.path, ["deploy"]);
  assertEquals([...flags.on].toSorted(), ["no-cache", "quiet", "skip-push"]);
  assertEquals(flags.text, { destination: "staging", version: "1.2" });
});

Deno.test("readArguments() takes words and names with dashes or underscores", async () => {
  assertEquals([...(await flagsOf("deploy --skip_push")).on], ["skip-push"]);
  assertEquals((await flagsOf("app exec -e A_B:c_d ls")).lists, { env: ["A_B:c_d"] });
});

Deno.test("readArguments() switches flags off that were on", async () => {
  assertEquals([...(await flagsOf("deploy -v --no-verbose --no-cache --cache")).on], []);
});

Deno.test("readArguments() takes -h alone for help, and behind a command for hosts", async () => {
  for (const args of [[], ["-h"], ["--help"], ["help"]]) {
    assertEquals(await readArguments(args), { kind: "help", words: [] });
  }
  assertEquals(await readArguments(["app", "logs", "--help"]), {
    kind: "help",
    words: ["app", "logs"],
  });
  assertEquals(await readArguments(["help", "app", "logs"]), {
    kind: "help",
    words: ["app", "logs"],
  });
  assertEquals((await flagsOf("details -h 10.0.0.1,10.0.0.2")).lists, {
    hosts: ["10.0.0.1", "10.0.0.2"],
  });
  assertEquals(
    (await mistakeIn("deploy", "-y", "-h")).message,
    "--hosts needs a value: --hosts=HOSTS",
  );
});

Deno.test("readArguments() splits lists at commas, but for those of a pattern", async () => {
  const { lists } = await flagsOf("details -h 10.0.{0,1}.*,web[12] -r web -r jobs");
  assertEquals(lists, { hosts: ["10.0.{0,1}.*", "web[12]"], roles: ["web", "jobs"] });
});

Deno.test("readArguments() keeps versions as text, whatever number they look like", async () => {
  assertEquals((await read("rollback 0012e3")).operands, ["0012e3"]);
  assertEquals((await flagsOf("app boot --version 1e5")).text, { version: "1e5" });
});

Deno.test("readArguments() leaves what stands behind two dashes to the command", async () => {
  const { operands, flags } = await read("app exec -i -- ls -la --all");
  assertEquals(operands, ["ls", "-la", "--all"]);
  assertEquals([...flags.on], ["interactive"]);
});

Deno.test("readArguments() takes --version alone for the version of sextant", async () => {
  assertEquals((await read("--version")).command.path, ["version"]);
});

Deno.test("readArguments() suggests what was meant", async () => {
  assertEquals(
    (await mistakeIn("deplyo")).message,
    'there is no command "deplyo", did you mean "deploy"?',
  );
  assertEquals(
    (await mistakeIn("app", "logz")).message,
    'there is no command "app logz", did you mean "app logs"?',
  );
  assertEquals(
    (await mistakeIn("deploy", "--skip-pus")).message,
    "deploy knows no flag --skip-pus, did you mean --skip-push?",
  );
  assertEquals((await mistakeIn("blueberries")).message, 'there is no command "blueberries"');
});

Deno.test("readArguments() lists the commands of a group", async () => {
  assertEquals((await mistakeIn("lock")).message, "lock needs a command: status, acquire, release");
});

Deno.test("readArguments() refuses a flag of another command", async () => {
  assertEquals((await mistakeIn("deploy", "--follow")).message, "deploy knows no flag --follow");
  assertEquals((await mistakeIn("deploy", "-f")).message, "deploy knows no flag -f");
  assertEquals(
    (await mistakeIn("deploy", "--no-follow")).message,
    "deploy knows no flag --no-follow",
  );
});

Deno.test("readArguments() tells how to run a command that has flags of its own", async () => {
  const { message, hint } = await mistakeIn("app", "exec", "ls", "-la");
  assertEquals(message, "app exec knows no flag -la");
  assertEquals(
    hint,
    "Put a command with flags of its own behind two dashes: sextant app exec … -- ls -l",
  );
});

Deno.test("readArguments() checks operands", async () => {
  assertEquals((await mistakeIn("accessory", "boot")).message, "accessory boot needs NAME");
  assertEquals((await mistakeIn("accessory", "exec", "db")).message, "accessory exec needs CMD");
  assertEquals((await mistakeIn("rollback", "1", "2")).message, 'rollback does not take "2"');
  assertEquals((await mistakeIn("rollback", "1", "2")).hint, "Usage: sextant rollback [VERSION]");
});

Deno.test("readArguments() checks values", async () => {
  assertEquals(
    (await mistakeIn("app", "logs", "-n", "many")).message,
    '--lines should be a whole number above 0, got "many"',
  );
  assertEquals(
    (await mistakeIn("app", "exec", "-e", "A=1", "ls")).message,
    '--env should be NAME:VALUE, got "A=1"',
  );
  assertEquals(
    (await mistakeIn("app", "logs", "--since")).message,
    "--since needs a value: --since=TIME",
  );
  assertEquals((await mistakeIn("lock", "acquire")).message, "lock acquire needs --message TEXT");
  assertEquals((await flagsOf("app exec -e A:x=y:z ls")).lists, { env: ["A:x=y:z"] });
});
