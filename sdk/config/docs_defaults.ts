/**
 * What holds where a deployment says nothing, found out by resolving one that says next to nothing.
 *
 * @module
 */

import { isPlainObject, type PlainObject } from "./plain_data.ts";
import { resolveProxy } from "./resolve_proxy.ts";
import { resolveSpec } from "./resolve_spec.ts";

/**
 * Values by the key they are for, such as `proxy.healthcheck.path`, where `*` stands for any name.
 * Values that no key is for are among them.
 */
export function usualValues(): Readonly<Record<string, unknown>> {
  const config = resolveSpec({
    service: "shop",
    image: "acme/shop",
    servers: { web: ["192.0.2.1"] },
    accessories: { db: { image: "postgres:17", host: "192.0.2.1" } },
    release: { cmd: "bin/migrate" },
    canary: { allow: ["qa"] },
  }, {});
  const { boot, release, canary, builder, ssh, sshkit, proxyRun } = config;
  const run = { ...proxyRun, repository: proxyRun.image.replace(/:[^:]*$/, "") };
  return {
    ...leavesOf({
      boot,
      release: { timeout: release?.timeout },
      canary: { percent: canary?.percent },
      builder,
      ssh,
      sshkit,
      proxy: { ...resolveProxy({}), run },
      settings: config,
    }),
    "accessories.*.network": config.accessories[0]?.network,
    "logging.options": config.roles[0]?.logging.options,
    // Questions that resolving answers and does not keep.
    "builder.driver": "docker",
    "builder.local": true,
    "settings.hooksOutput": "verbose",
    "settings.allowEmptyRoles": false,
    "settings.requireDestination": false,
  };
}

function leavesOf(value: PlainObject, prefix = ""): Record<string, unknown> {
  const leaves = Object.entries(value).map(([key, item]) => {
    if (isPlainObject(item)) return leavesOf(item, `${prefix}${key}.`);
    const isNothing = item === undefined || (Array.isArray(item) && item.length === 0);
    return isNothing ? {} : { [prefix + key]: item };
  });
  return Object.assign({}, ...leaves);
}
