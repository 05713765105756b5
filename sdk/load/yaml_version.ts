/**
 * The oldest Kamal that a file is meant for.
 *
 * @module
 */

import { isMapNode, textOf, type YamlNode } from "./yaml_node.ts";
import type { NodeProblem } from "./yaml_spec.ts";

/** The Kamal that configurations are read as. */
export const KAMAL_VERSION = "2.12.0";

/** Complains about a `minimum_version` that is later than what is known here. */
export function checkMinimumVersion(root: YamlNode): readonly NodeProblem[] {
  const node = isMapNode(root) ? root.content.get("minimum_version") : undefined;
  if (node === undefined || node.content === null) return [];
  // As it is written: the number 2.20 would be 2.2.
  const version = node.document.plainAt(node.path) ?? textOf(node) ?? "";
  if (!/^\d+(\.\w+)*$/.test(version)) {
    return [{ node, message: 'should be a version, such as "2.0.0"' }];
  }
  if (compare(version, KAMAL_VERSION) <= 0) return [];
  const message = `asks for Kamal ${version}, this reads what Kamal ${KAMAL_VERSION} does`;
  return [{ node, message }];
}

/** Compares versions part by part; a part with letters comes before the release. */
function compare(one: string, other: string): number {
  const [first, second] = [one, other].map((version) =>
    version.split(".").map((part) => /^\d+$/.test(part) ? Number(part) : -1)
  );
  for (let index = 0; index < Math.max(first?.length ?? 0, second?.length ?? 0); index++) {
    const difference = (first?.[index] ?? 0) - (second?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
