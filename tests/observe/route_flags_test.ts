import { assertEquals } from "@std/assert";
import {
  flagsOfRoute,
  type RouteJson,
  routeOfFlags,
  settingDifferences,
  settingsOf,
} from "../../sdk/observe/route_flags.ts";

// As kamal-proxy v0.9.2 wrote it down of a route that it was told a host of, and nothing else.
const PLAIN: RouteJson = {
  name: "shop-web",
  options: {
    hosts: ["shop.acme.dev"],
    path_prefixes: ["/"],
    tls_enabled: false,
    tls_certificate_path: "",
    tls_private_key_path: "",
    tls_redirect: true,
    canonical_host: "",
    acme_directory: "",
    acme_cache_path: "/home/kamal-proxy/.config/kamal-proxy/certs",
    error_page_path: "",
    strip_prefix: true,
    writer_affinity_timeout: 1e9,
    read_targets_accept_websockets: false,
  },
  target_options: {
    health_check_config: { path: "/up", port: 0, interval: 1e9, timeout: 5e9, host: "" },
    response_timeout: 30e9,
    buffer_requests: false,
    buffer_responses: false,
    max_memory_buffer_size: 1048576,
    max_request_body_size: 0,
    max_response_body_size: 0,
    log_request_headers: null,
    log_response_headers: null,
    forward_headers: true,
    scope_cookie_paths: false,
  },
  active_targets: ["d6dce0f4b515:3000"],
};

// One flag for everything that kamal-proxy remembers, each with another value than the usual.
const EVERYTHING = [
  "--host=shop.acme.dev",
  "--host=www.acme.dev",
  "--tls=true",
  "--tls-staging=true",
  "--tls-certificate-path=/tls/cert.pem",
  "--tls-private-key-path=/tls/key.pem",
  "--canonical-host=www.acme.dev",
  "--health-check-interval=0.5s",
  "--health-check-timeout=2s",
  "--health-check-path=/healthz",
  "--health-check-host=shop.acme.dev",
  "--health-check-port=9000",
  "--target-timeout=60s",
  "--buffer-requests=true",
  "--buffer-responses=true",
  "--buffer-memory=2000000",
  "--max-request-body=4000",
  "--max-response-body=5000",
  "--path-prefix=/api",
  "--strip-path-prefix=false",
  "--writer-affinity-timeout=3s",
  "--read-target-websockets=true",
  "--forward-headers=true",
  "--scope-cookie-paths=true",
  "--tls-redirect=false",
  "--log-request-header=X-A",
  "--log-response-header=X-B",
  "--error-pages=/pages",
];

Deno.test("flagsOfRoute() leaves out what kamal-proxy does anyhow", () => {
  assertEquals(flagsOfRoute(PLAIN), ["--host=shop.acme.dev"]);
  assertEquals(flagsOfRoute({ name: "x", options: { hosts: [""] } }), []);
});

Deno.test("flagsOfRoute() gives back every flag that a route was told", () => {
  assertEquals(flagsOfRoute(routeOfFlags(EVERYTHING)), EVERYTHING);
});

Deno.test("flagsOfRoute() says of a limit that nothing is buffered, for kamal-proxy refuses it alone", () => {
  const flags = [
    "--host=a.dev",
    "--buffer-requests=false",
    "--buffer-responses=false",
    "--max-request-body=4000",
    "--max-response-body=5000",
  ];
  assertEquals(flagsOfRoute(routeOfFlags(flags)), flags);
  const [host, requests, , most] = flags as [string, string, string, string];
  assertEquals(flagsOfRoute(routeOfFlags([host, requests, most])), [host, requests, most]);
});

Deno.test("flagsOfRoute() takes what TLS brings with it for usual", () => {
  const secure = (forward: boolean): RouteJson => ({
    options: { hosts: ["a.dev"], tls_enabled: true },
    target_options: { forward_headers: forward },
  });
  assertEquals(flagsOfRoute(secure(false)), ["--host=a.dev", "--tls=true"]);
  assertEquals(flagsOfRoute(secure(true)), [
    "--host=a.dev",
    "--tls=true",
    "--forward-headers=true",
  ]);
});

Deno.test("flagsOfRoute() knows Let's Encrypt's staging from another authority", () => {
  const from = (directory: string): readonly string[] =>
    flagsOfRoute({ options: { hosts: ["a.dev"], tls_enabled: true, acme_directory: directory } });
  const usual = ["--host=a.dev", "--tls=true"];
  assertEquals(from(""), usual);
  assertEquals(from("https://acme-staging-v02.api.letsencrypt.org/directory"), [
    ...usual,
    "--tls-staging=true",
  ]);
  const other = [...usual, "--tls-acme-directory=https://ca.acme.dev/directory"];
  assertEquals(from("https://ca.acme.dev/directory"), other);
  assertEquals(flagsOfRoute(routeOfFlags(other)), other);
});

Deno.test("routeOfFlags() keeps lists in the order in which they were told", () => {
  const { options } = routeOfFlags(["--host=b.dev", "--host=a.dev"]) as Record<string, RouteJson>;
  assertEquals(options!["hosts"], ["b.dev", "a.dev"]);
});

Deno.test("settingsOf() takes different ways of saying the same for one", () => {
  const ours = settingsOf([
    "--path-prefix=api/",
    "--host=b",
    "--host=a",
    "--tls",
    "--drain-timeout=9s",
  ]);
  const theirs = settingsOf(["--host=a", "--host=b", "--tls=true", "--path-prefix=/api"]);
  assertEquals(settingDifferences(ours, theirs), []);
});

Deno.test("settingDifferences() names each setting, the usual value among them", () => {
  const wanted = settingsOf(["--host=a", "--target-timeout=60s", "--canonical-host=a"]);
  assertEquals(settingDifferences(wanted, settingsOf(["--host=a"])), [
    { name: "canonical-host", wanted: "a", found: "" },
    { name: "target-timeout", wanted: "60s", found: "30s" },
  ]);
});
