/**
 * The lab by hand: `deno run -A tests/lab/lab.ts up | down | status`.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { Lab } from "./running_lab.ts";
import { isOwned, type LabRecord, labs } from "./record.ts";
import { until } from "./shell.ts";
import { reap } from "./teardown.ts";
import { up } from "./up.ts";

const USAGE =
  `deno run -A tests/lab/lab.ts up [--hosts 2] [--disk MiB]   stays until it is told to end
deno run -A tests/lab/lab.ts down     labs started with up, and what dead processes left behind
deno run -A tests/lab/lab.ts status   labs of this machine
`;

/** Runs one command and gives the exit status: 0, or 2 for words that make no sense. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], { string: ["hosts", "disk"], default: { hosts: "2" } });
  const [hosts, disk] = [Number(options.hosts), Number(options.disk ?? "0")];
  const isUsable = Number.isInteger(hosts) && Number.isInteger(disk) && options._.length === 1;
  switch (isUsable ? options._[0] : undefined) {
    case "up":
      await keep(await up({ hosts, isKept: true, ...(disk > 0 ? { diskMiB: disk } : {}) }));
      return 0;
    case "down":
      say((await downAll()).map((id) => `lab ${id} is down\n`).join(""));
      return 0;
    case "status":
      for (const lab of await labs()) say(`${await statusOf(lab)}\n`);
      return 0;
    default:
      await Deno.stderr.write(new TextEncoder().encode(USAGE));
      return 2;
  }
}

/** Stays until a signal comes, and takes the lab down then. */
async function keep(lab: Lab): Promise<void> {
  say(describe(lab));
  await new Promise<void>((resolve) => {
    Deno.addSignalListener("SIGINT", resolve);
    Deno.addSignalListener("SIGTERM", resolve);
  });
  await lab.down();
}

function describe(lab: Lab): string {
  const hosts = lab.hosts.map((host) =>
    `${host.name}  ${host.address}  ssh -F ${lab.home}/.ssh/config ${host.name}\n`
  );
  return [
    ...hosts,
    `registry  ${lab.registry.address}\n`,
    `builder  DOCKER_HOST=${lab.builder.dockerHost} /usr/bin/docker\n`,
    `home  ${lab.home}\n`,
    "End it with Ctrl-C, or from elsewhere with: deno run -A tests/lab/lab.ts down\n",
  ].join("");
}

/** Asks the keepers of labs to end and cleans up after the dead; gives the labs that are gone. */
async function downAll(): Promise<string[]> {
  const kept = [];
  for (const lab of await labs()) {
    if (!("owner" in lab) || !lab.isKept || !await isOwned(lab)) continue;
    Deno.kill(lab.owner.pid, "SIGTERM");
    kept.push(lab);
  }
  for (const lab of kept) {
    await until(`lab ${lab.id} to end`, async () => !await isOwned(lab), 60_000);
  }
  return [...kept.map((lab) => lab.id), ...await reap()];
}

async function statusOf(lab: LabRecord | { readonly id: string }): Promise<string> {
  if (!("owner" in lab)) return `${lab.id}  left behind`;
  const state = await isOwned(lab) ? `in use by process ${lab.owner.pid}` : "left behind";
  return `${lab.id}  ${lab.range}.0/24  ${state}`;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
