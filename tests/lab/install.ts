/**
 * Says whether a lab can run on this machine, and installs what it needs from Debian's packages.
 *
 * @module
 */

import { installFromDebian } from "./apt.ts";
import { LabError } from "./shell.ts";

/** Answer of {@linkcode canRunLab}. */
export type Ability =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string };

/** What the lab uses of each package: it is there when one of the paths is. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // The second is that of Docker's own package, which serves as well.
  "docker.io": ["/usr/sbin/dockerd", "/usr/bin/dockerd"],
  "iptables": ["/usr/sbin/iptables"],
  "openssh-server": ["/usr/sbin/sshd"],
  "openssh-client": ["/usr/bin/ssh-keygen"],
  "docker-registry": ["/usr/bin/docker-registry"],
  // The package busybox has a program at the same path that needs libraries.
  "busybox-static": ["/var/lib/dpkg/info/busybox-static.list"],
  "iproute2": ["/usr/sbin/ip", "/sbin/ip"],
  "python3-minimal": ["/usr/bin/python3"],
  "git": ["/usr/bin/git"],
  "openssl": ["/usr/bin/openssl"],
  "ca-certificates": ["/etc/ssl/certs/ca-certificates.crt"],
};

const CAP_SYS_ADMIN = 1n << 21n;

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
  await installFromDebian(missing);
  const still = missingPackages();
  if (still.length === 0) return;
  throw new LabError(
    `Installed ${still.join(", ")}, yet its programs are not where Debian has them`,
  );
}

function missingPackages(): string[] {
  return Object.keys(PACKAGES).filter((name) => !PACKAGES[name]?.some(isThere));
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
