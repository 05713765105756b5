/**
 * The answer: a probe's output, read into a {@linkcode HostState}.
 *
 * @module
 */

import { containersFromApi, imagesFromApi, versionFromApi } from "./engine_api.ts";
import { parseInspection } from "./inspect.ts";
import { parseRelease } from "./release.ts";
import { flagsOfRoute } from "./route_flags.ts";
import type {
  ContainerState,
  DockerState,
  HostState,
  ImageState,
  ListeningPort,
  LockState,
  RouteState,
} from "./host_state.ts";

/** Reads what a probe printed on a host. Lines that cannot be read are left out. */
export function parseProbe(host: string, output: string): HostState {
  const lines = output.split("\n").map(splitLine);
  const of = (kind: string): readonly string[] =>
    lines.filter((line) => line.kind === kind).map((line) => line.rest);
  const statuses = new Map(
    of("~s").map(parseJson).map((status) => [String(status["name"]), status]),
  );
  const images = [
    ...of("~i").map((rest) => parseImage(parseJson(rest))),
    ...of("~I").flatMap(imagesFromApi),
  ];
  const containers = [
    ...of("~c").map((rest) => parseContainer(parseJson(rest), statuses)),
    ...of("~C").flatMap(containersFromApi),
  ].sort((a, b) => a.name < b.name ? -1 : 1);
  return {
    host,
    docker: of("~V").map(versionFromApi)[0] ?? parseDocker(of("d")[0], of("~e")),
    containers,
    images: images.filter(hasTag),
    hasUntaggedImages: !images.every(hasTag),
    // A container that does not run names networks that may not be there.
    networks: [
      ...new Set(containers.flatMap(({ running, networks }) => running ? networks : [])),
    ],
    routesFile: of("~v")[0],
    routes: of("~p").flatMap(parseRoutes),
    files: Object.fromEntries(of("f").map((rest) => [rest.slice(66), rest.slice(0, 64)])),
    lock: of("~l").map(parseLock)[0],
    salt: of("~k")[0] || undefined,
    releases: of("~r").flatMap(parseRelease),
    isDetailed: of("~D").length > 0,
    ...of("~x").length === 0 ? {} : { inspected: parseInspection(of) },
    freeKiB: Math.min(
      ...of("~m").map((rest) => Number(rest.split(/\s+/)[3])).filter(Number.isFinite),
    ),
    listening: of("~t").map(parseListening).filter((port) => port.port > 0),
    hash: of("~h")[0] ?? "",
  };
}

type Json = Readonly<Record<string, unknown>>;

function splitLine(line: string): { kind: string; rest: string } {
  const space = line.indexOf(" ");
  return space < 0
    ? { kind: "", rest: "" }
    : { kind: line.slice(0, space), rest: line.slice(space + 1) };
}

function parseJson(rest: string): Json {
  try {
    return JSON.parse(rest) as Json;
  } catch {
    return {};
  }
}

function parseDocker(rest: string | undefined, problems: readonly string[]): DockerState {
  if (problems.includes("docker missing")) {
    return { status: "missing", message: "docker: command not found" };
  }
  const facts = rest === undefined ? {} : parseJson(rest);
  if (typeof facts["version"] === "string") {
    return {
      status: "running",
      version: facts["version"],
      architecture: String(facts["architecture"]),
    };
  }
  const stopped = problems.find((problem) => problem.startsWith("docker stopped: "));
  return {
    status: "stopped",
    message: stopped?.slice("docker stopped: ".length) ?? "no answer from Docker",
  };
}

function parseContainer(facts: Json, statuses: ReadonlyMap<string, Json>): ContainerState {
  const status = statuses.get(String(facts["name"])) ?? {};
  const ports = (facts["ports"] ?? {}) as Record<string, readonly { HostPort?: string }[] | null>;
  return {
    name: String(facts["name"]).replace(/^\//, ""),
    id: String(facts["id"]),
    image: String(facts["image"]),
    imageId: String(facts["imageId"]),
    running: facts["running"] === true,
    labels: (facts["labels"] ?? {}) as Record<string, string>,
    ports: Object.fromEntries(
      Object.entries(ports).map((
        [port, bindings],
      ) => [port, (bindings ?? []).map((binding) => binding.HostPort ?? "")]),
    ),
    networks: strings(facts["networks"]).filter((name) => name !== "null"),
    status: String(status["status"] ?? "unknown"),
    health: typeof status["health"] === "string" ? status["health"] : undefined,
    exitCode: Number(status["exitCode"] ?? 0),
    startedAt: String(status["startedAt"] ?? ""),
  };
}

function hasTag({ name }: ImageState): boolean {
  return !name.includes("<none>");
}

function parseImage(facts: Json): ImageState {
  const digest = String(facts["digest"]);
  return {
    name: String(facts["name"]),
    id: String(facts["id"]),
    digest: digest.startsWith("sha256:") ? digest : undefined,
  };
}

function parseRoutes(rest: string): readonly RouteState[] {
  const services = parseJson(rest) as unknown;
  if (!Array.isArray(services)) return [];
  return services.map((service: Json) => {
    const options = (service["options"] ?? {}) as Json;
    return {
      service: String(service["name"]),
      hosts: strings(options["hosts"]),
      pathPrefixes: strings(options["path_prefixes"]),
      targets: [...strings(service["active_targets"]), ...strings(service["active_readers"])],
      readers: strings(service["active_readers"]),
      tls: options["tls_enabled"] === true,
      flags: flagsOfRoute(service),
      state: ROUTE_STATES[Number((service["pause_controller"] as Json | null)?.["state"] ?? 0)] ??
        "running",
      ...rolloutOf(service),
    };
  }).sort((a, b) => a.service < b.service ? -1 : 1);
}

/** kamal-proxy remembers the containers of a canary that has ended, but nobody who gets them. */
function rolloutOf(service: Json): Pick<RouteState, "rollout"> {
  const split = service["rollout_controller"] as Json | null | undefined;
  if (split === null || split === undefined) return {};
  return {
    rollout: {
      targets: [...strings(service["rollout_targets"]), ...strings(service["rollout_readers"])],
      percent: Number(split["percentage"] ?? 0),
      allow: strings(split["allowlist"]),
    },
  };
}

// In kamal-proxy's order.
const ROUTE_STATES = ["running", "paused", "stopped"] as const;

function parseLock(rest: string): LockState {
  const { kind: path, rest: encoded } = splitLine(`${rest} `);
  try {
    const bytes = Uint8Array.from(atob(encoded.trim()), (character) => character.charCodeAt(0));
    return { path, details: new TextDecoder().decode(bytes).trim() };
  } catch {
    return { path, details: "" };
  }
}

function parseListening(rest: string): ListeningPort {
  const columns = rest.trim().split(/\s+/);
  return {
    port: Number(columns[3]?.split(":").at(-1)),
    process: /\("([^"]+)"/.exec(columns.slice(5).join(" "))?.[1],
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String).filter((text) => text !== "") : [];
}
