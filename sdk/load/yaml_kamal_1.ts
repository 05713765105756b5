/**
 * Brings the keys of Kamal 1 that still mean something to the keys of Kamal 2 that mean the same.
 *
 * @module
 */

import { didYouMean } from "../config/closest.ts";
import type { ReportNode } from "./yaml_long_form.ts";
import { valueAt, withKey, withoutKey } from "./yaml_at.ts";
import { isMapNode, textOf, type YamlMapNode, type YamlNode } from "./yaml_node.ts";
import { withoutOldBuilder } from "./yaml_old_builder.ts";
import { refusedKey } from "./yaml_unbuilt.ts";

/** A key of Kamal 1, and what it is now. */
export interface OldKey {
  /** The key that means the same. */
  readonly now: string;
  /** Its value now; `undefined` where the value asks for what is done anyway. */
  readonly convert?: (node: YamlNode, report: ReportNode) => YamlNode | undefined;
  /** Root key without which it means nothing, and is refused. */
  readonly beside?: string;
}

/** Every key of Kamal 1 that is read, by its place. */
export const OLD_KEYS: ReadonlyMap<string, OldKey> = new Map<string, OldKey>([
  ["stop_wait_time", { now: "stop_timeout" }],
  ["env_tags", { now: "env.tags" }],
  ["builder.multiarch", { now: "builder.arch", convert: archOf }],
  ["healthcheck.path", { now: "proxy.healthcheck.path" }],
  ["healthcheck.port", { now: "proxy.app_port" }],
  ["healthcheck.interval", { now: "proxy.healthcheck.interval", convert: secondsOf }],
  ["healthcheck.max_attempts", { now: "deploy_timeout", convert: patienceOf }],
  ["healthcheck.cmd", { now: "traefik.health_cmd", beside: "traefik" }],
  ["healthcheck.cord", { now: "traefik.cord", beside: "traefik" }],
]);

/** The key of a role in Kamal 1 that is its `proxy` now. */
export const OLD_ROLE_KEY = "servers.*.traefik";

/** Brings all old keys of a file to the new ones; complains where both are there. */
export function withoutOldKeys(written: YamlMapNode, report: ReportNode): YamlMapNode {
  const root = withoutOldBuilder(written, report);
  let file = root;
  for (const [place, { now, beside, convert = (node: YamlNode) => node }] of OLD_KEYS) {
    const old = place.split(".");
    if (beside !== undefined && valueAt(root, [beside]) === undefined) continue;
    const node = valueAt(root, old);
    file = withoutKey(file, old);
    if (node === undefined) continue;
    if (valueAt(root, now.split(".")) !== undefined) {
      report(node, `is of Kamal 1, and ${now} is there as well: write that alone`);
      continue;
    }
    const converted = convert(node, report);
    if (converted !== undefined) file = withKey(file, now.split("."), converted);
  }
  return withoutHealthcheck(withoutRoleTraefik(file, report), report);
}

/** A role's `traefik` says what its `proxy` says today: whether it is served at all. */
function withoutRoleTraefik(file: YamlMapNode, report: ReportNode): YamlMapNode {
  const servers = valueAt(file, ["servers"]);
  if (servers === undefined || !isMapNode(servers)) return file;
  const roles = [...servers.content].map(([name, role]): [string, YamlNode] => {
    const old = valueAt(role, ["traefik"]);
    if (old === undefined || !isMapNode(role)) return [name, role];
    const rest = withoutKey(role, ["traefik"]);
    if (typeof old.content !== "boolean") {
      report(old, "should be true or false");
    } else if (valueAt(rest, ["proxy"]) !== undefined) {
      report(old, "is of Kamal 1, and proxy is there as well: write that alone");
    } else return [name, withKey(rest, ["proxy"], old)];
    return [name, rest];
  });
  return withKey(file, ["servers"], { ...servers, content: new Map(roles) });
}

/** Kamal 1's default port of the health check. */
const PORT = 3000;

/** Takes the health check away once its keys are read, and complains of what is left there. */
function withoutHealthcheck(file: YamlMapNode, report: ReportNode): YamlMapNode {
  const healthcheck = valueAt(file, ["healthcheck"]);
  const rest = withoutKey(file, ["healthcheck"]);
  const traefik = valueAt(file, ["traefik"]);
  if (healthcheck === undefined) return traefik === undefined ? rest : withPort(rest, traefik);
  if (!isMapNode(healthcheck)) {
    report(healthcheck, "should be an object, such as { path: /up }");
    return rest;
  }
  for (const [key, node] of healthcheck.content) {
    if (node.content === null) continue;
    const refused = refusedKey(`healthcheck.${key}`);
    report(node, refused?.message ?? `unknown key${didYouMean(key, HEALTHCHECK_KEYS)}`);
  }
  return withPort(rest, healthcheck);
}

/** Kamal 1's default port, on account of a key that was there. */
function withPort(file: YamlMapNode, origin: YamlNode): YamlMapNode {
  if (valueAt(file, ["proxy", "app_port"]) !== undefined) return file;
  return withKey(file, ["proxy", "app_port"], { ...origin, content: PORT });
}

const HEALTHCHECK_KEYS: readonly string[] = [...OLD_KEYS.keys()].flatMap((place) =>
  place.startsWith("healthcheck.") ? [place.slice("healthcheck.".length)] : []
);

/** Both architectures, as `docker buildx` built them; that of the machine needs no word. */
function archOf(node: YamlNode, report: ReportNode): YamlNode | undefined {
  if (node.content === false) return undefined;
  if (node.content === true) {
    return { ...node, content: ["amd64", "arm64"].map((arch) => ({ ...node, content: arch })) };
  }
  report(node, "should be true or false");
  return undefined;
}

const DURATION_REGEXP = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** Docker has durations such as `1m30s`, kamal-proxy has seconds. */
function secondsOf(node: YamlNode, report: ReportNode): YamlNode | undefined {
  const text = textOf(node) ?? "";
  const [whole, hours = "0", minutes = "0", seconds = "0"] = DURATION_REGEXP.exec(text) ?? [];
  if (whole) {
    const content = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return { ...node, content };
  }
  report(node, 'should be whole seconds with their unit, such as "10s"');
  return undefined;
}

/** Kamal 1 asked anew after 1, 2, 3… seconds: all its pauses together are the time that a container has. */
function patienceOf(node: YamlNode): YamlNode {
  const { content } = node;
  const isCount = typeof content === "number" && Number.isInteger(content) && content > 0;
  // What is no count stays as it is: the schema names it.
  return isCount ? { ...node, content: content * (content + 1) / 2 } : node;
}
