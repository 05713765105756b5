/**
 * What a deployment leaves on a host, field by field, with versions and ids replaced by words.
 *
 * @module
 */

import type { LabHost } from "../lab/lab.ts";

/** A container, as far as anybody relies on it. */
export interface ContainerLayout {
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Docker networks. */
  readonly networks: readonly string[];
  /** Names and values of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Restart policy. */
  readonly restart: unknown;
  /** Log driver and its options. */
  readonly log: unknown;
  /** Host name. */
  readonly hostname: string;
  /** Image. */
  readonly image: string;
  /** Mounts. */
  readonly mounts: readonly unknown[];
  /** Published ports. */
  readonly ports: unknown;
}

/** Inspects a container. */
export async function containerLayout(
  host: LabHost,
  name: string,
  version: string,
): Promise<ContainerLayout> {
  const [found] = JSON.parse(await host.must(`docker inspect ${name}`));
  const { Config, HostConfig, NetworkSettings, Mounts } = found;
  const neutral = (text: string): string =>
    text.replaceAll(version, "VERSION").replace(/-[0-9a-f]{12}$/, "-RANDOM");
  const env = (Config.Env as readonly string[]).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), neutral(line.slice(at + 1))] as const;
  });
  return {
    labels: Config.Labels,
    networks: Object.keys(NetworkSettings.Networks),
    env: Object.fromEntries(env.toSorted(([a], [b]) => a < b ? -1 : 1)),
    restart: HostConfig.RestartPolicy,
    log: HostConfig.LogConfig,
    hostname: neutral(Config.Hostname),
    image: neutral(Config.Image),
    mounts: Mounts,
    ports: HostConfig.PortBindings,
  };
}

/** A service of kamal-proxy, as it keeps it. */
export interface ProxyService {
  /** Name. */
  readonly name: string;
  /** Targets that get traffic. */
  readonly active_targets: readonly string[];
  /** What it was told besides. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it was told of its targets. */
  readonly target_options: Readonly<Record<string, unknown>>;
}

/** What kamal-proxy keeps of a service. */
export async function proxyService(host: LabHost, name: string): Promise<ProxyService> {
  const text = await host.must(
    "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
  );
  return (JSON.parse(text) as readonly ProxyService[]).find((service) => service.name === name)!;
}
