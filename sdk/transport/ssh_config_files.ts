import { basename, dirname, isAbsolute, join } from "node:path";
import { patternRegExp } from "./pattern.ts";

/** A path whose `~` stands for a home directory. */
export function underHome(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

/** A file's text; a file that cannot be read says nothing. */
export async function fileText(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch(() => "");
}

/** The files that a path names, in order; `*` and `?` in it stand for any, and it begins in the given folder. */
export async function matchingFiles(path: string, folder: string): Promise<readonly string[]> {
  const whole = isAbsolute(path) ? path : join(folder, path);
  if (!/[*?]/.test(whole)) return [whole];
  const parents = await matchingFiles(dirname(whole), folder);
  const found = await Promise.all(parents.map((parent) => entriesOf(parent, basename(whole))));
  return found.flat();
}

async function entriesOf(folder: string, pattern: string): Promise<readonly string[]> {
  if (!/[*?]/.test(pattern)) return [join(folder, pattern)];
  const wanted = patternRegExp(pattern);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const isHidden = name.startsWith(".") && !pattern.startsWith(".");
      if (!isHidden && wanted.test(name)) names.push(name);
    }
  } catch {
    // A folder that is not there has no files.
  }
  return names.toSorted().map((name) => join(folder, name));
}
