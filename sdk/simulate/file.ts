/**
 * Files and folders on a simulated host.
 *
 * @module
 */

import type {
  MakeDirectories,
  RemoveEnv,
  RemovePath,
  UploadFile,
  WriteEnv,
  WriteSalt,
} from "../operations/file.ts";
import { folderOf } from "./host.ts";
import { byShell, cannotCreate, done, type Model } from "./model.ts";

/** How folders are made. */
export const makeDirectories: Model<MakeDirectories> = byShell(({ paths }, host) => {
  for (const path of paths) host.makeDirectory(path);
  return done();
});

/** How env files are written: every value stands as the name of its secret. */
export const writeEnv: Model<WriteEnv> = byShell(({ envFile, envScript, secrets }, host) => {
  const missing = [envFile, envScript].find((path) => !host.directories.has(folderOf(path)));
  if (missing !== undefined) return cannotCreate(missing);
  const lines = Object.entries(secrets).map(([name, secret]) => `${name}=[${secret}]`);
  host.write(envFile, `${lines.join("\n")}\n`, "600");
  host.write(envScript, "SEXTANT_ENV=''\n", "600");
  return done();
});

/** How env files are removed. */
export const removeEnv: Model<RemoveEnv> = byShell(({ envFile, envScript }, host) => {
  host.remove(envFile);
  host.remove(envScript);
  return done();
});

/** How the salt is written. Later runs must find the very same one, so it is read off the shell's words. */
export const writeSalt: Model<WriteSalt> = byShell(({ path }, host, shell = "") => {
  if (!host.directories.has(folderOf(path))) return cannotCreate(path);
  const salt = /printf '%s\\n' ([0-9A-Za-z]+) >/.exec(shell)?.[1];
  if (salt === undefined) throw new RangeError("A salt must be of letters and digits");
  host.write(path, `${salt}\n`, "600");
  return done();
});

/** How a file of the project is put on the host: by its name and its digest. */
export const uploadFile: Model<UploadFile> = byShell(({ local, sha256, path, mode }, host) => {
  host.makeDirectory(folderOf(path));
  host.files.set(path, { text: `[${local}]`, mode, sha256 });
  return done();
});

/** How a file or folder is removed. */
export const removePath: Model<RemovePath> = byShell(({ path }, host) => {
  host.remove(path);
  return done();
});
