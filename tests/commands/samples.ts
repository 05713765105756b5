/**
 * One operation of every kind, for what must hold for all of them.
 *
 * @module
 */

import type { Operation, OperationKind } from "../../sdk/operations/operation.ts";
import type { RunContainer } from "../../sdk/operations/container.ts";
import type { AwaitHealthy } from "../../sdk/operations/health.ts";
import type { RunRelease } from "../../sdk/operations/release_phase.ts";
import type { EndSplit, SplitTraffic } from "../../sdk/operations/rollout.ts";
import type { PauseRoute } from "../../sdk/operations/route_pause.ts";
import type { RouteTraffic } from "../../sdk/operations/proxy.ts";
import { type ReleasedRole, releasedRun } from "../../sdk/operations/release.ts";
import type { RunProxy } from "../../sdk/operations/proxy_container.ts";

/** A web container with all that one may have. */
export const WEB: RunContainer = {
  kind: "run-container",
  name: "shop-web-v2",
  role: "web",
  image: "ghcr.io/acme/shop:v2",
  network: "kamal",
  hostname: "10.0.0.1-2cdba698b0ce",
  restart: "unless-stopped",
  env: { KAMAL_CONTAINER_NAME: "shop-web-v2", KAMAL_VERSION: "v2", KAMAL_HOST: "10.0.0.1", A: "1" },
  envFile: ".kamal/apps/shop/env/roles/web.env",
  envScript: ".kamal/apps/shop/sextant/env/roles/web.sh",
  logDriver: undefined,
  logOptions: { "max-size": "10m" },
  publish: [],
  volumes: ["/data:/data"],
  labels: { service: "shop", role: "web", destination: "", "sextant.config": "0123456789abcdef" },
  options: {},
  cmd: undefined,
  idFile: ".kamal/apps/shop/sextant/shop-web-v2.id",
  stopTimeout: undefined,
};

/** The wait for {@linkcode WEB} by kamal-proxy. */
export const WEB_GATE: AwaitHealthy = {
  kind: "await-healthy",
  name: "shop-web-v2",
  role: "web",
  target: { idFile: WEB.idFile },
  folder: ".kamal/apps/shop/sextant",
  timeout: 30,
  previous: "fedcba9876543210",
  readiness: {
    by: "proxy",
    candidate: "shop-web-candidate",
    port: 3000,
    path: "/up",
    checkTimeout: 5,
    checkPort: undefined,
    checkHost: undefined,
    host: "shop.acme.dev",
  },
};

/** The wait for a container of its own health. */
export const JOBS_GATE: AwaitHealthy = {
  ...WEB_GATE,
  name: "shop-jobs-v2",
  role: "jobs",
  readiness: { by: "container", readinessDelay: 7 },
};

/** Traffic from the old container to {@linkcode WEB}. */
export const ROUTE: RouteTraffic = {
  kind: "route-traffic",
  service: "shop-web",
  targets: [{ container: "shop-web-v2", target: { idFile: WEB.idFile } }],
  candidates: ["shop-web-candidate"],
  port: 3000,
  flags: ["--host=shop.acme.dev", "--deploy-timeout=30s"],
  hosts: ["shop.acme.dev"],
  version: "v2",
  previous: {
    targets: [{ container: "shop-web-v1", target: { id: "0123456789abcdef0123" } }],
    version: "v1",
    port: 3000,
    flags: ["--host=shop.acme.dev", "--deploy-timeout=30s"],
    hosts: ["shop.acme.dev"],
  },
};

/** {@linkcode WEB} as the ledger keeps it. */
export const RELEASED_WEB: ReleasedRole = {
  role: "web",
  containers: [{
    run: releasedRun(WEB),
    gate: { timeout: 30, readiness: WEB_GATE.readiness },
  }],
  secrets: { DATABASE_URL: "DATABASE_URL" },
  route: { service: "shop-web", port: 3000, flags: ROUTE.flags, hosts: ROUTE.hosts },
};

