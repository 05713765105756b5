import { assertEquals, assertRejects } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { parseSecrets } from "../../sdk/secrets/parse.ts";
import type { CommandResult } from "../../sdk/secrets/run_command.ts";
import { SecretFile } from "../../sdk/secrets/secret_file.ts";

type Answer = (variables: Readonly<Record<string, string>>) => Partial<CommandResult> | string;

/** A file whose commands are answered by name; `ran` lists those that were run. */
function fileOf(
  text: string,
  answers: Readonly<Record<string, Answer>> = {},
  env: Readonly<Record<string, string>> = {},
): { file: SecretFile; ran: string[] } {
  const ran: string[] = [];
  const file = new SecretFile(parseSecrets(text, ".kamal/secrets"), {
    file: ".kamal/secrets",
    env,
    runCommand: (command, variables) => {
      ran.push(command);
      const answer = answers[command.split(/\s/)[0]!]!(variables);
      const { stdout, ...rest } = typeof answer === "string" ? { stdout: encode(answer) } : answer;
      return Promise.resolve({ exitCode: 0, stderr: "", stdout: stdout ?? encode(""), ...rest });
    },
  });
  return { file, ran };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("SecretFile.value() takes earlier secrets before the environment", async () => {
  const { file } = fileOf("A=$B\nB=file\nC=$B/${D}/$NONE/${NONE:-$B}", {}, { B: "env", D: "d" });
  assertEquals(await file.value("A"), "env");
  assertEquals(await file.value("C"), "file/d//file");
  assertEquals(await file.value("D"), undefined);
});

Deno.test("SecretFile.value() lets the last of two assignments win", async () => {
  const { file } = fileOf("A=1\nB=$A\nA=$A-2");
  assertEquals(await file.value("A"), "1-2");
  assertEquals(await file.value("B"), "1");
});

Deno.test("SecretFile.value() runs only the commands it needs, once each", async () => {
  const { file, ran } = fileOf(
    "ALL=$(fetch)\nA=$(extract A $ALL)\nB=$(extract B ${ALL})\nOTHER=$(never)",
    { fetch: () => "{}\n", extract: ({ ALL }) => `from ${ALL}` },
  );
  assertEquals(await Promise.all([file.value("A"), file.value("B"), file.value("A")]), [
    "from {}",
    "from {}",
    "from {}",
  ]);
  assertEquals(ran.sort(), ["extract A $ALL", "extract B ${ALL}", "fetch"]);
});

Deno.test("SecretFile.value() hands a command the earlier secrets that it names, and no others", async () => {
  const { file } = fileOf("A=1\nB=2\nC=$(show $A $D)\nD=4", {
    show: (variables) => JSON.stringify(variables),
  });
  assertEquals(await file.value("C"), '{"A":"1"}');
});

Deno.test("SecretFile.value() leaves dollars in a command's output alone", async () => {
  const { file } = fileOf("A=1\nB=x$(show)y", { show: () => "$A $(show)" });
  assertEquals(await file.value("B"), "x$A $(show)y");
});

Deno.test("SecretFile.value() cuts one newline off the end of an output", async () => {
  const { file } = fileOf("A=$(one)\nB=$(two)", { one: () => "x\r\n", two: () => "x\n\n" });
  assertEquals(await file.value("A"), "x");
  assertEquals(await file.value("B"), "x\n");
});

Deno.test("SecretFile.value() starts commands side by side", async () => {
  const both = Promise.withResolvers<void>();
  let running = 0;
  const file = new SecretFile(parseSecrets("A=$(a)$(b)", "s"), {
    file: "s",
    env: {},
    runCommand: async () => {
      if (++running === 2) both.resolve();
      await both.promise;
      return { exitCode: 0, stdout: encode("x"), stderr: "" };
    },
  });
  assertEquals(await file.value("A"), "xx");
});

Deno.test("SecretFile.value() says where and why a command failed, without output and values", async () => {
  const { file } = fileOf("TOKEN=swordfish\n\nA=$(fetch\n  --token $TOKEN)", {
    fetch: () => ({
      exitCode: 3,
      stdout: encode("half a secret"),
      stderr: "cannot log in as swordfish\n\ntry again\n",
    }),
  });
  const error = await assertRejects(() => file.value("A"), SextantError);
  assertEquals(error.code, "SECRET_MISSING");
  assertEquals(
    error.message,
    ".kamal/secrets:3: A: $(fetch --token $TOKEN) exited with status 3",
  );
  assertEquals(error.details, ["cannot log in as [TOKEN]", "try again"]);
});

Deno.test("SecretFile.value() refuses output that no environment variable can hold", async () => {
  const { file } = fileOf("A=$(bytes)\nB=$(nul)", {
    bytes: () => ({ stdout: new Uint8Array([0xff]) }),
    nul: () => "a\0b",
  });
  await assertRejects(() => file.value("A"), SextantError, "not UTF-8");
  await assertRejects(() => file.value("B"), SextantError, "NUL");
});

Deno.test("SecretFile.value() says that Kamal is needed where a command calls it", async () => {
  const { file } = fileOf("A=$(kamal secrets fetch)", { kamal: () => ({ exitCode: 127 }) });
  const error = await assertRejects(() => file.value("A"), SextantError);
  assertEquals(error.hint?.startsWith("This runs Kamal itself"), true);
});
