/**
 * Traefik's published ports, from Traefik to kamal-proxy and back.
 *
 * @module
 */

import { quote, text, toText } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";
import { imageText, portsHint, renderRun, type RunProxy } from "./proxy_container.ts";
import { swapScript } from "./proxy_swap.ts";

/** What both ways must know. */
export interface Handover {
  /** The run of kamal-proxy with the ports. */
  readonly run: RunProxy;
  /** The ports that change hands: the host's, and kamal-proxy's own for it. */
  readonly ports: readonly { readonly host: number; readonly container: number }[];
  /** What Traefik is asked before it counts as serving again. */
  readonly asks: readonly { readonly path: string; readonly host: string | undefined }[];
}

/** Gives kamal-proxy, which runs without published ports, those of Traefik, which stops; no connection is refused. */
export interface TakePorts extends Handover {
  /** Which operation. */
  readonly kind: "take-ports";
}

/** Gives Traefik its ports back: it starts, and kamal-proxy goes on without published ports. */
export interface GivePorts extends Handover {
  /** Which operation. */
  readonly kind: "give-ports";
}

/** An operation on the ports of Traefik and kamal-proxy. */
export type HandoverOperation = TakePorts | GivePorts;

/** How kamal-proxy gets the ports. */
export const takePorts: Definition<TakePorts> = {
  changes: true,
  describe: ({ ports }) => ({
    mark: "~",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: `takes ${portNames(ports)} over from Traefik, while a second one answers`,
  }),
  render: ({ run, ports, asks }) =>
    text(swapScript({
      image: imageText(run),
      run: toText(renderRun(run)),
      services: [],
      traefik: {
        held: `sx_ports traefik | awk -F '|' ${quote(portProgram(ports))}`,
        first: ":",
        leave: "sx_stop traefik || exit 1",
        arrive: ":",
        asks: asks.map(askLine),
      },
    })),
  inverse: (operation) => [{ ...operation, kind: "give-ports" }],
  explain: ({ run, ports }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy did not get ${portNames(ports)} of Traefik: ${
      lastLines(stderr, 1)[0] ?? "docker said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint: `Traefik serves again. ${portsHint(run) ?? ""}`.trimEnd(),
  }),
};

/** How Traefik gets them back. */
export const givePorts: Definition<GivePorts> = {
  changes: true,
  describe: ({ ports }) => ({
    mark: "~",
    noun: "traefik",
    subject: "traefik",
    detail: `gets ${portNames(ports)} back`,
  }),
  render: ({ run, asks }) =>
    text(swapScript({
      image: imageText(run),
      run: toText(renderRun({ ...run, isHidden: true })),
      services: [],
      traefik: {
        held: "sx_ports kamal-proxy",
        // Where the ports were not taken after all there is nothing to give back.
        first: `[ -n "$(sx_ports kamal-proxy)" ] || { ${START_TRAEFIK}; exit; }`,
        leave: ":",
        arrive: `{ ${START_TRAEFIK}; } || exit 1; sx_answers`,
        asks: asks.map(askLine),
      },
    })),
};

// Traefik's network is joined while it is away, so that kamal-proxy can ask whether it serves.
const START_TRAEFIK =
  "docker network connect kamal traefik 2>/dev/null; docker start traefik >/dev/null";

/** The published ports of Traefik that are meant, each with kamal-proxy's own port in the place of Traefik's. */
function portProgram(ports: Handover["ports"]): string {
  return ports.map(({ host, container }) => `$3 == ${host} { print "${container}|" $2 "|" $3 }`)
    .join(" ");
}

function askLine({ path, host }: Handover["asks"][number]): string {
  return `${path}|${host ?? ""}`;
}

function portNames(ports: Handover["ports"]): string {
  const numbers = ports.map(({ host }) => host).join(" and ");
  return `${ports.length === 1 ? "port" : "ports"} ${numbers}`;
}
