import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { LocalTransport } from "../../sdk/transport/local.ts";
import type { Session, StepResult } from "../../sdk/transport/transport.ts";
import { HERE, KILL_SHELL, script, stubbornScript } from "./steps.ts";

/** Gives a session to a test and closes it after. */
async function withSession(test: (session: Session) => Promise<void>): Promise<void> {
  const { session } = await new LocalTransport().connect(HERE);
  try {
    await test(session);
  } finally {
    await session.close();
  }
}

function exitCodes(results: readonly StepResult[]): readonly (number | undefined)[] {
  return results.map(({ exitCode }) => exitCode);
}

/** Whether a process with the given text in its arguments runs. */
async function isRunning(text: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "stat=,args="] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.some((line) => line.includes(text) && !line.startsWith("Z"));
}

/** Waits, for five seconds at most, until something holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come to that within 5 s");
}

Deno.test("run() gives each step's exit code and both of its streams exactly", async () => {
  await withSession(async (session) => {
    const results = await session.run(
      stubbornScript("echo a; echo b >&2", "printf 'no newline'", "printf '\\n\\n'", "exit 3"),
    );
    assertEquals(results.map(({ stdout, stderr, exitCode }) => [stdout, stderr, exitCode]), [
      ["a\n", "b\n", 0],
      ["no newline", "", 0],
      ["\n\n", "", 0],
      ["", "", 3],
    ]);
  });
});

Deno.test("run() ends at the first step that fails", async () => {
  await withSession(async (session) => {
    const results = await session.run(script("true", "exit 3", "echo never"));
    assertEquals(exitCodes(results), [0, 3, undefined]);
    assertEquals(results[2]!.stdout, "");
  });
});

Deno.test("run() goes on after a failed step where the script says so", async () => {
  await withSession(async (session) => {
    assertEquals(exitCodes(await session.run(stubbornScript("false", "true"))), [1, 0]);
  });
});

Deno.test("run() keeps steps apart: variables, folders, options, open quotes", async () => {
  await withSession(async (session) => {
    const results = await session.run(stubbornScript(
      "x=1; cd /; set -e; sx_r=5; trap 'echo out' EXIT",
      "echo 'open",
      'echo "[$x]"; pwd; false; echo on',
    ));
    assertEquals(exitCodes(results), [0, 2, 0]);
    assertEquals(results[2]!.stdout, `[]\n${Deno.cwd()}\non\n`);
    assertStringIncludes(results[1]!.stderr.toLowerCase(), "quot");
  });
});

Deno.test("run() gives steps an empty standard input", async () => {
  await withSession(async (session) => {
    assertEquals((await session.run(script("cat; echo end")))[0]!.stdout, "end\n");
  });
});

Deno.test("run() shows output while the step still runs", async () => {
  await withSession(async (session) => {
    const gate = await Deno.makeTempFile();
    const seen: string[] = [];
    const running = session.run(
      script(`echo first; until [ -s ${gate} ]; do sleep 0.02; done; echo second >&2`),
      {
        onBegin: (step) => seen.push(`begin ${step}`),
        onOutput: (step, stream, text) => seen.push(`${stream} ${step} ${text}`),
        onEnd: (step, { exitCode }) => seen.push(`end ${step} ${exitCode}`),
      },
    );
    await until(() => seen.length === 2);
    assertEquals(seen, ["begin 0", "stdout 0 first\n"]);
    await Deno.writeTextFile(gate, "go");
    await running;
    assertEquals(seen.slice(2), ["stderr 0 second\n", "end 0 0"]);
    await Deno.remove(gate);
  });
});

Deno.test("run() tells how long a step took by the host's clock", async () => {
  await withSession(async (session) => {
    const [quick, slow] = await session.run(script("true", "sleep 0.3"));
    assert(quick!.seconds < 0.2, `${quick!.seconds}`);
    assert(slow!.seconds >= 0.28 && slow!.seconds < 2, `${slow!.seconds}`);
  });
});

Deno.test("run() carries 10 MiB on both streams at once", async () => {
  await withSession(async (session) => {
    const size = 10 * 1024 * 1024;
    const [result] = await session.run(
      script(`head -c ${size} /dev/zero >&2 & head -c ${size} /dev/zero | tr '\\0' '~'; wait`),
    );
    assertEquals(result!.exitCode, 0);
    assert(result!.stdout === "~".repeat(size));
    assert(result!.stderr === "\0".repeat(size));
  });
});

Deno.test("run() carries a script of 1 MB and one of a thousand steps", async () => {
  await withSession(async (session) => {
    const text = 'it\'s ~ \\ $x `y` "z" é\n'.repeat(45_000);
    const quoted = `'${text.replaceAll("'", `'\\''`)}'`;
    const [large] = await session.run(script(`x=${quoted}; printf %s "$x"`));
    assert(large!.stdout === text);
    const many = await session.run(script(...Array.from({ length: 1000 }, (_, i) => `echo ${i}`)));
    assert(many.every(({ exitCode, stdout }, index) => exitCode === 0 && stdout === `${index}\n`));
  });
});

Deno.test("run() does not wait for what a step leaves behind, nor takes its output for another's", async () => {
  await withSession(async (session) => {
    const gate = await Deno.makeTempFile();
    const left = `(until [ -s ${gate} ]; do sleep 0.02; done; echo late; rm ${gate}) & echo now`;
    assertEquals((await session.run(script(left)))[0]!.stdout, "now\n");
    const next = session.run(script(`echo go >${gate}; while [ -e ${gate} ]; do sleep 0.02; done`));
    assertEquals((await next).map(({ stdout, exitCode }) => [stdout, exitCode]), [["", 0]]);
    assertEquals(session.exchanges, 2);
  });
});

Deno.test("run() knows at once that a script was killed", async () => {
  await withSession(async (session) => {
    const results = await session.run(
      stubbornScript("true", "echo dying; kill -9 $$", "echo never"),
    );
    assertEquals(exitCodes(results), [0, undefined, undefined]);
    assertEquals([results[1]!.stdout, results[1]!.stderr], ["dying\n", ""]);
    assertEquals(exitCodes(await session.run(script("true"))), [0]);
  });
});

Deno.test("run() ends a script's processes when its signal is aborted, and stays usable", async () => {
  await withSession(async (session) => {
    const controller = new AbortController();
    const mark = `321.${Deno.pid}`;
    const ended: number[] = [];
    const results = await session.run(
      stubbornScript("echo one", `echo two; sleep ${mark} & sleep ${mark}`, "echo never"),
      {
        signal: controller.signal,
        onOutput: (_step, _stream, text) => text === "two\n" && controller.abort(),
        onEnd: (step) => ended.push(step),
      },
    );
    assertEquals(exitCodes(results), [0, undefined, undefined]);
    assertEquals(results[1]!.stdout, "two\n");
    assertEquals(ended, [0, 1]);
    assertEquals(exitCodes(await session.run(script("true"))), [0]);
    assertEquals(await isRunning(`sleep ${mark}`), false);
  });
});

Deno.test("run() ends by force what does not end when asked to, before the next script begins", async () => {
  await withSession(async (session) => {
    const controller = new AbortController();
    const mark = `322.${Deno.pid}`;
    const stubborn = `trap '' TERM; echo set; sleep 0.1; exec sleep ${mark}`;
    const results = await session.run(script(stubborn), {
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    assertEquals(exitCodes(results), [undefined]);
    const [next] = await session.run(script(`ps -eo args= | grep -c '[s]leep ${mark}'`));
    assertEquals(next!.stdout, "0\n");
  });
});

Deno.test("run() sends nothing when its signal is aborted already", async () => {
  await withSession(async (session) => {
    const results = await session.run(script("true"), { signal: AbortSignal.abort() });
    assertEquals(exitCodes(results), [undefined]);
    assertEquals(session.exchanges, 0);
  });
});

Deno.test("run() can be cancelled at any moment of a script's start", async () => {
  await withSession(async (session) => {
    for (let milliseconds = 0; milliseconds < 16; milliseconds += 2) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), milliseconds);
      const results = await session.run(script("sleep 30"), { signal: controller.signal });
      clearTimeout(timer);
      assertEquals(exitCodes(results), [undefined], `after ${milliseconds} ms`);
    }
  });
});

Deno.test("run() picks a script up again when its shell is lost, with nothing missing or run twice", async () => {
  await withSession(async (session) => {
    const file = await Deno.makeTempFile();
    const count =
      `echo ran >>${file}; i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo $i; echo e$i >&2; ` +
      "sleep 0.01; done";
    const results = await session.run(script(count, KILL_SHELL, count));
    const lines = (prefix: string) =>
      Array.from({ length: 60 }, (_, i) => `${prefix}${i + 1}\n`).join("");
    assertEquals(exitCodes(results), [0, 0, 0]);
    assertEquals([results[0]!.stdout, results[2]!.stdout], [lines(""), lines("")]);
    assertEquals([results[0]!.stderr, results[2]!.stderr], [lines("e"), lines("e")]);
    assertEquals(await Deno.readTextFile(file), "ran\nran\n");
    await Deno.remove(file);
  });
});

Deno.test("run() throws when nobody is left to say how a script ended", async () => {
  await withSession(async (session) => {
    const killWatcher = "read -r x x x q x </proc/$$/stat; kill -9 $q";
    const error = await assertRejects(() => session.run(script(killWatcher, "true")), HostError);
    assertEquals(error.code, "CONNECTION_LOST");
    assertEquals(exitCodes(await session.run(script("true"))), [0]);
  });
});

Deno.test("run() leaves no run directory behind", async () => {
  let directory = "";
  await withSession(async (session) => {
    const [first, second] = [script('echo "$2"'), script('echo "$2"')];
    directory = (await session.run(first))[0]!.stdout.trim();
    assert((await Deno.stat(directory)).isDirectory);
    const next = (await session.run(second))[0]!.stdout.trim();
    await assertRejects(() => Deno.stat(directory), Deno.errors.NotFound);
    directory = next;
  });
  await until(async () => await Deno.stat(directory).then(() => false, () => true));
});

Deno.test("connect() removes what it left on a host more than a day ago, unless it still runs", async () => {
  const base = `/dev/shm/sextant-${Deno.uid()}-test-${Deno.pid}-`;
  const [old, running, young] = ["old", "running", "young"].map((name) => `${base}${name}`);
  const pids = { [old!]: "none", [running!]: String(Deno.pid), [young!]: "none" };
  for (const [directory, pid] of Object.entries(pids)) {
    await Deno.mkdir(directory);
    await Deno.writeTextFile(`${directory}/pid`, `${pid}\n`);
    if (directory !== young) await Deno.utime(directory, 0, 0);
  }
  await withSession(async () => {
    await until(async () => await Deno.stat(old!).then(() => false, () => true));
  });
  for (const directory of [running!, young!]) await Deno.remove(directory, { recursive: true });
});

Deno.test("run() keeps a script's text out of the process list and off the disk", async () => {
  await withSession(async (session) => {
    const secret = "hunter2-in-a-script";
    const [result] = await session.run(
      script(`: ${secret}; ls -A "$2"; ps -eo args= | grep -c 'hunter2-in-a-[s]cript'`),
    );
    assertEquals(result!.stdout, "err\nout\npid\n0\n");
  });
});

Deno.test("run() runs scripts that are sent at the same time one after the other", async () => {
  await withSession(async (session) => {
    const [first, second] = await Promise.all([
      session.run(script("sleep 0.1; date +%s%N")),
      session.run(script("date +%s%N")),
    ]);
    assert(BigInt(first![0]!.stdout) < BigInt(second![0]!.stdout));
    assertEquals(session.exchanges, 2);
  });
});

Deno.test("connect() runs the first script on the way", async () => {
  const { session, first } = await new LocalTransport().connect(HERE, {
    first: script("echo 'it'\"'\"'s me' ~ \\\\ !", "exit 2"),
  });
  assertEquals(first.map(({ exitCode, stdout }) => [exitCode, stdout]), [
    [0, `it's me ${Deno.env.get("HOME")} \\ !\n`],
    [2, ""],
  ]);
  assertEquals(session.exchanges, 1);
  await session.close();
});

Deno.test("connect() runs a first script that is too long to be part of a command", async () => {
  const { session, first } = await new LocalTransport().connect(HERE, {
    first: script(`x=${"y".repeat(200_000)}; echo \${#x}`),
  });
  assertEquals(first[0]!.stdout, "200000\n");
  await session.close();
});

Deno.test("connect() rejects with the reason of an aborted signal", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() => new LocalTransport().connect(HERE, { signal }));
  assertEquals(error, reason);
});

Deno.test("LocalTransport runs in the given folder, with the given variables beside its own", async () => {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const { session, first } = await new LocalTransport({ cwd, env: { SEXTANT_TEST: "it's" } })
    .connect(HERE, { first: script('pwd; echo "$SEXTANT_TEST"; echo "${HOME:+home}"') });
  assertEquals(first[0]!.stdout, `${cwd}\nit's\nhome\n`);
  await session.close();
  await Deno.remove(cwd);
});

Deno.test("close() is final", async () => {
  const { session } = await new LocalTransport().connect(HERE);
  await session.close();
  await session.close();
  await assertRejects(() => session.run(script("true")), Error, "the session is closed");
});
