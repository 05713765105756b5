/**
 * What containers are at this moment, setting by setting: the question, and its answer read. `docker update` and
 * `docker network connect` change what a container was run with, and no label tells.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The settings of a container that runs. */
export interface InspectedContainer {
  /** Name. */
  readonly name: string;
  /** Restart policy, such as `unless-stopped` or `on-failure:3`. */
  readonly restart: string;
  /** Limits by the names of Docker's own fields, such as `Memory` in bytes; 0 and empty for none. */
  readonly limits: Readonly<Record<string, string>>;
  /** Log driver. */
  readonly logDriver: string;
  /** Options of the log driver. */
  readonly logOptions: Readonly<Record<string, string>>;
  /** Volumes as `docker run` takes them, host paths whole. */
  readonly volumes: readonly string[];
  /** Published ports as `docker run` takes them, with their protocol. */
  readonly publish: readonly string[];
  /** Docker networks. */
  readonly networks: readonly string[];
  /** Environment: names to salted digests; empty where the host has no salt. */
  readonly env: Readonly<Record<string, string>>;
  /** Labels that its image has. */
  readonly imageLabels: Readonly<Record<string, string>>;
  /** Names of the variables that its image sets. */
  readonly imageEnv: readonly string[];
}

/** Docker's fields that `docker update` changes, by their names in an inspection. */
export const LIMIT_FIELDS = Object.freeze([
  "Memory",
  "MemorySwap",
  "MemoryReservation",
  "NanoCpus",
  "CpuShares",
  "CpuPeriod",
  "CpuQuota",
  "CpusetCpus",
  "CpusetMems",
  "PidsLimit",
  "BlkioWeight",
]);

const LIMITS = LIMIT_FIELDS.map((name) => `"${name}":{{json .HostConfig.${name}}}`).join(",");
const CONTAINER =
  `~x {"name":{{json .Name}},"image":{{json .Image}},"restart":{{json .HostConfig.RestartPolicy}},` +
  `"limits":{${LIMITS}},"log":{{json .HostConfig.LogConfig}},"binds":{{json .HostConfig.Binds}},` +
  `"ports":{{json .HostConfig.PortBindings}},"networks":[{{range $k, $v := .NetworkSettings.Networks}}{{json $k}},{{end}}null]}`;
const IMAGE = `~X {"id":{{json .Id}},"labels":{{json .Config.Labels}},` +
  `"env":[{{range .Config.Env}}{{json (index (split . "=") 0)}},{{end}}null]}`;
const ENV =
  `{{$n := .Name}}{{range .Config.Env}}{{$n}} {{index (split . "=") 0}} {{printf "%x" .}}{{println}}{{end}}`;

/**
 * Shell text that inspects the running containers of a deployment, with `$d/list` as the probe makes it. Values of the
 * environment stay on the host: only their digests leave it.
 *
 * @param labels Pattern of the label `service` for `sed -E`.
 */
export function inspectScript(service: string, labels: string): string {
  return `sx_ids=$(sed -nE 's/^([^ ]+) [^ ]+ (running|restarting|paused) (${labels})$/\\1/p' $d/list)
[ -z "$sx_ids" ] || {
docker inspect --type container --format '${CONTAINER}' $sx_ids 2>/dev/null
docker image inspect --format '${IMAGE}' $(docker inspect --type container --format '{{.Image}}' $sx_ids | sort -u) 2>/dev/null
sx_salt=$(cat .kamal/apps/${service}/sextant/salt 2>/dev/null)
docker inspect --type container --format '${ENV}' $sx_ids | while read -r sx_n sx_v sx_x; do
[ -n "$sx_v" ] || continue
sx_h=; [ -z "$sx_salt" ] || sx_h=$(printf %s "$sx_salt$sx_x" | sha256sum | cut -c1-32)
echo "~E $sx_n $sx_v $sx_h"; done; }`;
}

/** The digest that a host tells of a variable, so that a change can be seen without the value. */
export function envDigest(salt: string, name: string, value: string): string {
  const bytes = new TextEncoder().encode(`${name}=${value}`);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return createHash("sha256").update(salt + hex).digest("hex").slice(0, 32);
}

/** Reads the lines of an inspection, each by its kind. */
export function parseInspection(
  of: (kind: string) => readonly string[],
): readonly InspectedContainer[] {
  const images = new Map(of("~X").map(parse).map((image) => [String(image["id"]), image]));
  const env = Map.groupBy(
    of("~E").map((line) => line.split(" ")),
    ([name = ""]) => name.replace(/^\//, ""),
  );
  return of("~x").map(parse).map((facts): InspectedContainer => {
    const name = String(facts["name"]).replace(/^\//, "");
    const image = images.get(String(facts["image"])) ?? {};
    const log = recordOf(facts["log"]);
    return {
      name,
      restart: restartOf(recordOf(facts["restart"])),
      limits: textsOf(facts["limits"]),
      logDriver: String(log["Type"] ?? ""),
      logOptions: textsOf(log["Config"]),
      volumes: listOf(facts["binds"]),
      publish: Object.entries(recordOf(facts["ports"])).flatMap(([port, bindings]) =>
        (Array.isArray(bindings) ? bindings : []).map((binding) => publishOf(port, binding))
      ).toSorted(),
      networks: listOf(facts["networks"]).toSorted(),
      env: Object.fromEntries(
        (env.get(name) ?? []).map(([, variable = "", digest = ""]) => [variable, digest]),
      ),
      imageLabels: textsOf(image["labels"]),
      imageEnv: listOf(image["env"]),
    };
  });
}

type Json = Readonly<Record<string, unknown>>;

function parse(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(recordOf(value)).map(([name, inner]) => [name, String(inner ?? "")]),
  );
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => item !== null).map(String) : [];
}

function restartOf(policy: Json): string {
  const { Name: name = "no", MaximumRetryCount: retries = 0 } = policy;
  return Number(retries) > 0 ? `${name}:${retries}` : String(name || "no");
}

function publishOf(port: string, binding: Json): string {
  const [ip, hostPort] = [String(binding["HostIp"] ?? ""), String(binding["HostPort"] ?? "")];
  return [...ip === "" ? [] : [ip], hostPort, port].join(":");
}
