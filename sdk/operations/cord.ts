/**
 * The cord: a file in an app's container. Without it the container's health check fails, so Traefik leaves the
 * container before it stops.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Makes the folder with the cord, before the container that mounts it. */
export interface MakeCord {
  /** Which operation. */
  readonly kind: "make-cord";
  /** Folder on the host. */
  readonly folder: string;
}

/** Cuts a container's cord and waits until it calls itself unhealthy and Traefik has left it. */
export interface CutCord {
  /** Which operation. */
  readonly kind: "cut-cord";
  /** Name or id of the container; one that does not run is left as it is. */
  readonly container: string;
  /** Role that it belongs to. */
  readonly role: string;
  /** Folder in the container with the cord. */
  readonly cord: string;
  /** Most seconds to wait. */
  readonly timeout: number;
}

/** Ties a container's cord again and waits until it is healthy. */
export interface TieCord extends Omit<CutCord, "kind"> {
  /** Which operation. */
  readonly kind: "tie-cord";
}

/** An operation on a cord. */
export type CordOperation = MakeCord | CutCord | TieCord;

/** How a cord is made. */
export const makeCord: Definition<MakeCord> = {
  changes: true,
  describe: ({ folder }) => ({ noun: "cord", subject: folder, minor: true }),
  render: ({ folder }) => text(`mkdir -p ${quote(folder)} && : >${quote(`${folder}/cord`)}`),
};

/** How a cord is cut. */
export const cutCord: Definition<CutCord> = {
  changes: true,
  describe: ({ container, role }) => ({
    noun: role,
    subject: container,
    detail: "Traefik leaves it",
  }),
  // A container that never gets unhealthy is stopped all the same: Traefik tries another for what it loses then.
  render: (operation) =>
    text(`${untilHealth(operation, 'rm -f "$sx_cord/cord"', "unhealthy")}
sleep ${TRAEFIK_SECONDS} >/dev/null 2>&1`),
  inverse: (operation) => [{ ...operation, kind: "tie-cord" }],
};

/** How a cord is tied again. */
export const tieCord: Definition<TieCord> = {
  changes: true,
  describe: ({ container, role }) => ({
    noun: role,
    subject: container,
    detail: "Traefik sends it traffic",
  }),
  render: (operation) =>
    text(untilHealth(operation, 'mkdir -p "$sx_cord" && : >"$sx_cord/cord"', "healthy")),
};

// Traefik gathers what Docker tells for this long before it acts on it (providersThrottleDuration).
const TRAEFIK_SECONDS = 2;

const POLL_SECONDS = 0.3;

function untilHealth(
  { container, cord, timeout }: Omit<CutCord, "kind">,
  change: string,
  health: "healthy" | "unhealthy",
): string {
  const name = quote(container);
  const inspect = (format: string): string =>
    `docker inspect -f ${quote(format)} ${name} 2>/dev/null`;
  const running = inspect("{{.State.Running}}");
  const source = inspect(
    `{{range .Mounts}}{{if eq .Destination "${cord}"}}{{.Source}}{{end}}{{end}}`,
  );
  return `[ "$(${running})" = true ] || exit 0
sx_cord=$(${source})
[ -n "$sx_cord" ] || exit 0
${change}
sx_end=$(($(date +%s) + ${timeout}))
until [ "$(${inspect("{{.State.Health.Status}}")})" = ${health} ] || [ "$(date +%s)" -ge $sx_end ]
do sleep ${POLL_SECONDS}; done`;
}
