/**
 * Removing old containers, so that rollback stays possible and disks do not fill.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Removes all but the newest stopped containers of a role. */
export interface PruneContainers {
  /** Which operation. */
  readonly kind: "prune-containers";
  /** Service. */
  readonly service: string;
  /** Destination; empty without one. */
  readonly destination: string;
  /** Role; `undefined` for all roles of the service. */
  readonly role: string | undefined;
  /** How many are kept. */
  readonly retain: number;
}

/** How old containers are removed. */
export const pruneContainers: Definition<PruneContainers> = {
  changes: true,
  describe: ({ role, service, retain }) => ({
    noun: "keep",
    subject: `${retain} old version${retain === 1 ? "" : "s"}`,
    detail: `of ${role ?? service}`,
  }),
  // A prune never fails a good deploy. Kamal: commands/prune.rb, app_containers; counted per role here, so that a role cannot push another's out.
  render: ({ service, destination, role, retain }) => {
    const filters = [`label=service=${service}`, `label=destination=${destination}`];
    if (role !== undefined) filters.push(`label=role=${role}`);
    filters.push("status=created", "status=exited", "status=dead");
    const list = filters.map((filter) => `--filter ${quote(filter)}`).join(" ");
    return text(
      `docker ps -q -a ${list} | tail -n +${
        retain + 1
      } | while read -r sx_id; do docker rm "$sx_id" >/dev/null; done; true`,
    );
  },
};
