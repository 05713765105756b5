/**
 * Kamal 1's env templates: `.env.erb` becomes `.env`, `.env.<destination>.erb` becomes `.env.<destination>`.
 *
 * @module
 */

import { parse } from "@std/dotenv";
import { resolve } from "node:path";
import { ConfigError, SextantError } from "../errors.ts";
import { ERB_FORMS, fillErb } from "./erb.ts";
import { runHere } from "./erb_command.ts";

/** Where a template is, and what it may look at. */
export interface EnvTemplateOptions {
  /** Folder of the project, in which commands run. */
  readonly root: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** An env file as its template makes it; not written yet. */
export interface RenderedEnv {
  /** Path of the file, relative to the project. */
  readonly path: string;
  /** What it will hold. */
  readonly text: string;
  /** What it holds; `undefined` where there is none. */
  readonly before: string | undefined;
}

/**
 * Fills in the template of a destination: that in `.kamal`, else that in the project's folder.
 *
 * @throws {SextantError} `USAGE` if there is none, or the file that it makes would not be read.
 * @throws {ConfigError} If its ERB cannot be filled in; names all of it.
 */
export async function renderEnv(
  { root, destination, env }: EnvTemplateOptions,
): Promise<RenderedEnv> {
  const name = destination === undefined ? ".env" : `.env.${destination}`;
  const read = (path: string): Promise<string | undefined> => readIfPresent(resolve(root, path));
  for (const folder of [".kamal/", ""]) {
    const path = folder + name;
    const source = await read(`${path}.erb`);
    if (source === undefined) continue;
    if (folder === "") await refuseUnread(path, [".kamal/.env", `.kamal/${name}`], read);
    const own = destination === undefined ? env : { ...env, KAMAL_DESTINATION: destination };
    return { path, text: await fill(source, `${path}.erb`, root, own), before: await read(path) };
  }
  throw new SextantError("USAGE", `there is no .kamal/${name}.erb and no ${name}.erb to envify`, {
    hint: "sextant env push writes what the secrets are now to the hosts.",
  });
}

/** Writes an env file, which only its owner can read; it is there as a whole or not at all. */
export async function writeEnv(root: string, { path, text }: RenderedEnv): Promise<void> {
  const target = resolve(root, path);
  const draft = await Deno.makeTempFile({ dir: resolve(target, ".."), prefix: ".env.draft-" });
  try {
    await Deno.chmod(draft, 0o600);
    await Deno.writeTextFile(draft, text);
    await Deno.rename(draft, target);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

/** What a new text does to a file that is there, by names alone, such as `TOKEN changes, KEY goes`. */
export function changesOf({ before = "", text }: RenderedEnv): string {
  const [old, now] = [parse(before), parse(text)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted();
  const changes = names.flatMap((name) => {
    if (!Object.hasOwn(old, name)) return [`${name} comes`];
    if (!Object.hasOwn(now, name)) return [`${name} goes`];
    return old[name] === now[name] ? [] : [`${name} changes`];
  });
  return changes.length > 0 ? changes.join(", ") : "its values stay";
}

async function fill(
  source: string,
  path: string,
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const run = (command: string): Promise<string> => runHere(command, root, env);
  const { text, problems } = await fillErb(source, { env, run }, "text");
  if (problems.length === 0) return text;
  throw new ConfigError(
    problems.map(({ line, message }) => ({ path: "", message, position: `${path}:${line}` })),
    { hint: `${ERB_FORMS}; put any other value into a variable of the environment.` },
  );
}

async function refuseUnread(
  path: string,
  others: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<void> {
  for (const other of others) {
    if (await read(other) === undefined) continue;
    throw new SextantError("USAGE", `${path} would not be read, ${other} is there`, {
      hint: `Keep them in one place: mv ${path}.erb .kamal/`,
    });
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.IsADirectory;
    if (isMissing) return undefined;
    throw error;
  }
}
