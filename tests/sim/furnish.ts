/**
 * What stands on a story's hosts before anything is done.
 *
 * @module
 */

import type {
  HostOptions,
  InitialContainer,
  InitialRoute,
} from "../../sdk/simulate/host_options.ts";
import { behindTraefik, TRAEFIK } from "./kamal_1.ts";
import { fullService, prefixOf, publicHost, REPOSITORY, SERVICE } from "./deployment.ts";
import type { LeftoverName, Story, StoryDeployment, StoryRole, StrangerName } from "./story.ts";

/** Things that stand on a host. */
interface Things {
  readonly containers?: readonly InitialContainer[];
  readonly routes?: readonly InitialRoute[];
  readonly files?: Readonly<Record<string, string>>;
}

/** A story's host at the beginning. */
export function furnished({ hosts, deployment }: Story, index: number): HostOptions {
  const { docker, kamal, kamal1, proxy, strangers = [], leftovers = [] } = hosts[index]!;
  const roles = deployment.roles.filter((role) => role.hosts.includes(index));
  const isTraefik = kamal1 !== undefined || deployment.traefik === true;
  const things = [
    ...strangers.map((name) => isTraefik ? STRANGERS_OF_1[name] : STRANGERS[name]),
    ...kamal === undefined
      ? []
      : roles.map((role, place) => leftByKamal(role, deployment, kamal, place)),
    ...kamal1 === undefined ? [] : roles.map((role) => leftByKamal1(role, deployment, kamal1)),
    ...leftovers.map((name) => {
      const left = LEFTOVERS[name](deployment, roles);
      return deployment.traefik === true ? asOf1(left, deployment) : left;
    }),
  ];
  const containers = things.flatMap((one) => one.containers ?? []);
  const isUsed = containers.length > 0 || kamal !== undefined;
  const runs = proxy ?? (isUsed ? "running" : "removed");
  const stopped = runs === "stopped" ? [{ ...STOPPED_PROXY, ...isTraefik ? TRAEFIK : {} }] : [];
  const running = isTraefik && runs === "running" ? [TRAEFIK] : [];
  return {
    ...docker === undefined ? {} : { docker },
    containers: [...stopped, ...running, ...containers],
    ...isTraefik ? { networks: containers.some(isInKamal) ? ["kamal"] : [] } : {},
    ...!isTraefik && (runs === "running" || runs === "old")
      ? { proxy: `basecamp/kamal-proxy:${runs === "old" ? "v0.8.0" : "v0.9.2"}` }
      : {},
    routes: isTraefik ? [] : things.flatMap((one) => one.routes ?? []),
    files: Object.assign({}, ...things.map((one) => one.files ?? {})),
  };
}

/** Kamal 1 knew Docker's first network only. */
function isInKamal({ network = "kamal" }: InitialContainer): boolean {
  return network === "kamal";
}

/** Whether a container, by its labels, belongs to a deployment. */
export function isOurs(
  labels: Readonly<Record<string, string>>,
  { destination, accessories }: StoryDeployment,
): boolean {
  const { service } = labels;
  const names = Object.keys(accessories).map((name) => `${SERVICE}-${name}`);
  return names.includes(service ?? "") ||
    (service === SERVICE && (labels["destination"] ?? "") === (destination ?? ""));
}

const STOPPED_PROXY: InitialContainer = {
  name: "kamal-proxy",
  image: "basecamp/kamal-proxy:v0.9.2",
  publish: ["80:80", "443:443"],
  running: false,
};

/** Others beside Kamal 1: they have Traefik as well. */
const STRANGERS_OF_1: Readonly<Record<StrangerName, Things>> = {
  "cron": { containers: [{ name: "cron", image: "busybox:1" }] },
  "blog": {
    containers: [behindTraefik(
      { name: "blog-web-7", image: "acme/blog:7", labels: { service: "blog", role: "web" } },
      "blog-web",
      "blog.acme.dev",
    )],
    files: { ".kamal/blog-audit.log": "booted\n" },
  },
  "other destination": {
    containers: [behindTraefik(
      {
        name: "shop-web-preview-p1",
        image: `${REPOSITORY}:p1`,
        labels: { service: SERVICE, role: "web", destination: "preview" },
      },
      "shop-web-preview",
      "preview.acme.dev",
    )],
    files: { ".kamal/lock-shop-preview/details": "bG9ja2Vk\n" },
  },
};

