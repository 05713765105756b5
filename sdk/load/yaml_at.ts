/**
 * Values of a YAML file by the keys that lead to them.
 *
 * @module
 */

import { isMapNode, type YamlMapNode, type YamlNode } from "./yaml_node.ts";

/** The value at a place; a key without a value counts as not there. */
export function valueAt(node: YamlNode | undefined, keys: readonly string[]): YamlNode | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return node?.content === null ? undefined : node;
  return isMapNode(node) ? valueAt(node.content.get(key), rest) : undefined;
}

/** Sets a value, making what is missing around it; what is there and holds no keys is left to the schema. */
export function withKey(file: YamlMapNode, keys: readonly string[], value: YamlNode): YamlMapNode {
  const [key = "", ...rest] = keys;
  const content = new Map(file.content);
  const inner = valueAt(file, [key]) ?? { ...value, content: new Map<string, YamlNode>() };
  if (rest.length === 0) content.set(key, value);
  else if (isMapNode(inner)) content.set(key, withKey(inner, rest, value));
  return { ...file, content };
}

/** Takes a key away. */
export function withoutKey(file: YamlMapNode, keys: readonly string[]): YamlMapNode {
  const [key = "", ...rest] = keys;
  const content = new Map(file.content);
  const inner = content.get(key);
  if (rest.length === 0) content.delete(key);
  else if (isMapNode(inner)) content.set(key, withoutKey(inner, rest));
  return { ...file, content };
}
