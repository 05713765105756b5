import { assertEquals } from "@std/assert";
import { Answer } from "../../sdk/transport/answer.ts";
import type { RunOptions } from "../../sdk/transport/transport.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

/** Feeds an answer; `~` begins a frame. */
function feed(answer: Answer, stream: "stdout" | "stderr", text: string): void {
  answer.push(stream, new TextEncoder().encode(text.replaceAll("~", `~${TOKEN} `)));
}

function watch(): { seen: string[]; options: RunOptions } {
  const seen: string[] = [];
  const options = {
    onBegin: (step: number) => void seen.push(`begin ${step}`),
    onOutput: (step: number, stream: string, text: string) =>
      void seen.push(`${stream} ${step} ${text}`),
    onEnd: (step: number, { exitCode }: { exitCode: number | undefined }) =>
      void seen.push(`end ${step} ${exitCode}`),
  };
  return { seen, options };
}

Deno.test("Answer tells steps in order, whichever stream is ahead", async () => {
  const stdout = "~b 0 10.00\none~e 0 0 10.25\n~b 1 10.25\ntwo~e 1 7 12.00\n~z 7 12.01\n";
  const stderr = "~b 0\nuno~e 0\n~b 1\ndos~e 1\n~z\n";
  for (const isFirst of [true, false]) {
    const { seen, options } = watch();
    const answer = new Answer(TOKEN, 3, options);
    if (isFirst) feed(answer, "stdout", stdout);
    feed(answer, "stderr", stderr);
    if (!isFirst) feed(answer, "stdout", stdout);
    assertEquals(await answer.outcome, "answered");
    assertEquals(seen, [
      ...["begin 0", "stdout 0 one", "stderr 0 uno", "end 0 0"],
      ...["begin 1", "stdout 1 two", "stderr 1 dos", "end 1 7"],
    ]);
    assertEquals(answer.results(), [
      { exitCode: 0, stdout: "one", stderr: "uno", seconds: 0.25 },
      { exitCode: 7, stdout: "two", stderr: "dos", seconds: 1.75 },
      { exitCode: undefined, stdout: "", stderr: "", seconds: 0 },
    ]);
  }
});

Deno.test("Answer gives a character that arrives in two pieces as one", () => {
  const { seen, options } = watch();
  const answer = new Answer(TOKEN, 1, options);
  feed(answer, "stdout", "~b 0 1\n");
  answer.push("stdout", new Uint8Array([0xe2, 0x82]));
  answer.push("stdout", new Uint8Array([0xac]));
  assertEquals(seen, ["begin 0", "stdout 0 €"]);
});

Deno.test("Answer keeps NUL, a byte order mark and what is no UTF-8 visible", () => {
  const answer = new Answer(TOKEN, 1, {});
  feed(answer, "stdout", "~b 0 1\n");
  answer.push("stdout", new Uint8Array([0xef, 0xbb, 0xbf, 0, 0xff, 0xe2]));
  feed(answer, "stdout", "~e 0 0 1\n");
  assertEquals(answer.results()[0]!.stdout, "\ufeff\0\ufffd\ufffd");
});

Deno.test("Answer reports a step that was killed, without an exit code", async () => {
  const { seen, options } = watch();
  const answer = new Answer(TOKEN, 2, options);
  feed(answer, "stdout", "~b 0 1.00\nso far~z 137 3.00\n");
  feed(answer, "stderr", "~b 0\n~z\n");
  assertEquals(await answer.outcome, "answered");
  assertEquals(seen, ["begin 0", "stdout 0 so far", "end 0 undefined"]);
  assertEquals(answer.results()[0], {
    exitCode: undefined,
    stdout: "so far",
    stderr: "",
    seconds: 2,
  });
});

Deno.test("Answer believes no exit code that comes after a cancel", async () => {
  const answer = new Answer(TOKEN, 2, {});
  feed(answer, "stdout", "~b 0 1\n~e 0 0 1\n~b 1 1\n");
  answer.cancel();
  feed(answer, "stdout", "~e 1 0 2\n~z 0 2\n");
  feed(answer, "stderr", "~b 0\n~e 0\n~b 1\n~e 1\n~z\n");
  assertEquals(await answer.outcome, "answered");
  assertEquals(answer.results().map(({ exitCode }) => exitCode), [0, undefined]);
});

Deno.test("Answer drops what comes before and between steps, and keeps its end as an explanation", async () => {
  const answer = new Answer(TOKEN, 1, {});
  feed(answer, "stdout", "welcome~b 0 1\nmine~e 0 0 1\nlate~z 0 1\n");
  feed(answer, "stderr", "~b 0\n~e 0\n~z\n");
  assertEquals(await answer.outcome, "answered");
  assertEquals(answer.results()[0]!.stdout, "mine");
  assertEquals(answer.stray, "welcomelate");
});

Deno.test("Answer takes a script that ended and never began for one that did not run", async () => {
  const answer = new Answer(TOKEN, 1, {});
  feed(answer, "stdout", "~z 2 1\n");
  feed(answer, "stderr", "sh: syntax error\n~z\n");
  assertEquals(await answer.outcome, "unsent");
});

Deno.test("Answer knows what the shell says of a script", async () => {
  for (
    const [letter, outcome] of [
      ["x", "unwritable"],
      ["y", "busy"],
      ["n", "unsent"],
      ["g", "gone"],
    ] as const
  ) {
    const answer = new Answer(TOKEN, 1, {});
    feed(answer, "stdout", `~${letter}\n`);
    assertEquals(await answer.outcome, outcome);
    assertEquals(answer.begun, false);
    assertEquals(answer.soFar, { token: TOKEN, stdout: 0, stderr: 0 });
  }
});

Deno.test("Answer goes on over another connection exactly where the last one broke off", async () => {
  const stdout = "~b 0 1\none\ntwo\n~e 0 0 1\n~z 0 1\n".replaceAll("~", `~${TOKEN} `);
  const stderr = "~b 0\n~e 0\n~z\n".replaceAll("~", `~${TOKEN} `);
  const bytes = new TextEncoder().encode(stdout);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const answer = new Answer(TOKEN, 1, {});
    answer.push("stdout", bytes.subarray(0, cut));
    answer.restart();
    answer.push("stdout", bytes.subarray(answer.soFar.stdout));
    answer.push("stderr", new TextEncoder().encode(stderr));
    assertEquals(await answer.outcome, "answered");
    assertEquals(answer.results()[0]!.stdout, "one\ntwo\n", `cut at ${cut}`);
  }
});