/** A release phase. */
export const RELEASE: RunRelease = {
  kind: "run-release",
  name: "shop-web-release-v2-012345",
  service: "shop",
  like: WEB,
  cmd: "bin/migrate",
  timeout: 5,
};

const CANARY = {
  service: "shop-web",
  hosts: ["shop.acme.dev"],
  version: "v2",
  percent: 10,
  allow: ["qa", "it's"],
  port: 3000,
  deployTimeout: 30,
  drainTimeout: 20,
  home: { id: "0123456789abcdef0123" },
} as const;

/** Visitors who get a canary of two containers. */
export const SPLIT: SplitTraffic = {
  kind: "split-traffic",
  ...CANARY,
  targets: [
    { container: "shop-web-v2_canary", target: { idFile: ".kamal/canary.id" } },
    { container: "shop-web-v2_canary_replica_2", target: { idFile: ".kamal/canary-2.id" } },
  ],
  candidates: ["shop-web-candidate", "shop-web-replica-2-candidate"],
  previous: undefined,
};

/** The end of a canary. */
export const END_SPLIT: EndSplit = {
  kind: "end-split",
  ...CANARY,
  targets: [{ container: "shop-web-v2_canary", target: { id: "fedcba9876543210fedc" } }],
  drains: true,
};

/** Requests that wait. */
export const PAUSE: PauseRoute = {
  kind: "pause-route",
  service: "shop-web",
  pause: 20,
  drainTimeout: 30,
  holdFile: ".kamal/apps/shop/sextant/shop-web.paused",
  holder: "0123456789abcdef",
};

const HANDOVER = {
  ports: [{ host: 80, container: 80 }],
  asks: [{ path: "/up", host: "shop.acme.dev" }],
};

/** The run of the proxy, as Kamal's defaults have it. */
export const RUN_PROXY: RunProxy = {
  kind: "run-proxy",
  image: "basecamp/kamal-proxy:v0.9.2",
  publish: ["80:80", "443:443"],
  logMaxSize: "10m",
  debug: false,
  metricsPort: undefined,
  options: {},
  configured: false,
};

const SCOPE = { service: "shop", labels: ["shop", "shop-db"] };
const LOGIN = {
  server: "ghcr.io",
  username: "acme",
  password: { secret: "REGISTRY_PASSWORD" },
} as const;
const LOCK = ".kamal/lock-shop";

const CORD = {
  container: "shop-web-v1",
  role: "web",
  cord: "/tmp/kamal-cord",
  timeout: 30,
} as const;

