/**
 * kamal-proxy's container.
 *
 * @module
 */

import { all, type Command, quiet, quote, raw, run, text, toText, type Word } from "../command.ts";
import { bootConfigImage, bootConfigLine } from "./boot_config.ts";
import { optionWords } from "./container.ts";
import { type Definition, lastLines } from "./definition.ts";
import { mendScript, swapScript } from "./proxy_swap.ts";

/** Runs the proxy's container. */
export interface RunProxy {
  /** Which operation. */
  readonly kind: "run-proxy";
  /** Image with tag. */
  readonly image: string;
  /** Ports to publish, as `docker run --publish` takes them. */
  readonly publish: readonly string[];
  /** Largest log file; empty for no limit. */
  readonly logMaxSize: string;
  /** Whether it logs more. */
  readonly debug: boolean;
  /** Port of its metrics; `undefined` for none. */
  readonly metricsPort: number | undefined;
  /** Further options of `docker run`. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Whether the configuration says anything about how it runs; otherwise the host's own boot config counts. */
  readonly configured: boolean;
  /** Whether it publishes no ports for now, because Traefik has them. @default {false} */
  readonly isHidden?: boolean;
}

/** Starts the proxy's stopped container. */
export interface StartProxy {
  /** Which operation. */
  readonly kind: "start-proxy";
}

/** Stops the proxy; routes stay in its volume. */
export interface StopProxy {
  /** Which operation. */
  readonly kind: "stop-proxy";
}

/** Stops the proxy and removes its container; routes and certificates stay in its volume. */
export interface RemoveProxy {
  /** Which operation. */
  readonly kind: "remove-proxy";
  /** Whether its image and folder go as well; the volume with its certificates stays, as with Kamal. */
  readonly everything: boolean;
}

/** Replaces the proxy's container while a second one answers; routes and certificates are in its volume. */
export interface ReplaceProxy {
  /** Which operation. */
  readonly kind: "replace-proxy";
  /** The run of the new container. */
  readonly run: RunProxy;
  /** Image of the old container. */
  readonly previous: string;
  /** Names of the services that the new one must have, where the old one does not run to be asked. */
  readonly services: readonly string[];
}

/** Brings a replacement that was broken off to its end, so that the proxy runs and nothing else of it is left. */
export interface MendProxy {
  /** Which operation. */
  readonly kind: "mend-proxy";
}

/** An operation on the proxy's container. */
export type ProxyOperation =
  | RunProxy
  | StartProxy
  | StopProxy
  | RemoveProxy
  | ReplaceProxy
  | MendProxy;

/** How the proxy is run. */
export const runProxy: Definition<RunProxy> = {
  changes: true,
  describe: (operation) => ({
    mark: "+",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: describeRun(operation),
  }),
  render: renderRun,
  // One that serves stays: another app may be served by it.
  inverse: ({ isHidden }) => isHidden === true ? [{ kind: "remove-proxy", everything: false }] : [],
  explain: (operation, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy could not be run: ${
      lastLines(stderr, 1)[0] ?? "docker run said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint: portsHint(operation),
  }),
};

/** How a stopped proxy is started. */
export const startProxy: Definition<StartProxy> = {
  changes: true,
  describe: () => ({ mark: "+", noun: "proxy", subject: "kamal-proxy", detail: "start" }),
  render: () => quiet(run("docker", "container", "start", "kamal-proxy")),
};

/** How the proxy is stopped. */
export const stopProxy: Definition<StopProxy> = {
  changes: true,
  describe: () => ({ mark: "-", noun: "proxy", subject: "kamal-proxy", detail: "stop" }),
  render: () => quiet(run("docker", "container", "stop", "-t", "30", "kamal-proxy")),
};

/** How the proxy's container is removed. */
export const removeProxy: Definition<RemoveProxy> = {
  changes: true,
  describe: ({ everything }) => ({
    mark: "-",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: everything ? "with its image; its certificates stay" : "its routes stay",
  }),
  render: ({ everything }) => {
    const stop = text(
      "{ docker stop -t 30 kamal-proxy >/dev/null 2>&1; docker rm kamal-proxy >/dev/null 2>&1 || ! docker container inspect kamal-proxy >/dev/null 2>&1; }",
    );
    if (!everything) return stop;
    return all(
      stop,
      text(
        "{ docker image prune --all --force --filter label=org.opencontainers.image.title=kamal-proxy >/dev/null; }",
      ),
      // Apps without a route may have certificates and pages there.
      text(
        '{ for sx_f in .kamal/proxy/*; do [ "${sx_f##*/}" = apps-config ] || rm -rf "$sx_f"; done; rmdir .kamal/proxy/apps-config .kamal/proxy 2>/dev/null || true; }',
      ),
    );
  },
};