const STRANGERS: Readonly<Record<StrangerName, Things>> = {
  "cron": { containers: [{ name: "cron", image: "busybox:1" }] },
  "blog": {
    containers: [
      { name: "blog-web-7", image: "acme/blog:7", labels: { service: "blog", role: "web" } },
      {
        name: "blog-web-6",
        image: "acme/blog:6",
        labels: { service: "blog", role: "web" },
        running: false,
      },
    ],
    routes: [{ service: "blog-web", container: "blog-web-7", hosts: ["blog.acme.dev"] }],
    files: { ".kamal/apps/blog/env/roles/web.env": "A=1\n", ".kamal/blog-audit.log": "booted\n" },
  },
  "other destination": {
    containers: [{
      name: "shop-web-preview-p1",
      image: `${REPOSITORY}:p1`,
      labels: { service: SERVICE, role: "web", destination: "preview" },
    }],
    routes: [{
      service: "shop-web-preview",
      container: "shop-web-preview-p1",
      hosts: ["preview.acme.dev"],
    }],
    files: {
      ".kamal/apps/shop-preview/env/roles/web.env": "A=1\n",
      ".kamal/lock-shop-preview/details": "bG9ja2Vk\n",
    },
  },
};

const LEFTOVERS: Readonly<
  Record<LeftoverName, (deployment: StoryDeployment, roles: readonly StoryRole[]) => Things>
> = {
  "lock": (deployment) => ({
    files: { [`.kamal/lock-${fullService(deployment)}/details`]: btoa("Locked by: Somebody at 1") },
  }),
  "created container": (deployment, roles) => ({
    containers: roles.map((role) => containerOf(role, deployment, "v2", false)),
  }),
  "candidate": (deployment, roles) => ({
    containers: roles.map((role) => containerOf(role, deployment, "c1", false)),
    routes: roles.filter(({ proxied }) => proxied).map((role) => {
      const service = `${prefixOf(role, deployment)}-candidate`;
      const container = `${prefixOf(role, deployment)}-c1`;
      return { service, container, hosts: [`${service}.invalid`] };
    }),
  }),
  "stale version": (deployment, roles) => ({
    containers: roles.map((role) => containerOf(role, deployment, "s1", true)),
  }),
  "id file": (deployment, roles) => ({
    files: Object.fromEntries(roles.map((role) => [
      `.kamal/apps/${fullService(deployment)}/sextant/${prefixOf(role, deployment)}-v2.id`,
      "0123456789abcdef",
    ])),
  }),
};

/** A role as Kamal leaves it: what serves, what served before, its route and its files. */
function leftByKamal(
  role: StoryRole,
  deployment: StoryDeployment,
  version: string,
  place: number,
): Things {
  const folder = `.kamal/apps/${fullService(deployment)}`;
  const route = {
    service: prefixOf(role, deployment),
    container: `${prefixOf(role, deployment)}-${version}`,
    hosts: [publicHost(role)],
  };
  return {
    containers: [
      containerOf(role, deployment, `${version}-before`, false),
      containerOf(role, deployment, version, true),
    ],
    routes: role.proxied ? [route] : [],
    files: {
      [`${folder}/env/roles/${role.name}.env`]: "DATABASE_URL=x\n",
      ...place === 0 ? { [`.kamal/${fullService(deployment)}-audit.log`]: "[dev] booted\n" } : {},
    },
  };
}

/** Containers of roles as Traefik finds them. */
function asOf1({ containers = [], files = {} }: Things, deployment: StoryDeployment): Things {
  const proxied = deployment.roles.filter((role) => role.proxied);
  return {
    containers: containers.map((one) => {
      const role = proxied.find(({ name }) => name === one.labels?.["role"]);
      return role === undefined
        ? one
        : behindTraefik(one, prefixOf(role, deployment), publicHost(role));
    }),
    files,
  };
}

/** A role as Kamal 1 leaves it: what serves, what served before, and its files. */
function leftByKamal1(role: StoryRole, deployment: StoryDeployment, version: string): Things {
  const prefix = prefixOf(role, deployment);
  return {
    containers: [
      containerOf(role, deployment, `${version}-before`, false),
      containerOf(role, deployment, version, true),
    ].map((one) =>
      role.proxied ? behindTraefik(one, prefix, publicHost(role)) : { ...one, network: "bridge" }
    ),
    files: {
      [`.kamal/env/roles/${prefix}.env`]: "DATABASE_URL=x\n",
      [`.kamal/${fullService(deployment)}-audit.log`]: "[dev] booted\n",
    },
  };
}

function containerOf(
  role: StoryRole,
  deployment: StoryDeployment,
  version: string,
  running: boolean,
): InitialContainer {
  const { destination = "" } = deployment;
  return {
    name: `${prefixOf(role, deployment)}-${version}`,
    image: `${REPOSITORY}:${version}`,
    labels: { service: SERVICE, role: role.name, destination },
    running,
  };
}
