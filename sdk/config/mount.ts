/**
 * How a mounted file or folder is written.
 *
 * @module
 */

import { isPlainObject } from "./plain_data.ts";

/** A file or folder to mount, with its owner and mode. */
export interface MountFields {
  /** Path of the file in the project, or of the folder on the host. */
  readonly local: string;
  /** Path in the container. */
  readonly remote: string;
  /**
   * Octal mode, as text.
   * @default {"755"} For files; folders keep theirs.
   */
  readonly mode?: string;
  /**
   * Owner on the host, such as `1000:1000`.
   * @default {undefined} The login.
   */
  readonly owner?: string;
  /** Mount options, such as `ro`. */
  readonly options?: string;
}

/** A file or folder to mount: `local:remote`, `local:remote:options`, or an object. */
export type MountInput = string | MountFields;

/** Takes a mount's short form apart; `undefined` for what is none. */
export function parseMount(mount: unknown): MountFields | undefined {
  if (typeof mount === "string") {
    const [local, remote, ...options] = mount.split(":");
    if (!local || !remote || options.length > 1 || options[0] === "") return undefined;
    return { local, remote, ...(options[0] ? { options: options[0] } : {}) };
  }
  const isMount = isPlainObject(mount) && typeof mount.local === "string" &&
    typeof mount.remote === "string";
  return isMount
    ? { ...mount, local: String(mount.local), remote: String(mount.remote) }
    : undefined;
}
