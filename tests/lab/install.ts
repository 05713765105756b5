/**
 * Says whether a lab can run on this machine, and installs what it needs from Debian's packages.
 *
 * @module
 */

import { attempt, exists, LabError, run } from "./shell.ts";

/** Answer of {@linkcode canRunLab}. */
export type Ability =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string };

/** What a package puts on the machine that the lab uses. */
const PACKAGES: Readonly<Record<string, string>> = {
  "docker.io": "/usr/sbin/dockerd",
  "iptables": "/usr/sbin/iptables",
  "openssh-server": "/usr/sbin/sshd",
  "openssh-client": "/usr/bin/ssh-keygen",
  "docker-registry": "/usr/bin/docker-registry",
  "busybox-static": "/bin/busybox",
  "iproute2": "/usr/sbin/ip",
  "python3-minimal": "/usr/bin/python3",
  "git": "/usr/bin/git",
  "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
};

const CAP_SYS_ADMIN = 1n << 21n;
const POLICY_FILE = "/usr/sbin/policy-rc.d";

/** Tells whether hosts can be made here; installs and changes nothing. */
export function canRunLab(): Ability {
  if (Deno.build.os !== "linux") {
    return no(`hosts are made of Linux namespaces, not on ${Deno.build.os}`);
  }
  if (Deno.uid() !== 0) return no("hosts are made as root");
  if (!hasSystemAdministration()) return no("this root may not make namespaces (CAP_SYS_ADMIN)");
  if (!isThere("/dev/net/tun")) return no("there is no /dev/net/tun");
  if (missingPackages().length > 0 && !isThere("/usr/bin/apt-get")) {
    return no(`apt-get is needed to install ${missingPackages().join(", ")}`);
  }
  return { ok: true };
}

/**
 * Installs the packages that are missing; changes nothing when all are there.
 *
 * @throws {LabError} If a package cannot be had.
 */
export async function installPackages(progress: (text: string) => void): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  progress(`installing ${missing.join(", ")}`);
  const ownPolicy = await forbidServiceStarts();
  try {
    if (!await hasPackageLists() || !await aptInstall(missing)) {
      await run("/usr/bin/apt-get", ["-qq", "update"]);
      await aptInstall(missing);
    }
  } finally {
    if (ownPolicy) await Deno.remove(POLICY_FILE);
  }
  const still = missingPackages();
  if (still.length === 0) return;
  throw new LabError(
    `Cannot install ${still.join(", ")}; run apt-get install ${still.join(" ")} to see why`,
  );
}

function missingPackages(): string[] {
  return Object.keys(PACKAGES).filter((name) => !isThere(PACKAGES[name] ?? ""));
}

async function aptInstall(names: readonly string[]): Promise<boolean> {
  const lock = ["-o", "DPkg::Lock::Timeout=300"];
  const output = await attempt(
    "/usr/bin/apt-get",
    [...lock, "-qq", "-y", "--no-install-recommends", "install", ...names],
    { env: { DEBIAN_FRONTEND: "noninteractive" } },
  );
  return output.code === 0;
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

function hasSystemAdministration(): boolean {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"));
  return (BigInt(`0x${line?.[1] ?? "0"}`) & CAP_SYS_ADMIN) !== 0n;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function no(why: string): Ability {
  return { ok: false, why };
}
