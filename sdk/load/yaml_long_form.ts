/**
 * Brings Kamal's short forms to the one long form that the schemas know.
 *
 * A list of servers becomes the role `web`, a host its `host` and `tags`, a plain environment its `clear`.
 * What is no known form stays as it is: the schema names it.
 *
 * @module
 */

import { SECRET_NAME_REGEXP } from "../config/secret.ts";
import { withoutOldKeys } from "./yaml_kamal_1.ts";
import { isListNode, isMapNode, textOf, type YamlMapNode, type YamlNode } from "./yaml_node.ts";

/** Takes one thing that is wrong. */
export type ReportNode = (node: YamlNode, message: string) => void;

/** Brings every role, host, environment and login of a file to its long form, and Kamal 1's keys to Kamal 2's. */
export function longFile(file: YamlMapNode, report: ReportNode): YamlNode {
  // Tags of Kamal 1 go into the environment, whichever form it has.
  const root = withoutOldKeys(mapKeys(file, { env: longEnv }), report);
  const hosts: Change = (node) => longHosts(node, report);
  const role: Change = (node) =>
    isListNode(node)
      ? { ...node, content: new Map([["hosts", hosts(node)]]) }
      : mapKeys(node, { hosts, env: longEnv });
  const login: Change = (node) => longSecret(node, report);
  const registry: Change = (node) =>
    mapKeys(node, { username: login, password: (node) => longPassword(node, report) });
  const accessory: Change = (node) =>
    mapKeys(node, {
      registry,
      host: longHost,
      hosts,
      env: longEnv,
      files: (node) => checkFiles(node, report),
    });
  return mapKeys(root, {
    servers: (node) =>
      isListNode(node)
        ? { ...node, content: new Map([["web", role(node)]]) }
        : mapValues(listOrMap(node, report), role),
    env: longEnv,
    traefik: (node) => mapKeys(node, { env: longEnv }),
    accessories: (node) => mapValues(node, accessory),
    registry,
    builder: (node) => mapKeys(node, { secrets: (node) => longSecrets(node, report) }),
    ssh: (node) => mapKeys(node, { port: numberOf, key_data: (node) => longSecrets(node, report) }),
  });
}

/** Servers are what Kamal's users begin with. */
function listOrMap(node: YamlNode, report: ReportNode): YamlNode {
  if (isMapNode(node) || node.content === null) return node;
  report(node, "should be a list of hosts, or roles by name with the hosts of each");
  return { ...node, content: null };
}

type Change = (node: YamlNode) => YamlNode;

function longEnv(node: YamlNode): YamlNode {
  if (!isMapNode(node)) return node;
  const isLong = ["clear", "secret", "tags"].some((key) => node.content.has(key));
  if (!isLong) return { ...node, content: new Map([["clear", node]]) };
  return mapKeys(node, { tags: (tags) => mapValues(tags, longEnv) });
}

function longHosts(node: YamlNode, report: ReportNode): YamlNode {
  if (!isListNode(node)) return node;
  return {
    ...node,
    content: node.content.flatMap((item) => {
      if (!isMapNode(item) || item.content.has("host")) return longHost(item);
      const [entry, ...others] = item.content;
      if (entry !== undefined && others.length === 0) return longTags(...entry, item);
      report(item, `should be one host and its tags, has ${item.content.size} keys`);
      return [];
    }),
  };
}

function longTags(host: string, tags: YamlNode, item: YamlNode): YamlNode {
  const fields = new Map<string, YamlNode>([["host", { ...item, content: host }]]);
  if (isListNode(tags)) fields.set("tags", tags);
  else if (tags.content !== null) fields.set("tags", { ...tags, content: [tags] });
  return { ...item, content: fields };
}

function longHost(node: YamlNode): YamlNode {
  return textOf(node) === undefined ? node : { ...node, content: new Map([["host", node]]) };
}

/** Kamal fills in the ERB of uploaded files; as they are, they would not be what is meant. */
function checkFiles(node: YamlNode, report: ReportNode): YamlNode {
  for (const item of isListNode(node) ? node.content : []) {
    const local = isMapNode(item) ? item.content.get("local") : item;
    const path = textOf(local ?? item)?.split(":")[0];
    if (path?.endsWith("erb")) {
      report(item, "is a file with ERB, which is not built yet: upload it without, and use env");
    }
  }
  return node;
}

/** A list of one name is a secret's, as the login's name and password may be. */
function longSecret(node: YamlNode, report: ReportNode): YamlNode {
  if (!isListNode(node)) return node;
  const [name] = node.content;
  const isName = name !== undefined && SECRET_NAME_REGEXP.test(textOf(name) ?? "");
  if (node.content.length === 1 && isName) {
    return { ...node, content: new Map([["secret", name]]) };
  }
  report(node, "should be the name of one secret: [NAME]");
  return { ...node, content: null };
}

function longPassword(node: YamlNode, report: ReportNode): YamlNode {
  if (node.content === null || isListNode(node)) return longSecret(node, report);
  report(node, "should be the name of a secret, [NAME], whose value stands in .kamal/secrets");
  return { ...node, content: null };
}

/** Kamal still takes SSH's keys themselves, and warns; here they never stand in a file of the project. */
function longSecrets(node: YamlNode, report: ReportNode): YamlNode {
  if (!isListNode(node)) return node;
  return {
    ...node,
    content: node.content.flatMap((item) => {
      if (SECRET_NAME_REGEXP.test(textOf(item) ?? "")) {
        return [{ ...item, content: new Map([["secret", item]]) }];
      }
      report(item, "should be the name of a secret, whose value stands in .kamal/secrets");
      return [];
    }),
  };
}

/** Kamal takes the port of SSH as text as well. */
function numberOf(node: YamlNode): YamlNode {
  const isNumber = typeof node.content === "string" && /^\d{1,5}$/.test(node.content);
  return isNumber ? { ...node, content: Number(node.content) } : node;
}

function mapKeys(node: YamlMapNode, changes: Readonly<Record<string, Change>>): YamlMapNode;
function mapKeys(node: YamlNode, changes: Readonly<Record<string, Change>>): YamlNode;
function mapKeys(node: YamlNode, changes: Readonly<Record<string, Change>>): YamlNode {
  if (!isMapNode(node)) return node;
  const entries = [...node.content].map(([key, item]): [string, YamlNode] => {
    const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
    return [key, change ? change(item) : item];
  });
  return { ...node, content: new Map(entries) };
}

function mapValues(node: YamlNode, change: Change): YamlNode {
  if (!isMapNode(node)) return node;
  return {
    ...node,
    content: new Map([...node.content].map(([key, item]) => [key, change(item)])),
  };
}
