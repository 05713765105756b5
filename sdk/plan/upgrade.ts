/**
 * The plan of `upgrade`: from Traefik to kamal-proxy, with the version that serves, and no request lost.
 *
 * @module
 */

import { accessoriesOn } from "../config/config.ts";
import type { Accessory } from "../config/resolve_accessories.ts";
import { HostError, SextantError, throwHostErrors } from "../errors.ts";
import type { Operation } from "../operations/operation.ts";
import { bootGroups } from "./boot.ts";
import { certificateSteps } from "./certificate.ts";
import { type Changes, changesOn, type RoleChange } from "./changes.ts";
import { appHosts, lookUp, runningVersions, selectedRoles, servingVersions } from "./current.ts";
import { finishSteps, prepareSteps } from "./deploy.ts";
import { isServedByTraefik, portsOfTraefik, traefikOf } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { imageName } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { audit, networkUp, proxyUp, runProxy } from "./proxy.ts";
import { endNote, knownDigest } from "./release.ts";
import { plan, script, stage, step } from "./stages.ts";

/** How an upgrade goes. */
export interface UpgradeOptions {
  /** The version that was named; `undefined` for the one that serves. */
  readonly version: string | undefined;
  /** Whether one host after the other. */
  readonly rolling: boolean;
  /** Whether also where Traefik serves other apps. */
  readonly force: boolean;
}

/**
 * Plans `upgrade`. kamal-proxy starts without published ports, new containers boot behind it while Traefik serves the
 * old ones, then the ports change hands, and at last what is old stops. Each step can be taken back but the last stage,
 * which removes Traefik.
 *
 * @throws {SextantError} `USAGE` where the deployment has Traefik, or where no one version runs.
 * @throws {HostsError} `PROXY_IN_USE` where Traefik serves other apps, unless that does not matter.
 */
export function planUpgrade(input: PlanInput, options: UpgradeOptions): Plan {
  refuseTraefik(input);
  if (!options.force) throwHostErrors(input.hosts.flatMap((host) => cutOff(input, host)));
  const version = options.version ?? oneVersion(input);
  const upgrade = { ...input, version };
  const changes: Changes = new Map(
    appHosts(upgrade).map((
      host,
    ) => [host, changesOn(upgrade, host, { replaced: "changed", keepsCanary: true })]),
  );
  const prepare = upgrade.hosts.map((host) => {
    const own = changes.get(host) ?? [];
    return script(host, [...proxySteps(upgrade, host, own), ...joinSteps(upgrade, host, own)]);
  });
  const finish = upgrade.hosts.map((host) =>
    script(host, endSteps(upgrade, host, changes.get(host) ?? []))
  );
  return plan(upgrade, "upgrade", [
    stage("prepare", prepare),
    ...bootGroups(upgrade, changes, {
      afterRoutes: (host) => handoverSteps(upgrade, host),
      rolling: options.rolling,
      hooks: { before: "pre-proxy-reboot", after: "post-proxy-reboot" },
    }),
    stage("finish", finish, { interruptible: false }),
  ], {
    lock: true,
    takesBack: true,
    serving: servingVersions(input),
    notes: [...changes].filter(([, some]) => some.length > 0)
      .map(([host]) => endNote(upgrade, host, version)),
  });
}

function refuseTraefik({ config }: PlanInput): void {
  if (config.traefik === undefined) return;
  throw new SextantError("USAGE", "the deployment still says that Traefik serves", {
    hint: "Take .traefik({ … }) out of it; the rest stays. Then: sextant upgrade",
  });
}

/** The version that all hosts run. */
function oneVersion(input: PlanInput): string {
  const running = [...new Set(Object.values(runningVersions(input)))];
  const [version] = running;
  if (running.length === 1 && version !== undefined) return version;
  const found = running.length === 0 ? "nothing runs" : `${running.join(" and ")} run`;
  throw new SextantError("USAGE", `${found} there, so it is not known what to upgrade with`, {
    hint: "Name the version that is to serve: sextant upgrade --version VERSION",
  });
}

/** Why nobody would serve other apps of a host any more. */
function cutOff(input: PlanInput, host: string): readonly HostError[] {
  const state = stateOf(input, host);
  const own = new Set(
    selectedRoles(input, host).flatMap((role) => lookUp(input, host, role).containers),
  );
  const others = state.containers.filter((one) => !own.has(one) && isServedByTraefik(state, one));
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name).join(", ");
  const message = `Traefik also serves ${names}, which nobody would then`;
  const hint = "Move these first; or go on, and upgrade them next: sextant upgrade --force";
  return [new HostError("PROXY_IN_USE", host, message, { hint })];
}

/** kamal-proxy runs, and all that new containers need is there. */
function proxySteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  if (changes.length > 0) return prepareSteps(input, host, changes, { pull: pulls(input, host) });
  const isNeeded = selectedRoles(input, host).some(({ proxy }) => proxy !== undefined);
  return isNeeded ? [...networkUp(input, host), ...proxyUp(input, host)] : [];
}

/** Accessories that ran before join the network of the app's new containers, and go on. */
function joinSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  const { containers } = stateOf(input, host);
  const joins = accessoriesOn(input.config, host).flatMap(({ service, network }: Accessory) => {
    const found = containers.find(({ name, labels }) =>
      name === service && labels["service"] === service
    );
    return found === undefined || found.networks.includes(network)
      ? []
      : [{ kind: "connect-network", name: network, container: service } satisfies Operation];
  });
  if (joins.length === 0) return [];
  const hasNetwork = changes.some(({ boots }) => boots.length > 0);
  return [
    ...hasNetwork ? [] : networkUp(input, host),
    step(`${host} join accessories`, ...joins),
  ];
}

/** The ports change hands where Traefik has them. */
function handoverSteps(input: PlanInput, host: string): readonly Step[] {
  const ports = portsOfTraefik(input.config, stateOf(input, host));
  if (ports.length === 0) return [];
  const asks = selectedRoles(input, host).flatMap(({ proxy }) =>
    proxy === undefined ? [] : [{ path: proxy.healthcheck.path, host: proxy.hosts[0] }]
  );
  return [step(`${host} ports`, { kind: "take-ports", run: runProxy(input, host), ports, asks })];
}

/** Traefik goes, and what was done is noted. */
function endSteps(input: PlanInput, host: string, changes: readonly RoleChange[]): readonly Step[] {
  const state = stateOf(input, host);
  const traefik = traefikOf(state);
  const hasStopped = portsOfTraefik(input.config, state).length > 0;
  const role = "traefik";
  const ends = traefik === undefined ? [] : [
    ...traefik.running && !hasStopped
      ? [
        step(`${host} stop traefik`, {
          kind: "stop-container",
          name: traefik.name,
          role,
          timeout: undefined,
          because: undefined,
        }),
      ]
      : [],
    step(`${host} remove traefik`, { kind: "remove-container", name: traefik.name, role }),
    step(`${host} remove its image`, { kind: "remove-image", image: traefik.image }),
    step(`${host} audit`, audit(input, "Rebooted proxy")),
  ];
  const parts = {
    verb: "upgrade",
    pull: pulls(input, host),
    prune: true,
    digest: knownDigest(input, input.version),
  };
  return [
    ...finishSteps(input, host, changes, parts),
    ...ends,
    ...certificateSteps(input, host, changes),
  ];
}

/** Whether the image is fetched: what serves is usually there. */
function pulls(input: PlanInput, host: string): boolean {
  const image = imageName(input.config, input.version);
  return !stateOf(input, host).images.some(({ name }) => name === image);
}
