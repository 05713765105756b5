/**
 * The builders of buildx, which are made where they are not there yet.
 *
 * @module
 */

import { type Command, quote, text } from "../command.ts";

/** A builder of buildx. */
export interface Buildx {
  /** Its driver, such as `docker-container`. */
  readonly driver: string;
  /** Docker of another machine, which builds what this one cannot; `undefined` for none. */
  readonly remote: string | undefined;
  /** Whether this machine builds for its own architecture. */
  readonly local: boolean;
  /** Whether the registry is on this machine, and the builder must reach it. */
  readonly localRegistry: boolean;
}

/** Leaves the name of the builder in `$sx_builder`; makes it where it is not there yet. */
export function readyBuilder(buildx: Buildx, platforms: readonly string[]): Command {
  const { driver, remote } = buildx;
  if (driver === "docker") return text("sx_builder=default");
  if (driver.startsWith("cloud ")) return text(`{ ${cloudBuilder(driver.slice(6))}; }`);
  return text(
    `{ ${
      remote === undefined ? localBuilder(buildx) : sharedBuilder({ ...buildx, remote }, platforms)
    }; }`,
  );
}

// Names are Kamal's, so that both have the same builders with the same layers.

function localBuilder({ driver, localRegistry }: Buildx): string {
  const name = `kamal-local-${localRegistry ? "registry-" : ""}${driver}`;
  const options = localRegistry ? " --driver-opt network=host" : "";
  return ensured(name, `${CREATE} --name ${name} --driver ${driver}${options}`);
}

/** Docker names it after the organisation and the builder. */
function cloudBuilder(path: string): string {
  const name = `cloud-${path.replaceAll("/", "-")}`;
  return ensured(name, `${CREATE} --driver cloud ${quote(path)}`);
}

type RemoteBuildx = Buildx & { readonly remote: string };

/** Which machines are asked depends on what this one is. */
function sharedBuilder(buildx: RemoteBuildx, platforms: readonly string[]): string {
  const { driver, remote, local } = buildx;
  const suffix = remote.replaceAll(/[^a-z0-9_-]/g, "-");
  const overThere = ensured(
    `kamal-remote-${suffix}`,
    `${greeting(remote)}${CREATE} --name kamal-remote-${suffix} ${quote(remote)}`,
  );
  const there = NO_TOKEN + overThere;
  if (!local || platforms.length === 0) return there;
  const cases = platforms.map((platform) => {
    const others = platforms.filter((other) => other !== platform);
    const name = `kamal-hybrid-${driver}-${suffix}`;
    const create = [
      `${greeting(remote)}${CREATE} --platform ${platform} --name ${name} --driver ${driver}`,
      `${CREATE} --platform ${others.join(",")} --append --name ${name} ${quote(remote)}`,
    ].join(" && ");
    const builder = others.length === 0 ? localBuilder(buildx) : NO_TOKEN + ensured(name, create);
    return `${quote(platform)}) ${builder} ;;`;
  });
  return `sx_here=$(docker info --format '{{.OSType}}/{{.Architecture}}' 2>/dev/null)
case $sx_here in */x86_64) sx_here=linux/amd64 ;; */aarch64) sx_here=linux/arm64 ;; esac
case $sx_here in
${cases.join("\n")}
*) ${there} ;;
esac`;
}

// Kamal: the machine that pushes logs in to the registry by itself.
const NO_TOKEN = "export BUILDKIT_NO_CLIENT_TOKEN=1; ";

const CREATE = "docker buildx create";

/** The builder of a name, made by a command where it is not there. */
function ensured(name: string, create: string): string {
  const quoted = quote(name);
  return `sx_builder=${quoted}; docker buildx inspect ${quoted} >/dev/null 2>&1 || { ${create}; } >/dev/null`;
}

/** Docker asks nobody whether a host key is right: a first connection accepts it, as those to other hosts do. */
function greeting(remote: string): string {
  const [, user, address, port] =
    /^ssh:\/\/(?:([^@/]+)@)?([^/:]+|\[[^\]]+\])(?::(\d+))?/.exec(remote) ??
      [];
  if (address === undefined) return "";
  const login = (user === undefined ? "" : `${user}@`) + address.replaceAll(/[[\]]/g, "");
  const words = [
    "-o",
    "StrictHostKeyChecking=accept-new",
    ...port === undefined ? [] : ["-p", port],
  ];
  return `ssh ${words.join(" ")} ${quote(login)} true </dev/null && `;
}
