import { assertEquals, assertRejects } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { RecordingTransport } from "../../sdk/transport/recording.ts";
import { HERE, script, stubbornScript } from "./steps.ts";

Deno.test("RecordingTransport writes down what would run and answers with success", async () => {
  const transport = new RecordingTransport();
  const { session, first } = await transport.connect(HERE, { first: script("docker version") });
  const results = await session.run(script("docker ps"));
  assertEquals(transport.log, ["here$ docker version", "here$ docker ps"]);
  assertEquals([...first, ...results].map(({ exitCode, stdout }) => [exitCode, stdout]), [[0, ""], [
    0,
    "",
  ]]);
  assertEquals(session.exchanges, 2);
});

Deno.test("RecordingTransport answers by its rules, and ends a script where a host would", async () => {
  const transport = new RecordingTransport([
    [/docker pull/, { exitCode: 1, stderr: "no such image\n" }],
    [/^here\$/, { stdout: "yes\n" }],
  ]);
  const { session } = await transport.connect(HERE);
  const seen: string[] = [];
  const steps = ["echo", "docker pull app", "never"];
  const results = await session.run(script(...steps), {
    onBegin: (step) => seen.push(`begin ${step}`),
    onOutput: (step, stream, text) => seen.push(`${stream} ${step} ${text}`),
    onEnd: (step, { exitCode }) => seen.push(`end ${step} ${exitCode}`),
  });
  assertEquals(results.map(({ exitCode }) => exitCode), [0, 1, undefined]);
  assertEquals(seen, [
    ...["begin 0", "stdout 0 yes\n", "end 0 0"],
    ...["begin 1", "stderr 1 no such image\n", "end 1 1"],
  ]);
  assertEquals(transport.log.length, 2);
  await session.run(stubbornScript(...steps));
  assertEquals(transport.log.length, 5);
});

Deno.test("RecordingTransport shows steps as it is told to", async () => {
  const transport = new RecordingTransport(
    [],
    (step) => step.operations.map(({ kind }) => kind).join(),
  );
  const { session } = await transport.connect(HERE);
  await session.run({ steps: [{ shell: "echo secret", operations: [{ kind: "write-file" }] }] });
  assertEquals(transport.log, ["here$ write-file"]);
});

Deno.test("RecordingTransport runs nothing after its signal is aborted", async () => {
  const transport = new RecordingTransport();
  const { session } = await transport.connect(HERE);
  const controller = new AbortController();
  const onEnd = (): void => controller.abort();
  const results = await session.run(script("one", "two"), { signal: controller.signal, onEnd });
  assertEquals(results.map(({ exitCode }) => exitCode), [0, undefined]);
  assertEquals(transport.log, ["here$ one"]);
  await assertRejects(() => session.interact("sh"), SextantError, "no terminal");
});
