/**
 * Kamal's boot config: files on a host that say how kamal-proxy runs where the configuration does not.
 *
 * @module
 */

import { all, quote, replaceFiles, run, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Names of the files below `.kamal/proxy`. */
export type BootConfigFile = "options" | "image" | "image_version" | "run_command";

/** Writes the boot config; a file without text is removed, for then Kamal's own default counts. */
export interface WriteBootConfig {
  /** Which operation. */
  readonly kind: "write-boot-config";
  /** Text of each file. */
  readonly files: Readonly<Partial<Record<BootConfigFile, string>>>;
}

/** Shows with what kamal-proxy would be run by the boot config. */
export interface ShowBootConfig {
  /** Which operation. */
  readonly kind: "show-boot-config";
  /** Image without tag that counts where the host names none. */
  readonly repository: string;
  /** Tag that counts where the host names none. */
  readonly tag: string;
}

/** An operation on the boot config. */
export type BootConfigOperation = WriteBootConfig | ShowBootConfig;

/** Kamal's default of the file `options`. */
export const DEFAULT_OPTIONS = "--publish 80:80 --publish 443:443 --log-opt max-size=10m";

/** Every file of the boot config. */
export const BOOT_CONFIG_FILES: readonly BootConfigFile[] = [
  "options",
  "image",
  "image_version",
  "run_command",
];

/** Path of a file of the boot config on a host. */
export function bootConfigPath(file: BootConfigFile): string {
  return `.kamal/proxy/${file}`;
}

/** How the boot config is written. */
export const writeBootConfig: Definition<WriteBootConfig> = {
  changes: true,
  describe: ({ files }) => ({
    mark: "~",
    noun: "proxy",
    subject: "boot config",
    detail: BOOT_CONFIG_FILES.flatMap((file) => files[file] === undefined ? [] : [files[file]])
      .join(" ") || "Kamal's defaults",
  }),
  render: ({ files }) => {
    const told = BOOT_CONFIG_FILES.flatMap((file) => {
      const value = files[file];
      return value === undefined
        ? []
        : [[run("printf", "%s", value), bootConfigPath(file)] as const];
    });
    return all(
      run("mkdir", "-p", ".kamal/proxy"),
      ...BOOT_CONFIG_FILES.filter((file) => files[file] === undefined)
        .map((file) => run("rm", "-f", bootConfigPath(file))),
      // With half of its options it would run without its ports.
      ...told.length === 0 ? [] : [replaceFiles(told)],
    );
  },
};

/** How the boot config is shown. */
export const showBootConfig: Definition<ShowBootConfig> = {
  changes: false,
  describe: () => ({ noun: "proxy", subject: "boot config" }),
  render: ({ repository, tag }) => text(`echo ${bootConfigLine(repository, tag)}`),
};

/**
 * The options, image and command that the boot config makes, as shell text for `echo`;
 * Kamal's defaults stand in for files that are missing.
 */
export function bootConfigLine(repository: string, tag: string): string {
  return [
    orDefault("options", DEFAULT_OPTIONS),
    bootConfigImage(repository, tag),
    orDefault("run_command", ""),
  ].join(" ");
}

/** The image that the boot config makes, as shell text. */
export function bootConfigImage(repository: string, tag: string): string {
  return `${orDefault("image", repository)}:${orDefault("image_version", tag)}`;
}

function orDefault(file: BootConfigFile, value: string): string {
  return `$(cat ${bootConfigPath(file)} 2>/dev/null || echo ${quote(value)})`;
}
