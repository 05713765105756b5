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
  /** Port of the registry, where that is on this machine; `undefined` for one elsewhere. */
  readonly registryPort: number | undefined;
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

function localBuilder({ driver, registryPort }: Buildx): string {
  const name = `kamal-local-${registryPort === undefined ? "" : "registry-"}${driver}`;
  const options = networkOption(registryPort);
  return ensured(name, `${CREATE} --name ${name} --driver ${driver}${options}`);
}

/** A builder in a container reaches the ports of its machine in that machine's own network alone. */
function networkOption(registryPort: number | undefined): string {
  return registryPort === undefined ? "" : " --driver-opt network=host";
}

/** Docker names it after the organisation and the builder. */
function cloudBuilder(path: string): string {
  const name = `cloud-${path.replaceAll("/", "-")}`;
  return ensured(name, `${CREATE} --driver cloud ${quote(path)}`);
}

type RemoteBuildx = Buildx & { readonly remote: string };

/** Which machines are asked depends on what this one is. */
function sharedBuilder(buildx: RemoteBuildx, platforms: readonly string[]): string {
  const { remote, local, registryPort } = buildx;
  const suffix = remote.replaceAll(/[^a-z0-9_-]/g, "-") +
    (registryPort === undefined ? "" : "-local-registry");
  const options = networkOption(registryPort);
  // Kamal: the machine that pushes logs in to the registry by itself.
  const first = "export BUILDKIT_NO_CLIENT_TOKEN=1; " + lentRegistry(remote, registryPort);
  const name = `kamal-remote-${suffix}`;
  const create = `${CREATE} --name ${name}${options} ${quote(remote)}`;
  const there = first + ensured(name, greeting(remote) + create);
  if (!local || platforms.length === 0) return there;
  const cases = platforms.map((platform) => {
    const others = platforms.filter((other) => other !== platform);
    const builder = others.length === 0
      ? localBuilder(buildx)
      : first + hybridBuilder(buildx, suffix, { here: platform, there: others });
    return `${quote(platform)}) ${builder} ;;`;
  });
  return `sx_here=$(docker info --format '{{.OSType}}/{{.Architecture}}' 2>/dev/null)
case $sx_here in */x86_64) sx_here=linux/amd64 ;; */aarch64) sx_here=linux/arm64 ;; esac
case $sx_here in
${cases.join("\n")}
*) ${there} ;;
esac`;
}

function hybridBuilder(
  { driver, remote, registryPort }: RemoteBuildx,
  suffix: string,
  platforms: { readonly here: string; readonly there: readonly string[] },
): string {
  const name = `kamal-hybrid-${driver}-${suffix}`;
  const options = networkOption(registryPort);
  const here = `--platform ${quote(platforms.here)} --name ${name} --driver ${driver}${options}`;
  const there = `--platform ${quote(platforms.there.join(","))} --append --name ${name}${options}`;
  return ensured(
    name,
    `${greeting(remote)}${CREATE} ${here} && ${CREATE} ${there} ${quote(remote)}`,
  );
}

const CREATE = "docker buildx create";

/** The builder of a name, made by a command where it is not there. */
function ensured(name: string, create: string): string {
  const quoted = quote(name);
  return `sx_builder=${quoted}; docker buildx inspect ${quoted} >/dev/null 2>&1 || { ${create}; } >/dev/null`;
}

/** Docker asks nobody whether a host key is right: a first connection accepts it, as those to other hosts do. */
function greeting(remote: string): string {
  const words = sshWords(remote);
  return words === undefined ? "" : `ssh ${words} true </dev/null && `;
}

/** Lends the remote machine the port of this one's registry, for as long as the shell lives. */
function lentRegistry(remote: string, port: number | undefined): string {
  const words = sshWords(remote);
  if (port === undefined || words === undefined) return "";
  const control = '-o ControlPath="$sx_ssh/control"';
  const lend = `-R 127.0.0.1:${port}:127.0.0.1:${port}`;
  return `sx_ssh=$(mktemp -d) || exit
trap 'ssh ${control} -O exit ${words} 2>/dev/null; rm -rf "$sx_ssh"' EXIT; trap 'exit 143' HUP INT TERM
ssh -o ControlMaster=yes ${control} -o ExitOnForwardFailure=yes -f -N ${lend} ${words} </dev/null >/dev/null 2>&1 || {
echo "port ${port} of the remote machine cannot be lent to this one's registry" >&2; exit 1; }
`;
}

/** How `ssh` is told of a machine; `undefined` for one that is not reached by SSH. */
function sshWords(remote: string): string | undefined {
  const [, user, address, port] =
    /^ssh:\/\/(?:([^@/]+)@)?([^/:]+|\[[^\]]+\])(?::(\d+))?/.exec(remote) ?? [];
  if (address === undefined) return undefined;
  const login = (user === undefined ? "" : `${user}@`) + address.replaceAll(/[[\]]/g, "");
  const at = port === undefined ? "" : `-p ${port} `;
  return `-o StrictHostKeyChecking=accept-new ${at}${quote(login)}`;
}
