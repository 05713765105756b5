import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { quote } from "../../sdk/command.ts";
import { serverTest, type SshServer, startServer } from "./ssh_server.ts";

const PROGRAM = new URL("interact_program.ts", import.meta.url).pathname;

/** Runs the program with the given input, in a terminal of its own if asked to. */
async function interact(
  args: readonly string[],
  input: string,
  inTerminal = false,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const words = [Deno.execPath(), "run", "--quiet", "--allow-all", PROGRAM, ...args];
  const line = `stty rows 33 cols 77; ${words.map(quote).join(" ")}`;
  const [program, ...rest] = inTerminal ? ["script", "-qec", line, "/dev/null"] : words;
  const child = new Deno.Command(program!, {
    args: rest,
    env: { TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  // A terminal has no end of input; its end would end the command.
  if (!inTerminal) await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (inTerminal) await writer.close().catch(() => {});
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function ssh({ home, target }: SshServer, shell: string): readonly string[] {
  return ["ssh", home, String(target.port), target.user, shell];
}

const TALK = 'read -r name; echo "it\'s $name \\\\ !"; echo err >&2; exit 7';

Deno.test("interact() gives a local command this process's streams, and gives its exit code", async () => {
  const { code, stdout, stderr } = await interact(["local", TALK], "ada\n");
  assertEquals([code, stdout, stderr], [7, "it's ada \\ !\n", "err\n"]);
});

serverTest("interact() gives a command on a host this process's streams", async () => {
  await using server = await startServer();
  const { code, stdout, stderr } = await interact(ssh(server, TALK), "ada\n");
  assertEquals([code, stdout, stderr], [7, "it's ada \\ !\n", "err\n"]);
});

serverTest("interact() tells a command on a host that the input has ended", async () => {
  await using server = await startServer();
  const { code, stdout } = await interact(ssh(server, "wc -c"), "x".repeat(100_000));
  assertEquals([code, stdout.trim()], [0, "100000"]);
});

serverTest("interact() needs no more than one channel", async () => {
  await using server = await startServer(["MaxSessions 1"]);
  const { code, stdout } = await interact(ssh(server, "echo on"), "");
  assertEquals([code, stdout], [0, "on\n"]);
});

serverTest("interact() hands over a terminal of the same kind and size", async () => {
  await using server = await startServer();
  const shell =
    'stty size; echo "$TERM"; test -t 0 && test -t 1; echo "tty $?"; read -r x; echo "got $x"; exit 7';
  const { code, stdout } = await interact(ssh(server, shell), "ada\r", true);
  assertEquals(code, 7);
  const lines = stdout.split("\n").map((line) => line.trim());
  assertEquals(lines.slice(-5), ["33 77", "xterm", "tty 0", "got ada", ""]);
});

serverTest("interact() gives a command that a signal ended the exit code of a shell", async () => {
  await using server = await startServer();
  const { code } = await interact(ssh(server, "kill -TERM $$"), "");
  assertEquals(code, 143);
});
