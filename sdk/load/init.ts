/**
 * Starts a project: the files that `sextant init` writes.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { HOOK_NAMES, isOldHook } from "../config/hook.ts";
import { messageOf, SextantError } from "../errors.ts";
import { deployTemplate, hookTemplate, SECRETS_TEMPLATE } from "./init_templates.ts";

/** What became of each file, relative to the project. */
export interface InitResult {
  /** Files that were written. */
  readonly created: readonly string[];
  /** Files that were there and stayed as they are. */
  readonly kept: readonly string[];
}

interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Another file that makes this one needless. */
  readonly unless?: string;
  readonly mode?: number;
}

/**
 * Writes `deploy.ts`, `.kamal/secrets` and a sample of each hook, each only where it is absent.
 *
 * @throws {SextantError} `USAGE` if a file cannot be written.
 */
export async function initProject(root: string): Promise<InitResult> {
  const created: string[] = [];
  const kept: string[] = [];
  for (const file of newFiles(root)) {
    if (file.unless !== undefined && await exists(resolve(root, file.unless))) {
      kept.push(file.unless);
    } else if (await create(root, file)) created.push(file.path);
    else kept.push(file.path);
  }
  return { created, kept };
}

function newFiles(root: string): readonly NewFile[] {
  return [
    // Of the two places deploy.ts comes first, and would hide the other.
    { path: "deploy.ts", text: deployTemplate(serviceName(root)), unless: "config/deploy.ts" },
    // Kamal 1's env file is read only where there is no file of secrets.
    { path: ".kamal/secrets", text: SECRETS_TEMPLATE, unless: ".kamal/.env" },
    ...HOOK_NAMES.filter((name) => !isOldHook(name)).map((name) => ({
      path: `.kamal/hooks/${name}.sample`,
      text: hookTemplate(name),
      mode: 0o755,
    })),
  ];
}

async function create(root: string, { path, text, mode = 0o644 }: NewFile): Promise<boolean> {
  const target = resolve(root, path);
  try {
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, text, { createNew: true, mode });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && await exists(target)) return false;
    throw new SextantError("USAGE", `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The name of the folder, as far as a service may be called so. */
function serviceName(root: string): string {
  const name = basename(resolve(root)).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return name.replaceAll(/^-|-$/g, "") || "my-app";
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
