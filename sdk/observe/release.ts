/**
 * Lines of the ledger of releases, read.
 *
 * @module
 */

import type { ReleaseState } from "./host_state.ts";

/** Reads a line; one that cannot be read is left out. */
export function parseRelease(line: string): readonly ReleaseState[] {
  return line.startsWith("{") ? parseJsonLine(line) : parseWords(line);
}

function parseJsonLine(line: string): readonly ReleaseState[] {
  try {
    const facts = noneFromNull(JSON.parse(line)) as Readonly<Record<string, unknown>>;
    const { version, status } = facts;
    if (typeof version !== "string" || typeof status !== "string") return [];
    return [{
      version,
      status,
      at: textOf(facts["at"]) ?? "",
      performer: textOf(facts["performer"]) ?? "",
      image: textOf(facts["image"]),
      digest: textOf(facts["digest"]),
      env: textOf(facts["env"]),
      hosts: Array.isArray(facts["hosts"]) ? facts["hosts"].map(String) : [],
      roles: Array.isArray(facts["roles"]) ? facts["roles"] : [],
    }];
  } catch {
    return [];
  }
}

/** Lines were once a version, a time and a name, and all of them had served. */
function parseWords(line: string): readonly ReleaseState[] {
  const [version = "", at = "", ...performer] = line.split(" ");
  if (version === "" || Number.isNaN(Date.parse(at))) return [];
  const unknown = { image: undefined, digest: undefined, env: undefined, hosts: [], roles: [] };
  return [{ version, status: "succeeded", at, performer: performer.join(" "), ...unknown }];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function noneFromNull(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(noneFromNull);
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, noneFromNull(inner)]),
  );
}
