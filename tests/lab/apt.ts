/**
 * Debian's packages.
 *
 * @module
 */

import { attempt, exists, LabError } from "./shell.ts";

const POLICY_FILE = "/usr/sbin/policy-rc.d";

/**
 * Installs packages without what they recommend, and without starting a service.
 *
 * @throws {LabError} If one cannot be had, or would drive another package off the machine.
 */
export async function installFromDebian(names: readonly string[]): Promise<void> {
  const ownPolicy = await forbidServiceStarts();
  try {
    if (await hasPackageLists() && await install(names)) return;
    await apt("update");
    if (await install(names)) return;
  } finally {
    if (ownPolicy) await Deno.remove(POLICY_FILE);
  }
  const all = names.join(" ");
  throw new LabError(`Cannot install ${all}; run apt-get install --no-remove ${all} to see why`);
}

async function install(names: readonly string[]): Promise<boolean> {
  // Only busybox may go, which its static sister replaces; nothing else of the machine.
  const sister = "busybox-static";
  const others = names.filter((name) => name !== sister);
  return await apt("install", "--no-remove", ...others) &&
    (!names.includes(sister) || await apt("install", sister));
}

async function apt(...words: string[]): Promise<boolean> {
  const options = ["-o", "DPkg::Lock::Timeout=300", "-qq", "-y", "--no-install-recommends"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  return (await attempt("/usr/bin/apt-get", [...options, ...words], { env })).code === 0;
}

/** Packages start their daemons when they are installed; the machine's own Docker and sshd are not ours to start. */
async function forbidServiceStarts(): Promise<boolean> {
  if (await exists(POLICY_FILE)) return false;
  await Deno.writeTextFile(POLICY_FILE, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  return true;
}

async function hasPackageLists(): Promise<boolean> {
  for await (const entry of Deno.readDir("/var/lib/apt/lists")) {
    if (entry.name.includes("_Packages")) return true;
  }
  return false;
}
