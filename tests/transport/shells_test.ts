import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { quote } from "../../sdk/command.ts";
import type { Link } from "../../sdk/transport/link.ts";
import { LocalLink } from "../../sdk/transport/local_link.ts";
import { Shell } from "../../sdk/transport/shell.ts";
import { HERE, KILL_SHELL, script, stubbornScript } from "./steps.ts";

/** What a user may have for a login shell, and what may stand behind `sh` on a host. */
const LOGIN_SHELLS = ["bash", "dash", "zsh", "ksh93", "mksh", "fish", "tcsh"];
const SH = ["dash", "bash", "busybox", "ksh93", "mksh"];

for (const name of LOGIN_SHELLS) {
  const path = await find(name);
  Deno.test({
    name: path ? `run() works from ${name}` : `run() works from ${name} (it is not installed)`,
    ignore: path === undefined,
    fn: () => check((link) => (command) => link(`exec ${path} -c ${quote(command)}`)),
  });
}

for (const name of SH) {
  const path = await find(name);
  Deno.test({
    name: path
      ? `run() works on ${name} as sh`
      : `run() works on ${name} as sh (it is not installed)`,
    ignore: path === undefined,
    async fn() {
      const folder = await Deno.makeTempDir();
      await Deno.symlink(path!, join(folder, "sh"));
      try {
        await check((link) => (command) => link(`PATH=${folder}:$PATH; ${command}`));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

type Start = (command: string) => string;

/** Runs the whole protocol over links whose commands are changed a little. */
async function check(change: (as: Start) => Start): Promise<void> {
  const links: LocalLink[] = [];
  const dial = (): Promise<Link> => {
    const inner = new LocalLink({});
    links.push(inner);
    const toCommand = change((command) => command);
    return Promise.resolve({
      start: (command, receive) => inner.start(toCommand(command), receive),
      interact: (shell) => inner.interact(shell),
      close: () => inner.close(),
    });
  };
  const { session, first } = await Shell.open(
    HERE,
    { dial, home: true, beginSeconds: 8, reconnectSeconds: 5 },
    { first: script(`printf '%s\\n' "it's"'\\!'; echo err >&2`) },
  );
  assertEquals([first[0]!.stdout, first[0]!.stderr], ["it's\\!\n", "err\n"]);

  const steps = ["exit 3", "echo 'open", "head -c 300000 /dev/zero", "kill -9 $$", "echo never"];
  const results = await session.run(stubbornScript(...steps));
  const [exit, open, large, killed, never] = results;
  assertEquals([exit!.exitCode, large!.exitCode], [3, 0]);
  assert(open!.exitCode! > 0);
  assertEquals([killed!.exitCode, never!.exitCode], [undefined, undefined]);
  assertEquals(large!.stdout, "\0".repeat(300_000));

  const controller = new AbortController();
  const cancelled = await session.run(script("echo on; sleep 300"), {
    signal: controller.signal,
    onOutput: () => controller.abort(),
  });
  assertEquals(cancelled.map(({ exitCode, stdout }) => [exitCode, stdout]), [[undefined, "on\n"]]);

  const count = "for i in 1 2 3 4 5 6; do echo $i; echo e$i >&2; sleep 0.06; done";
  const resumed = await session.run(script(count, KILL_SHELL, count));
  for (const { exitCode, stdout, stderr } of [resumed[0]!, resumed[2]!]) {
    const lines = ["1\n2\n3\n4\n5\n6\n", "e1\ne2\ne3\ne4\ne5\ne6\n"];
    assertEquals([exitCode, stdout, stderr], [0, ...lines]);
  }
  assertEquals(links.length, 2);
  await session.close();
}

async function find(name: string): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output();
  return new TextDecoder().decode(stdout).trim() || undefined;
}
