import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HostError, SextantError } from "../../sdk/errors.ts";
import type { Operation } from "../../sdk/operations/operation.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { Script, ScriptStep, Session } from "../../sdk/transport/transport.ts";

const AUDIT: Operation = {
  kind: "record-audit",
  path: ".kamal/shop-audit.log",
  at: "now",
  performer: "me",
  tags: [],
  messages: ["hello"],
};
const SHOW: Operation = { kind: "show-audit", path: ".kamal/shop-audit.log", lines: 5 };
const NETWORK: Operation = { kind: "create-network", name: "kamal" };

Deno.test("SimulatedFleet.connect() opens a host by its name, and runs a first script on the way", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  const { session, first } = await fleet.connect(target("h"), { first: scriptOf(AUDIT, SHOW) });
  assertEquals(first.map(({ exitCode }) => exitCode), [0, 0]);
  assertEquals(first[1]!.stdout, "[now] [me] hello\n");
  assertEquals(session.exchanges, 1);
});

Deno.test("SimulatedFleet.connect() reaches neither unknown hosts nor unreachable ones", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  fleet.host("h").unreachable = true;
  for (const name of ["h", "nobody"]) {
    const error = await assertRejects(() => fleet.connect(target(name)), HostError);
    assertEquals([error.code, error.host], ["HOST_UNREACHABLE", name]);
  }
});

Deno.test("SimulatedFleet.connect() ends when it is told to", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  const reason = new Error("enough");
  const error = await assertRejects(() =>
    fleet.connect(target("h"), { signal: AbortSignal.abort(reason) })
  );
  assertEquals(error, reason);
});

Deno.test("SimulatedSession.run() ends at the first failure, and what never began has no exit code", async () => {
  const session = await open({ h: {} });
  const results = await session.run(scriptOf(SHOW, AUDIT));
  assertEquals(results.map(({ exitCode }) => exitCode), [1, undefined]);
  assertEquals(results[0]!.stderr.startsWith("tail: cannot open"), true);
});

Deno.test("SimulatedSession.run() goes on after a failure where it is told to", async () => {
  const session = await open({ h: {} });
  const results = await session.run({ ...scriptOf(SHOW, AUDIT), keepGoing: true });
  assertEquals(results.map(({ exitCode }) => exitCode), [1, 0]);
});

Deno.test("SimulatedSession.run() tells of every step's beginning, output and end, in order", async () => {
  const session = await open({ h: {} });
  const heard: string[] = [];
  await session.run(scriptOf(AUDIT, SHOW), {
    onBegin: (step) => heard.push(`begin ${step}`),
    onOutput: (step, stream, text) => heard.push(`${stream} ${step} ${text.trimEnd()}`),
    onEnd: (step, { exitCode }) => heard.push(`end ${step} ${exitCode}`),
  });
  assertEquals(heard, ["begin 0", "end 0 0", "begin 1", "stdout 1 [now] [me] hello", "end 1 0"]);
});

Deno.test("SimulatedSession.run() breaks off when it is cancelled, and stays usable", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  fleet.host("h").hangAt("create-network");
  const { session } = await fleet.connect(target("h"));
  const cancel = new AbortController();
  const results = await session.run(scriptOf(AUDIT, NETWORK, SHOW), {
    signal: cancel.signal,
    onBegin: (step) => {
      if (step === 1) cancel.abort();
    },
  });
  assertEquals(results.map(({ exitCode }) => exitCode), [0, undefined, undefined]);
  assertEquals((await session.run(scriptOf(SHOW)))[0]!.exitCode, 0);
});

Deno.test("SimulatedSession.run() runs nothing where it is cancelled already", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  const { session } = await fleet.connect(target("h"));
  const results = await session.run(scriptOf(AUDIT), { signal: AbortSignal.abort() });
  assertEquals(results.map(({ exitCode }) => exitCode), [undefined]);
  assertEquals(fleet.journal, []);
});

Deno.test("SimulatedSession.run() lets Docker go on with what its client was told before the end", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: { proxy: "basecamp/kamal-proxy:v0.9.2" } } });
  const { session } = await fleet.connect(target("h"));
  const cancel = new AbortController();
  await session.run(
    scriptOf({
      kind: "stop-container",
      name: "kamal-proxy",
      role: "",
      timeout: 1,
      because: undefined,
    }),
    {
      signal: cancel.signal,
      onBegin: () => cancel.abort(),
    },
  );
  assertEquals(fleet.host("h").container("kamal-proxy")!.state, "stopped");
});

