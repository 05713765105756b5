/**
 * What git knows of the project: the version to deploy and the names of its author.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { SextantError } from "../errors.ts";

/** The version of a project, and why it is that one. */
export interface ProjectVersion {
  /** Tag of the image: a commit, with `_uncommitted_` and 16 hex digits where the folder differs from it. */
  readonly version: string;
  /** Whether the folder differs from the commit; false for a version that was given. */
  readonly isDirty: boolean;
  /** Paths that differ, relative to the repository, sorted. */
  readonly changed: readonly string[];
}

/** A version that was given, which wins over git's. */
export interface VersionOptions {
  /** The version that the user asked for. */
  readonly version?: string | undefined;
  /** The environment; its `VERSION` comes second. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Kamal: versions are image tags. */
const VERSION_REGEXP = /^\w[\w.-]{0,127}$/;

/**
 * Finds the version to deploy: the given one, else the environment's `VERSION`, else git's. The same files give the
 * same version, whether or not they are staged.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` without a git commit; `USAGE` if a given version cannot be an image's tag.
 */
export async function projectVersion(
  root: string,
  { version, env }: VersionOptions = {},
): Promise<ProjectVersion> {
  const given = version || env?.["VERSION"];
  if (!given) return await gitVersion(root);
  if (!VERSION_REGEXP.test(given)) {
    throw new SextantError("USAGE", `"${given}" cannot be a version: it is no valid image tag`, {
      hint: "Use letters, digits, dots, dashes and underscores, 128 at most.",
    });
  }
  return { version: given, isDirty: false, changed: [] };
}

/** A setting of git for this project, such as `user.email`; `undefined` where it is not set, or there is no git. */
export async function gitSetting(root: string, name: string): Promise<string | undefined> {
  const { isDone, output } = await git(root, "config", "--get", name);
  const [value = ""] = isDone ? output.split("\n") : [];
  return value.trim() || undefined;
}

async function gitVersion(root: string): Promise<ProjectVersion> {
  const top = await git(root, "rev-parse", "--show-toplevel");
  if (!top.isDone) throw unknown(`there is no git repository in ${root}`, top);
  const head = await git(root, "rev-parse", "--verify", "--quiet", "HEAD");
  if (!head.isDone) throw unknown(`the git repository in ${root} has no commit yet`, head);

  const commit = head.output.trim();
  const repository = top.output.replace(/\n$/, "");
  const changed = await changedPaths(repository);
  if (changed.length === 0) return { version: commit, isDirty: false, changed };
  const digest = await digestOf(repository, changed);
  return { version: `${commit}_uncommitted_${digest}`, isDirty: true, changed };
}

async function changedPaths(repository: string): Promise<readonly string[]> {
  const status = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"];
  const answer = await git(repository, ...status);
  if (!answer.isDone) throw unknown(`git cannot tell what has changed in ${repository}`, answer);
  // Each entry is two letters, a space and a path; a file that git is to forget has two entries.
  const paths = answer.output.split("\0").filter((entry) => entry).map((entry) => entry.slice(3));
  return [...new Set(paths)].sort();
}

/** Digests what stands at the changed paths, not how git would describe it: staging a file changes nothing. */
async function digestOf(repository: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${path}\0`);
    hash.update(await contentOf(join(repository, path)));
    hash.update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

async function contentOf(path: string): Promise<string> {
  const info = await lstatIfPresent(path);
  if (info === undefined) return "deleted";
  if (info.isSymlink) return `link ${await Deno.readLink(path)}`;
  if (info.isDirectory) return await folderContent(path);
  const isExecutable = ((info.mode ?? 0) & 0o100) !== 0;
  return `${isExecutable ? "program" : "file"} ${await fileDigest(path)}`;
}

/** A submodule or another repository has a version; any other folder has its own entries in the list. */
async function folderContent(path: string): Promise<string> {
  const top = await git(path, "rev-parse", "--show-toplevel");
  const isRepository = top.output.replace(/\n$/, "") === await Deno.realPath(path);
  return isRepository ? `repository ${(await gitVersion(path)).version}` : "folder";
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    using file = await Deno.open(path);
    for await (const chunk of file.readable) hash.update(chunk);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "unreadable";
    throw error;
  }
  return hash.digest("hex");
}

async function lstatIfPresent(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

interface GitAnswer {
  readonly isDone: boolean;
  readonly output: string;
  readonly complaint: string;
}

async function git(folder: string, ...args: readonly string[]): Promise<GitAnswer> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      // Reading must not write to the repository, which may be in use or belong to somebody else.
      env: { GIT_OPTIONAL_LOCKS: "0" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return {
      isDone: success,
      output: decoder.decode(stdout),
      complaint: decoder.decode(stderr).trim(),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { isDone: false, output: "", complaint: "git is not installed" };
  }
}

function unknown(message: string, { complaint }: GitAnswer): SextantError {
  return new SextantError("VERSION_UNKNOWN", message, {
    hint: "Name the version: --version, or VERSION in the environment.",
    details: complaint.split("\n").filter((line) => line),
  });
}
