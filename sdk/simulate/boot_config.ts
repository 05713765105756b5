/**
 * Kamal's boot config on a simulated host.
 *
 * @module
 */

import {
  BOOT_CONFIG_FILES,
  bootConfigPath,
  DEFAULT_OPTIONS,
  type ShowBootConfig,
  type WriteBootConfig,
} from "../operations/boot_config.ts";
import { byShell, done, type Model } from "./model.ts";

/** How the boot config is written. */
export const writeBootConfig: Model<WriteBootConfig> = byShell(({ files }, host) => {
  host.makeDirectory(".kamal/proxy");
  for (const file of BOOT_CONFIG_FILES) {
    const value = files[file];
    if (value === undefined) host.remove(bootConfigPath(file));
    else host.write(bootConfigPath(file), value);
  }
  return done();
});

/** How the boot config is shown. */
export const showBootConfig: Model<ShowBootConfig> = byShell(({ repository, tag }, host) => {
  const [options, image, version, command] = BOOT_CONFIG_FILES.map((file) =>
    host.read(bootConfigPath(file))
  );
  const parts = [options ?? DEFAULT_OPTIONS, `${image ?? repository}:${version ?? tag}`, command];
  return done(`${parts.filter((part) => part).join(" ")}\n`);
});