Deno.test("SimulatedSession.run() loses its host in the middle, which goes on with the script alone", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  const host = fleet.host("h");
  host.loseConnectionAt("create-network");
  const { session } = await fleet.connect(target("h"));
  const ended: number[] = [];
  const error = await assertRejects(
    () => session.run(scriptOf(AUDIT, NETWORK, AUDIT), { onEnd: (step) => ended.push(step) }),
    HostError,
  );
  assertEquals([error.code, ended, session.exchanges], ["CONNECTION_LOST", [0], 0]);
  assertEquals(host.read(".kamal/shop-audit.log"), "[now] [me] hello\n[now] [me] hello\n");
  await assertRejects(() => session.run(scriptOf(AUDIT)), HostError);
  host.unreachable = false;
  assertEquals((await session.run(scriptOf(SHOW)))[0]!.exitCode, 0);
});

Deno.test("SimulatedSession.run() takes scripts one after the other", async () => {
  const session = await open({ h: {} });
  const [first, second] = await Promise.all([
    session.run(scriptOf(AUDIT)),
    session.run(scriptOf(SHOW)),
  ]);
  assertEquals([first[0]!.exitCode, second[0]!.stdout], [0, "[now] [me] hello\n"]);
});

Deno.test("SimulatedSession.run() takes as long as the longest of what runs side by side", async () => {
  const session = await open({ h: {} });
  const step: ScriptStep = { shell: "", operations: [AUDIT, NETWORK] };
  const [result] = await session.run({ steps: [step] });
  assertEquals(result!.seconds, 0.1);
});

Deno.test("SimulatedSession.run() refuses an operation that it does not know", async () => {
  const session = await open({ h: {} });
  const step: ScriptStep = { shell: "", operations: [{ kind: "fly" }] };
  await assertRejects(() => session.run({ steps: [step] }), RangeError, '"fly"');
});

Deno.test("SimulatedSession has no terminal to hand over, and runs nothing once it is closed", async () => {
  const session = await open({ h: {} });
  const error = await assertRejects(() => session.interact("sh"), SextantError);
  assertEquals(error.code, "USAGE");
  await session.close();
  const lost = await assertRejects(() => session.run(scriptOf(AUDIT)), HostError);
  assertEquals(lost.code, "CONNECTION_LOST");
});

Deno.test("SimulatedHost.failAt() meets as many operations as it is told, with the outcome that it is told", async () => {
  const fleet = new SimulatedFleet({ hosts: { h: {} } });
  fleet.host("h").failAt((operation) => operation.kind === "create-network", {
    exitCode: 9,
    stderr: "no\n",
  }, 2);
  const { session } = await fleet.connect(target("h"));
  const codes = [];
  for (let count = 0; count < 3; count++) {
    codes.push((await session.run(scriptOf(NETWORK)))[0]!.exitCode);
  }
  assertEquals(codes, [9, 9, 0]);
});

Deno.test("SimulatedHost without Docker fails as a shell does, and still has files", async () => {
  const fleet = new SimulatedFleet({
    hosts: { none: { docker: "missing" }, off: { docker: "stopped" } },
  });
  const codes = await Promise.all(["none", "off"].map(async (name) => {
    const { session } = await fleet.connect(target(name));
    assertEquals((await session.run(scriptOf(AUDIT)))[0]!.exitCode, 0);
    return (await session.run(scriptOf(NETWORK)))[0]!;
  }));
  assertEquals(codes.map(({ exitCode }) => exitCode), [127, 1]);
  assert(codes[1]!.stderr.includes("Is the docker daemon running?"));
});

function target(name: string): Parameters<SimulatedFleet["connect"]>[0] {
  return { name, address: name, port: 22, user: "root" };
}

async function open(
  hosts: ConstructorParameters<typeof SimulatedFleet>[0]["hosts"],
): Promise<Session> {
  const fleet = new SimulatedFleet({ hosts });
  return (await fleet.connect(target(Object.keys(hosts)[0]!))).session;
}

function scriptOf(...operations: readonly Operation[]): Script {
  return { steps: operations.map((operation) => ({ shell: "", operations: [operation] })) };
}
