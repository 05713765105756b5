/**
 * What kamal-proxy remembers of a route, told as the flags of `kamal-proxy deploy`.
 *
 * @module
 */

/** What a route is set to: flag without its dashes to value, the defaults among them. */
export type RouteSettings = Readonly<Record<string, string>>;

/** A part of kamal-proxy's state file. */
export type RouteJson = Readonly<Record<string, unknown>>;

/** The flag for a certificate authority's directory. It is our own: `kamal-proxy deploy` has none. */
export const ACME_DIRECTORY = "tls-acme-directory";

/** One flag, and where the state file has what it says. */
interface RouteFlag {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: "list" | "seconds" | "switch" | "text" | "whole";
  /** What kamal-proxy does where the flag is not given; the values of a list stand with commas. */
  readonly usual: string;
}

/** The flags that make a route be like another, without those that say what kamal-proxy does anyhow. */
export function flagsOfRoute(route: RouteJson): readonly string[] {
  return shortest(
    ROUTE_FLAGS.flatMap((flag) =>
      valuesOf(at(route, flag.path), flag).map((value) => `--${flag.name}=${value}`)
    ),
  );
}

/** What a route is set to that was told flags; those that belong to one deploy alone are left out. */
export function settingsOf(flags: readonly string[]): RouteSettings {
  return Object.fromEntries(
    toldBy(flags).map(([{ name, kind }, values]) =>
      [name, kind === "list" ? values.toSorted().join(",") : values.at(-1)!] as const
    ),
  );
}

/** Where two routes' settings differ; a value that is not there is empty. */
export function settingDifferences(
  wanted: RouteSettings,
  found: RouteSettings,
): readonly { readonly name: string; readonly wanted: string; readonly found: string }[] {
  return Object.keys(wanted).filter((name) => wanted[name] !== found[name])
    .map((name) => ({ name, wanted: wanted[name]!, found: found[name]! }));
}

/** A route in the words of the state file that was told flags. */
export function routeOfFlags(flags: readonly string[]): RouteJson {
  const route: Record<string, unknown> = {};
  for (const [flag, values] of toldBy(flags)) {
    const { path } = flag;
    const value = jsonOf(flag, values);
    if (value === undefined) continue;
    let place = route;
    for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
    place[path.at(-1)!] = value;
  }
  return route;
}

const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const HEALTH = ["target_options", "health_check_config"];

// In Kamal's order. Of the same path as kamal-proxy's commands/deploy.go fills and service.go writes down.
const ROUTE_FLAGS: readonly RouteFlag[] = [
  option("host", "list", "hosts"),
  option("tls", "switch", "tls_enabled", "false"),
  option(ACME_DIRECTORY, "text", "acme_directory"),
  // Of the two that say the same, the one that kamal-proxy has counts.
  option("tls-staging", "text", "acme_directory", "false"),
  option("tls-certificate-path", "text", "tls_certificate_path"),
  option("tls-private-key-path", "text", "tls_private_key_path"),
  option("canonical-host", "text", "canonical_host"),
  { name: "health-check-interval", path: [...HEALTH, "interval"], kind: "seconds", usual: "1s" },
  { name: "health-check-timeout", path: [...HEALTH, "timeout"], kind: "seconds", usual: "5s" },
  { name: "health-check-path", path: [...HEALTH, "path"], kind: "text", usual: "/up" },
  { name: "health-check-host", path: [...HEALTH, "host"], kind: "text", usual: "" },
  { name: "health-check-port", path: [...HEALTH, "port"], kind: "whole", usual: "0" },
  target("target-timeout", "seconds", "response_timeout", "30s"),
  target("buffer-requests", "switch", "buffer_requests", "false"),
  target("buffer-responses", "switch", "buffer_responses", "false"),
  target("buffer-memory", "whole", "max_memory_buffer_size", "1048576"),
  target("max-request-body", "whole", "max_request_body_size", "0"),
  target("max-response-body", "whole", "max_response_body_size", "0"),
  option("path-prefix", "list", "path_prefixes", "/"),
  option("strip-path-prefix", "switch", "strip_prefix", "true"),
  option("writer-affinity-timeout", "seconds", "writer_affinity_timeout", "1s"),
  option("read-target-websockets", "switch", "read_targets_accept_websockets", "false"),
  target("forward-headers", "switch", "forward_headers", "true"),
  target("scope-cookie-paths", "switch", "scope_cookie_paths", "false"),
  option("tls-redirect", "switch", "tls_redirect", "true"),
  target("log-request-header", "list", "log_request_headers"),
  target("log-response-header", "list", "log_response_headers"),
  option("error-pages", "text", "error_page_path"),
];

