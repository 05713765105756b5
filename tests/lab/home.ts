/**
 * The home folder of somebody who deploys to a lab: key, known hosts, git identity.
 *
 * @module
 */

import type { LabHost } from "./host.ts";
import { run } from "./shell.ts";

/** Makes the home folder with its key, and gives the public key. */
export async function makeHome(home: string): Promise<string> {
  await Deno.mkdir(`${home}/.ssh`, { recursive: true });
  await Deno.chmod(`${home}/.ssh`, 0o700);
  const key = privateKeyFile(home);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key]);
  const identity =
    "[user]\n\tname = Lab\n\temail = lab@example.com\n[init]\n\tdefaultBranch = main\n";
  await Deno.writeTextFile(`${home}/.gitconfig`, identity);
  return await Deno.readTextFile(`${key}.pub`);
}

/** Gives the path of the key that all hosts let in as root. */
export function privateKeyFile(home: string): string {
  return `${home}/.ssh/id_ed25519`;
}

/** Writes known_hosts, and a config so that `ssh -F HOME/.ssh/config host1` works. */
export async function introduceHosts(home: string, hosts: readonly LabHost[]): Promise<void> {
  const known = [];
  const config = [];
  for (const host of hosts) {
    const key = await host.hostKey();
    known.push(`${host.address} ${key}\n${host.delayedAddress} ${key}\n`);
    config.push(`Host ${host.name}\n  HostName ${host.address}\n`);
  }
  const user = [
    "Host *",
    "  User root",
    `  IdentityFile ${privateKeyFile(home)}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${home}/.ssh/known_hosts`,
    "",
  ];
  await Deno.writeTextFile(`${home}/.ssh/known_hosts`, known.join(""), { mode: 0o600 });
  await Deno.writeTextFile(`${home}/.ssh/config`, config.join("") + user.join("\n"));
}
