/**
 * Finds a Python that can install packages, or installs Debian's.
 *
 * @module
 */

import { installFromDebian } from "./apt.ts";
import { attempt, exists } from "./shell.ts";

/**
 * Gives the path of a Python 3 with pip.
 *
 * @throws {LabError} If neither this machine nor Debian has one.
 */
export async function pythonWithPip(): Promise<string> {
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/bin"]) {
    const python = `${folder}/python3`;
    if (!await exists(python)) continue;
    if ((await attempt(python, ["-m", "pip", "--version"])).code === 0) return python;
  }
  await installFromDebian(["python3-pip"]);
  return "/usr/bin/python3";
}