function option(name: string, kind: RouteFlag["kind"], key: string, usual = ""): RouteFlag {
  return { name, kind, path: ["options", key], usual };
}

function target(name: string, kind: RouteFlag["kind"], key: string, usual = ""): RouteFlag {
  return { name, kind, path: ["target_options", key], usual };
}

/** Each flag with its values in the order in which they were told, or else with what kamal-proxy does anyhow. */
function toldBy(flags: readonly string[]): readonly (readonly [RouteFlag, readonly string[]])[] {
  const byName = Map.groupBy(flags, nameOf);
  const isSecure = byName.get("tls")?.map(valueOf).includes("true") === true;
  return ROUTE_FLAGS.map((flag) => {
    const told = (byName.get(flag.name) ?? []).map((one) => canonical(valueOf(one), flag));
    const usual = flag.name === "forward-headers" ? String(!isSecure) : flag.usual;
    return [flag, told.length === 0 ? [usual] : told];
  });
}

function shortest(flags: readonly string[]): readonly string[] {
  const usual = settingsOf(flags.filter((flag) => flag === "--tls=true"));
  const settings = settingsOf(flags);
  return flags.filter((flag) => {
    const name = nameOf(flag);
    // What TLS brings with it counts only beside it.
    if (name === "tls") return settings["tls"] === "true";
    // kamal-proxy's command line takes no limit without a word on buffering, be it that there is none.
    const limit = LIMITS[name];
    const isLimited = limit !== undefined && settings[limit] !== usual[limit];
    return isLimited || settings[name] !== usual[name];
  });
}

/** The limit of what a flag buffers. */
const LIMITS: Readonly<Record<string, string>> = {
  "buffer-requests": "max-request-body",
  "buffer-responses": "max-response-body",
};

function nameOf(flag: string): string {
  const end = flag.indexOf("=");
  return end < 0 ? flag.slice(2) : flag.slice(2, end);
}

/** What a flag says; a switch without a value is on. */
function valueOf(flag: string): string {
  return flag.includes("=") ? flag.slice(flag.indexOf("=") + 1) : "true";
}

/** A value as kamal-proxy keeps it. */
function canonical(value: string, { name, kind }: RouteFlag): string {
  if (kind === "seconds") {
    const seconds = /^([\d.]+)s$/.exec(value)?.[1];
    return seconds === undefined ? value : `${Number(seconds)}s`;
  }
  return name === "path-prefix" ? `/${value.replace(/^\/+|\/+$/g, "")}` : value;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as RouteJson | undefined)?.[key], value);
}

/** What the state file says, as values of a flag; none where it says nothing. */
function valuesOf(value: unknown, { name, kind }: RouteFlag): readonly string[] {
  if (value === undefined || value === null || value === "") return [];
  if (Array.isArray(value)) return value.map(String).filter((text) => text !== "");
  if (kind === "seconds") return [`${Number(value) / NANOSECONDS}s`];
  if (name === "tls-staging") return value === STAGING ? ["true"] : [];
  if (name === ACME_DIRECTORY && value === STAGING) return [];
  return [String(value)];
}

const NANOSECONDS = 1e9;

/** What the state file says; `undefined` where another flag says it. */
function jsonOf({ name, kind }: RouteFlag, values: readonly string[]): unknown {
  const value = values.at(-1)!;
  switch (kind) {
    case "list": {
      const items = values.flatMap((one) => one.split(","));
      // kamal-proxy keeps "all" as an empty name.
      return items.join("") === "" && name !== "host" ? null : items;
    }
    case "seconds":
      return Number.parseFloat(value) * NANOSECONDS;
    case "switch":
      return value === "true";
    case "whole":
      return Number(value);
    case "text":
      if (name !== "tls-staging") return value;
      return value === "true" ? STAGING : undefined;
    default:
      return kind satisfies never;
  }
}