/** How the proxy's container is replaced. */
export const replaceProxy: Definition<ReplaceProxy> = {
  changes: true,
  describe: ({ run, previous }) => ({
    mark: "~",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: previous === run.image
      ? `${run.image}, replaced while a second one answers`
      : `${previous} → ${run.image}, while a second one answers`,
  }),
  render: ({ run, services }) =>
    text(swapScript({ image: imageText(run), run: toText(renderRun(run)), services })),
  explain: ({ run }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy was not replaced: ${lastLines(stderr, 1)[0] ?? "docker said nothing"}`,
    details: lastLines(stderr, 5),
    hint: `The old container serves again. ${portsHint(run) ?? ""}`.trimEnd(),
  }),
};

/** How what is left of a broken off replacement is cleared away. */
export const mendProxy: Definition<MendProxy> = {
  changes: true,
  describe: () => ({
    mark: "~",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: "ends a replacement that was broken off",
  }),
  render: () => text(mendScript()),
};

/** The command that runs the proxy's container. */
export function renderRun(operation: RunProxy): Command {
  const base: Word[] = ["docker", "run", "--name", "kamal-proxy", "--network", "kamal", "--detach"];
  base.push(
    "--restart",
    "unless-stopped",
    "--volume",
    "kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy",
  );
  base.push("--volume", raw('"$PWD"/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config'));
  const folder = run("mkdir", "-p", ".kamal/proxy/apps-config");
  if (operation.isHidden === true) {
    return all(folder, run(...base, raw(imageText(operation)), "kamal-proxy", "run"));
  }
  return all(
    folder,
    operation.configured ? configuredRun(base, operation) : bootConfigRun(base, operation),
  );
}

function configuredRun(base: readonly Word[], operation: RunProxy): Command {
  const words: Word[] = [...base];
  for (const port of operation.publish) words.push("--publish", port);
  if (operation.logMaxSize !== "") words.push("--log-opt", `max-size=${operation.logMaxSize}`);
  if (operation.metricsPort !== undefined) words.push(`--expose=${operation.metricsPort}`);
  words.push(...optionWords(operation.options), operation.image, "kamal-proxy", "run");
  if (operation.debug) words.push("--debug");
  if (operation.metricsPort !== undefined) {
    words.push("--metrics-port", String(operation.metricsPort));
  }
  return run(...words);
}

// Kamal: `kamal proxy boot_config` leaves its settings in these files; a host that has them keeps them.
function bootConfigRun(base: readonly Word[], { image }: RunProxy): Command {
  const [repository, tag] = splitTag(image);
  const docker = base.map((word) =>
    typeof word === "string" ? quote(word) : "raw" in word ? word.raw : ""
  ).join(" ");
  return text(`echo ${bootConfigLine(repository, tag)} | xargs ${docker}`);
}

/** An image without its tag, and the tag. */
export function splitTag(image: string): readonly [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}

/** The image as shell text: the boot config on the host may name another. */
export function imageText(
  { image, configured }: Pick<RunProxy, "image" | "configured">,
): string {
  return configured ? quote(image) : bootConfigImage(...splitTag(image));
}

/** What runs and where it listens, for readers. */
function describeRun({ image, publish, isHidden }: RunProxy): string {
  if (isHidden === true) return `${image}, beside Traefik, which keeps the ports`;
  return publish.length === 0
    ? `${image}, no ports published`
    : `${image} on ${publish.map(hostPort).join(", ")}`;
}

/** What to look at where its ports are taken; `undefined` where it publishes none. */
export function portsHint({ publish }: Pick<RunProxy, "publish">): string | undefined {
  const [first] = publish;
  if (first === undefined) return undefined;
  const ports = publish.map(hostPort).join(", ");
  const port = hostPort(first).replace(/^.*:/, "");
  return `Free on the host must be: ${ports}. Look: docker ps --filter publish=${port}`;
}

/** The host's part of a published port, with its address where it has one. */
function hostPort(publish: string): string {
  return publish.slice(0, publish.lastIndexOf(":"));
}
