/**
 * Kamal 1's way to say which machines build: an architecture for each of two.
 *
 * @module
 */

import { closest } from "../config/closest.ts";
import { valueAt, withKey, withoutKey } from "./yaml_at.ts";
import type { ReportNode } from "./yaml_long_form.ts";
import { isMapNode, type YamlMapNode } from "./yaml_node.ts";

/** Kamal 1's keys for the machines that build, with those that mean the same. */
export const OLD_BUILDER_KEYS: ReadonlyMap<string, string> = new Map([
  ["builder.local.arch", "builder.arch"],
  ["builder.remote.arch", "builder.arch"],
  ["builder.remote.host", "builder.remote"],
]);

/** Brings `local` and `remote` with keys of their own to `arch`, `remote` and `local`. */
export function withoutOldBuilder(file: YamlMapNode, report: ReportNode): YamlMapNode {
  const local = mapAt(file, "local");
  const remote = mapAt(file, "remote");
  if (local === undefined && remote === undefined) return file;
  for (const [name, node] of [["local", local], ["remote", remote]] as const) {
    if (node !== undefined) reportOthers(name, node, report);
  }
  const archs = [local, remote].flatMap((node) => valueAt(node, ["arch"]) ?? []);
  const written = valueAt(file, ["builder", "arch"]);
  if (written !== undefined && archs[0] !== undefined) {
    report(archs[0], "is of Kamal 1, and builder.arch is there as well: write that alone");
  }
  let rest = file;
  for (const [name, node] of [["local", local], ["remote", remote]] as const) {
    if (node !== undefined) rest = withoutKey(rest, ["builder", name]);
  }
  // As long as two machines build, there are several architectures anyway.
  const isOfBoth = valueAt(file, ["builder", "multiarch"])?.content === true && archs.length > 1;
  if (isOfBoth) rest = withoutKey(rest, ["builder", "multiarch"]);
  const [first] = archs;
  if (first !== undefined && written === undefined) {
    rest = withKey(rest, ["builder", "arch"], { ...first, content: archs });
  }
  const host = valueAt(remote, ["host"]);
  if (host === undefined) return rest;
  rest = withKey(rest, ["builder", "remote"], host);
  // Kamal 1: without a local one, the remote one builds alone.
  return local === undefined
    ? withKey(rest, ["builder", "local"], { ...host, content: false })
    : rest;
}

function mapAt(file: YamlMapNode, name: string): YamlMapNode | undefined {
  const node = valueAt(file, ["builder", name]);
  return node !== undefined && isMapNode(node) ? node : undefined;
}

function reportOthers(name: "local" | "remote", node: YamlMapNode, report: ReportNode): void {
  const known = name === "local" ? ["arch"] : ["arch", "host"];
  for (const [key, item] of node.content) {
    if (known.includes(key) || item.content === null) continue;
    report(item, name === "local" && key === "host" ? HOST_HERE : unknown(key, known));
  }
}

const HOST_HERE = "is of Kamal 1: the Docker here is that of DOCKER_HOST, leave it out";

function unknown(key: string, known: readonly string[]): string {
  const best = closest(key, known);
  return best === undefined ? "unknown key" : `unknown key, did you mean "${best}"?`;
}