/** One operation of every kind; a new kind must have one. */
export const SAMPLES: { readonly [K in OperationKind]: Extract<Operation, { kind: K }> } = {
  "acquire-lock": {
    kind: "acquire-lock",
    path: LOCK,
    holder: "Dev",
    at: "2026-01-02T03:04:05Z",
    version: "v2",
    message: "Automatic deploy lock",
  },
  "await-healthy": WEB_GATE,
  "bridge-assets": {
    kind: "bridge-assets",
    role: "web",
    image: "ghcr.io/acme/shop:v2",
    container: "shop-web-assets",
    folders: [{
      path: "/www/assets",
      extracted: "assets/extracted/web-v2",
      volume: "assets/volumes/web-v2",
      before: [{ extracted: "assets/extracted/web-v1", volume: "assets/volumes/web-v1" }],
    }],
  },
  "build-image": {
    kind: "build-image",
    tags: ["ghcr.io/acme/shop:v2", "ghcr.io/acme/shop:latest"],
    service: "shop",
    dockerfile: "Dockerfile",
    context: ".",
    platforms: ["linux/amd64"],
    args: { RUBY: "3.4" },
    target: "release",
    secrets: [],
    ssh: undefined,
    cache: undefined,
    provenance: undefined,
    sbom: false,
    buildx: undefined,
    pack: undefined,
    noCache: true,
  },
  "check-proxy-call": { kind: "check-proxy-call" },
  "check-state": { kind: "check-state", ...SCOPE, hash: "0".repeat(64), routesFile: undefined },
  "connect-network": { kind: "connect-network", name: "kamal", container: "traefik" },
  "create-network": { kind: "create-network", name: "kamal" },
  "cut-cord": { kind: "cut-cord", ...CORD },
  "exec-command": {
    kind: "exec-command",
    container: "shop-web-v2",
    cmd: "bin/rails runner 'puts 1'",
    env: { DEBUG: "a b" },
    interactive: false,
  },
  "install-docker": { kind: "install-docker" },
  "list-images": { kind: "list-images", repository: "ghcr.io/acme/shop" },
  "run-on-host": { kind: "run-on-host", cmd: "uptime", interactive: false },
  "list-containers": { kind: "list-containers", title: "web", filters: ["label=service=shop"] },
  "login-registry": { kind: "login-registry", ...LOGIN },
  "logout-registry": { kind: "logout-registry", server: "ghcr.io" },
  "make-cord": { kind: "make-cord", folder: ".kamal/cords/shop-web-0123" },
  "make-directories": {
    kind: "make-directories",
    paths: ["shop-db/data"],
    mode: "750",
    owner: "999:999",
  },
  "probe": { kind: "probe", ...SCOPE },
  "prune-assets": { kind: "prune-assets", folder: "assets", keep: ["web-v1", "web-v2"] },
  "prune-images": { kind: "prune-images", service: "shop" },
  "prune-versions": {
    kind: "prune-versions",
    service: "shop",
    containers: [{ name: "shop-web-v0", id: "0123456789ab" }],
    images: ["ghcr.io/acme/shop:v0"],
  },
  "pull-image": {
    kind: "pull-image",
    image: "ghcr.io/acme/shop:v2",
    service: "shop",
    login: LOGIN,
    dataPath: "/var/lib/docker",
  },
  "push-image": { kind: "push-image", tags: ["ghcr.io/acme/shop:v2"] },
  "record-audit": {
    kind: "record-audit",
    path: ".kamal/shop-audit.log",
    at: "2026-01-02T03:04:05Z",
    performer: "dev@example.com",
    tags: ["staging"],
    messages: ["[web] Booted app version v2"],
  },
  "record-release": {
    kind: "record-release",
    path: ".kamal/apps/shop/sextant/releases",
    version: "v2",
    status: "succeeded",
    at: "2026-01-02T03:04:05Z",
    performer: "dev@example.com",
    image: WEB.image,
    digest: undefined,
    digestFile: ".kamal/apps/shop/sextant/digest",
    env: "0123456789abcdef",
    hosts: ["10.0.0.1", "10.0.0.2"],
    roles: [RELEASED_WEB],
  },
  "release-lock": { kind: "release-lock", path: LOCK, only: "Locked by: Dev" },
  "remove-candidate": { kind: "remove-candidate", candidate: "shop-web-candidate" },
  "remove-container": { kind: "remove-container", name: "shop-web-v1", role: "web" },
  "remove-image": { kind: "remove-image", image: "ghcr.io/acme/shop:v1" },
  "remove-env": {
    kind: "remove-env",
    role: "web",
    envFile: ".kamal/apps/shop/env/roles/web.env",
    envScript: ".kamal/apps/shop/sextant/env/roles/web.sh",
  },
  "remove-path": { kind: "remove-path", path: ".kamal/apps/shop" },
  "replace-proxy": {
    kind: "replace-proxy",
    run: RUN_PROXY,
    previous: "basecamp/kamal-proxy:v0.9.1",
    services: ["shop-web"],
  },
  "measure-image": { kind: "measure-image", image: "ghcr.io/acme/shop:v2" },
  "take-ports": { kind: "take-ports", run: RUN_PROXY, ...HANDOVER },
  "give-ports": { kind: "give-ports", run: RUN_PROXY, ...HANDOVER },
  "mend-proxy": { kind: "mend-proxy" },
  "stop-proxy": { kind: "stop-proxy" },
  "begin-maintenance": {
    kind: "begin-maintenance",
    service: "shop-web",
    drainTimeout: 30,
    message: "Back 'soon'",
  },
  "end-maintenance": { kind: "end-maintenance", service: "shop-web" },
  "write-boot-config": {
    kind: "write-boot-config",
    files: { options: "--publish 8080:80", image_version: "v0.9.3" },
  },
  "show-boot-config": {
    kind: "show-boot-config",
    repository: "basecamp/kamal-proxy",
    tag: "v0.9.2",
  },
  "remove-proxy": { kind: "remove-proxy", everything: true },
  "remove-route": { kind: "remove-route", service: "shop-web" },
  "rename-container": {
    kind: "rename-container",
    from: "shop-web-v2",
    to: "shop-web-v2_replaced_0123456789abcdef",
    takesBack: false,
  },
  "route-traffic": ROUTE,
  "run-command": {
    kind: "run-command",
    name: "shop-web-exec-v2-012345",
    image: "ghcr.io/acme/shop:v2",
    cmd: "bin/rails db:migrate",
    network: "kamal",
    env: { A: "1" },
    envFile: WEB.envFile,
    envScript: WEB.envScript,
    logDriver: undefined,
    logOptions: { "max-size": "10m" },
    volumes: ["/data:/data"],
    options: { memory: "1g" },
    interactive: false,
  },
  "run-container": WEB,
  "obtain-certificates": {
    kind: "obtain-certificates",
    directory: undefined,
    hosts: ["shop.acme.dev"],
    at: "127.0.0.1:443",
  },
  "pause-route": PAUSE,
  "split-traffic": SPLIT,
  "end-split": END_SPLIT,
  "resume-route": {
    kind: "resume-route",
    service: PAUSE.service,
    holdFile: PAUSE.holdFile,
    holder: PAUSE.holder,
  },
  "run-registry": { kind: "run-registry", port: 5000 },
  "run-release": RELEASE,
  "run-hook": { kind: "run-hook", name: "pre-deploy", hosts: ["10.0.0.1"], quiet: false },
  "run-proxy": RUN_PROXY,
  "show-audit": { kind: "show-audit", path: ".kamal/shop-audit.log", lines: 50 },
  "show-lock": { kind: "show-lock", path: LOCK },
  "show-logs": {
    kind: "show-logs",
    container: "shop-web-v2",
    lines: 100,
    since: undefined,
    grep: undefined,
    grepOptions: undefined,
    follow: false,
    timestamps: true,
  },
  "start-container": { kind: "start-container", name: "shop-web-v1", role: "web" },
  "start-proxy": { kind: "start-proxy" },
  "stop-container": {
    kind: "stop-container",
    name: "shop-web-v1",
    role: "web",
    timeout: 30,
    because: undefined,
  },
  "tag-image": {
    kind: "tag-image",
    image: "ghcr.io/acme/shop:v2",
    tag: "ghcr.io/acme/shop:latest",
  },
  "tie-cord": { kind: "tie-cord", ...CORD },
  "upload-error-pages": {
    kind: "upload-error-pages",
    folder: ".kamal/proxy/apps-config/shop/error_pages/0123456789abcdef",
    pages: [{ name: "503.html", local: "public/503.html", sha256: "b".repeat(64) }],
  },
  "upload-file": {
    kind: "upload-file",
    local: "config/my.cnf",
    sha256: "0".repeat(64),
    path: "shop-db/etc/mysql/my.cnf",
    mode: "755",
    owner: undefined,
  },
  "write-certificate": {
    kind: "write-certificate",
    role: "web",
    folder: ".kamal/proxy/apps-config/shop/tls/web/0123456789abcdef",
    certificatePem: "CERTIFICATE_PEM",
    privateKeyPem: "PRIVATE_KEY_PEM",
  },
  "write-env": {
    kind: "write-env",
    role: "web",
    envFile: ".kamal/apps/shop/env/roles/web.env",
    envScript: ".kamal/apps/shop/sextant/env/roles/web.sh",
    secrets: { DB_PASSWORD: "DB_PASSWORD" },
    because: undefined,
  },
  "write-salt": { kind: "write-salt", path: ".kamal/apps/shop/sextant/salt" },
};
