/**
 * Files and folders that an accessory mounts.
 *
 * @module
 */

import * as z from "zod";
import type { AccessoryDirectory, AccessoryFile } from "./resolve_accessories.ts";
import { type MountFields, type MountInput, parseMount } from "./mount.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { strict, text } from "./schema.ts";

const mountFieldsSchema = strict<MountFields>({
  local: text().meta({
    description: "Path in the project for a file, on the host for a folder",
    example: "my.cnf",
  }),
  remote: text().meta({ description: "Path in the container", example: "/etc/mysql/my.cnf" }),
  mode: z.string().check(z.regex(/^[0-7]{3,4}$/, {
    error: 'should be an octal mode as text, such as "644"',
  })).optional().meta({
    description: "Octal mode on the host, as text; files have 755 without it",
    example: "644",
  }),
  owner: text().optional().meta({
    description: "Owner on the host, as chown takes it",
    example: "1000:1000",
  }),
  options: text().optional().meta({
    description: "Options of the mount, such as ro for read-only",
    example: "ro",
  }),
});

/** Checks what is mounted. */
export const mountsSchema: z.ZodType<readonly MountInput[]> = z.array(
  z.union([z.string(), mountFieldsSchema]),
);

/** Fills the defaults of uploaded files; `digests` has the SHA-256 of each local file. */
export function resolveFiles(
  mounts: readonly MountInput[] = [],
  service: string,
  digests: Readonly<Record<string, string>>,
  path: ConfigPath,
  report: ReportProblem,
): readonly AccessoryFile[] {
  return mounts.flatMap((mount, index) => {
    const file = checkMount(mount, [...path, index], report);
    if (!file) return [];
    const sha256 = Object.hasOwn(digests, file.local) ? digests[file.local] : undefined;
    if (sha256 === undefined) {
      report([...path, index], `needs the file ${JSON.stringify(file.local)}, which was not read`);
      return [];
    }
    return [{
      local: file.local,
      hostPath: `${service}/${file.remote.replace(/^\/+/, "")}`,
      containerPath: file.remote,
      mode: file.mode ?? "755",
      owner: file.owner,
      mountOptions: file.options,
      sha256,
    }];
  });
}

/** Fills the defaults of mounted folders. */
export function resolveDirectories(
  mounts: readonly MountInput[] = [],
  service: string,
  path: ConfigPath,
  report: ReportProblem,
): readonly AccessoryDirectory[] {
  return mounts.flatMap((mount, index) => {
    const directory = checkMount(mount, [...path, index], report);
    if (!directory) return [];
    const { local, remote, mode, owner, options } = directory;
    return [{
      hostPath: local.startsWith("/") ? local : `${service}/${local}`,
      containerPath: remote,
      mode,
      owner,
      mountOptions: options,
    }];
  });
}

function checkMount(
  mount: MountInput,
  path: ConfigPath,
  report: ReportProblem,
): MountFields | undefined {
  const fields = parseMount(mount);
  if (!fields?.remote.startsWith("/")) {
    report(path, 'should be "local:/path/in/container" or "local:/path/in/container:options"');
    return undefined;
  }
  if (fields.remote.split("/").includes("..")) {
    report(path, 'should have no ".." in the path in the container');
    return undefined;
  }
  return fields;
}
