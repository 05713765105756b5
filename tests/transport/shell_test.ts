import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import type { Link } from "../../sdk/transport/link.ts";
import { LocalLink } from "../../sdk/transport/local_link.ts";
import { scriptText } from "../../sdk/transport/protocol.ts";
import { Shell } from "../../sdk/transport/shell.ts";
import type { RunOptions, StepResult } from "../../sdk/transport/transport.ts";
import { type Cut, CutLink } from "./cut_link.ts";
import { HERE, script } from "./steps.ts";

const NEVER = 1e9;

/** Runs two steps over a link that is cut; gives their results and what they wrote to a file. */
async function runOverCut(
  cut: Cut,
  options: RunOptions = {},
): Promise<{ results: readonly StepResult[]; ran: string }> {
  const file = await Deno.makeTempFile();
  const cutLink = new CutLink(new LocalLink({}), cut);
  const links: Link[] = [cutLink, new LocalLink({}), new LocalLink({})];
  const { session } = await Shell.open(HERE, {
    dial: () => Promise.resolve(links.shift()!),
    home: false,
    beginSeconds: 8,
    reconnectSeconds: 5,
  });
  try {
    const count = "for i in 1 2 3 4 5 6 7 8; do echo $i; echo e$i >&2; done";
    const steps = script(`echo one >>${file}; ${count}`, `echo two >>${file}; ${count}`);
    const results = await session.run(steps, options);
    cutLink.deliver();
    await session.run(script("sleep 0.05"));
    assertEquals(session.exchanges, 2);
    return { results, ran: await Deno.readTextFile(file) };
  } finally {
    await session.close();
    await cutLink.end();
    await Deno.remove(file);
  }
}

const COUNTED = { stdout: "1\n2\n3\n4\n5\n6\n7\n8\n", stderr: "e1\ne2\ne3\ne4\ne5\ne6\ne7\ne8\n" };

async function checkOnce(cut: Cut): Promise<void> {
  const { results, ran } = await runOverCut(cut);
  const where = JSON.stringify(cut);
  assertEquals(ran, "one\ntwo\n", where);
  for (const { exitCode, stdout, stderr } of results) {
    assertEquals({ exitCode, stdout, stderr }, { exitCode: 0, ...COUNTED }, where);
  }
}

for (const host of ["closed", "stalled", "late"] as const) {
  Deno.test(`run() runs each step once when the upload is cut off and the host's end is ${host}`, async () => {
    const length = scriptText("0".repeat(32), script("true")).text.length;
    for (const input of [0, 10, 38, 39, 200, length - 100, length + 200]) {
      await checkOnce({ input, output: NEVER, host });
    }
  });
}

for (const host of ["closed", "stalled"] as const) {
  Deno.test(`run() loses and repeats nothing when the answer is cut off and the host's end is ${host}`, async () => {
    // A greeting takes some 110 bytes; the answer some 600.
    for (const output of [150, 160, 180, 200, 230, 260, 300, 350, 400, 450, 500]) {
      await checkOnce({ input: NEVER, output, host });
    }
  });
}

Deno.test("run() cancels a script that was lost in the meantime", async () => {
  const controller = new AbortController();
  const cutLink = new CutLink(new LocalLink({}), { input: NEVER, output: 200, host: "stalled" });
  const links: Link[] = [cutLink, new LocalLink({})];
  const dial = (): Promise<Link> => {
    if (links.length === 1) controller.abort();
    return Promise.resolve(links.shift()!);
  };
  const { session } = await Shell.open(HERE, {
    dial,
    home: false,
    beginSeconds: 8,
    reconnectSeconds: 5,
  });
  const results = await session.run(
    script("echo something that is longer than what still passes over the link; sleep 300"),
    { signal: controller.signal },
  );
  assertEquals(results.map(({ exitCode }) => exitCode), [undefined]);
  await session.close();
  await cutLink.end();
});

Deno.test("run() gives up when the host cannot be reached again in time", async () => {
  const cutLink = new CutLink(new LocalLink({}), { input: NEVER, output: 200, host: "closed" });
  let dials = 0;
  const dial = (): Promise<Link> => {
    if (dials++ === 0) return Promise.resolve(cutLink);
    return Promise.reject(new HostError("HOST_UNREACHABLE", "here", "nothing listens on port 22"));
  };
  const { session } = await Shell.open(HERE, {
    dial,
    home: false,
    beginSeconds: 8,
    reconnectSeconds: 0.5,
  });
  const error = await assertRejects(
    () => session.run(script("echo a; sleep 0.1; echo b")),
    HostError,
  );
  assertEquals([error.code, error.details], ["CONNECTION_LOST", [
    "here: nothing listens on port 22",
  ]]);
  assertEquals(dials > 2, true);
  await session.close();
  await cutLink.end();
});

Deno.test("run() does not insist where the host's key has changed", async () => {
  const cutLink = new CutLink(new LocalLink({}), { input: NEVER, output: 200, host: "closed" });
  let dials = 0;
  const dial = (): Promise<Link> => {
    if (dials++ === 0) return Promise.resolve(cutLink);
    return Promise.reject(new HostError("HOST_KEY_CHANGED", "here", "its host key changed"));
  };
  const { session } = await Shell.open(HERE, {
    dial,
    home: false,
    beginSeconds: 8,
    reconnectSeconds: 5,
  });
  const error = await assertRejects(
    () => session.run(script("echo a; sleep 0.1; echo b")),
    HostError,
  );
  assertEquals([error.code, dials], ["CONNECTION_LOST", 2]);
  await session.close();
  await cutLink.end();
});

Deno.test("close() ends a run that waits for its host", async () => {
  const cutLink = new CutLink(new LocalLink({}), { input: NEVER, output: 200, host: "closed" });
  const links: Link[] = [cutLink];
  const dial = (signal: AbortSignal): Promise<Link> => {
    const link = links.shift();
    if (link) return Promise.resolve(link);
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  };
  const { session } = await Shell.open(HERE, {
    dial,
    home: false,
    beginSeconds: 8,
    reconnectSeconds: 60,
  });
  const running = assertRejects(() => session.run(script("echo a; sleep 0.1; echo b")), HostError);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await session.close();
  assertEquals((await running).code, "CONNECTION_LOST");
  await cutLink.end();
});
