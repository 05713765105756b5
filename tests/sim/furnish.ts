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
  const { docker, kamal, proxy, strangers = [], leftovers = [] } = hosts[index]!;
  const roles = deployment.roles.filter((role) => role.hosts.includes(index));
  const things = [
    ...strangers.map((name) => STRANGERS[name]),
    ...kamal === undefined
      ? []
      : roles.map((role, place) => leftByKamal(role, deployment, kamal, place)),
    ...leftovers.map((name) => LEFTOVERS[name](deployment, roles)),
  ];
  const containers = things.flatMap((one) => one.containers ?? []);
  const isUsed = containers.length > 0 || kamal !== undefined;
  const runs = proxy ?? (isUsed ? "running" : "removed");
  return {
    ...docker === undefined ? {} : { docker },
    containers: [...runs === "stopped" ? [STOPPED_PROXY] : [], ...containers],
    ...runs === "running" || runs === "old"
      ? { proxy: `basecamp/kamal-proxy:${runs === "old" ? "v0.8.0" : "v0.9.2"}` }
      : {},
    routes: things.flatMap((one) => one.routes ?? []),
    files: Object.assign({}, ...things.map((one) => one.files ?? {})),
  };
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
