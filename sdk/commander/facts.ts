/**
 * What a command knows before any host is asked: configuration, selection, version, hooks, files, secrets' place.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { CommandOptions, Deployment } from "../commander.ts";
import type { Config } from "../config/config.ts";
import { hookIds } from "../config/destination.ts";
import type { HostsContext } from "../config/hosts_function.ts";
import { errorPagesPath, localFiles, resolveConfig } from "../config/resolve.ts";
import type { RunFacts } from "../plan/input.ts";
import { digestFiles, findErrorPages, readProjectFile } from "../project/files.ts";
import { projectVersion } from "../project/git.ts";
import type { SecretSource } from "../secrets/source.ts";
import { Hooks } from "./hooks.ts";
import { askForHosts } from "./host_functions.ts";
import { type Needs, needsOf } from "./needs.ts";
import { newRunFacts } from "./run_facts.ts";
import { secretsOf } from "./secrets.ts";
import { select, type Selection } from "./selection.ts";
import { loadSsh } from "./transports.ts";
import type { Verb } from "./verb.ts";

/** What is known without any host. */
export interface Facts {
  /** Folder of the project. */
  readonly root: string;
  /** The resolved configuration. */
  readonly config: Config;
  /** Which hosts and roles the command is about. */
  readonly selection: Selection;
  /** Version to work with; `undefined` where the command needs none and none was named. */
  readonly version: string | undefined;
  /** What tells this run from others. */
  readonly run: RunFacts;
  /** The hooks of the project and of the deployment. */
  readonly hooks: Hooks;
  /** Files that may be uploaded, as Base64 by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Where secrets come from; nothing is read of it yet. */
  readonly source: SecretSource;
}

/**
 * Gathers what a command can know without any host.
 *
 * @throws {SextantError} If the configuration, the selection, the version or a file is not as it should be.
 */
export async function gatherFacts(
  deployment: Deployment,
  verb: Verb,
  options: CommandOptions,
): Promise<Facts> {
  const root = options.root ?? Deno.cwd();
  const config = await configOf(deployment, options);
  const needs = needsOf(verb);
  const selection = select(config, verb, needs, options);
  const gathering = [
    needs.version ? versionOf(root, options.version) : options.version,
    hooksOf(root, config, deployment, options),
    newRunFacts(root),
    filesOf(root, config, verb, needs),
    options.transport ?? loadSsh(),
  ] as const;
  // What is wrong is told once nothing of it goes on any more.
  await Promise.allSettled(gathering);
  const [version, hooks, run, files] = await Promise.all(gathering);
  const source = secretsOf(deployment, {
    root,
    config,
    context: { ...userContext({ ...options, version }), service: config.service },
    onWarning: (message) => notice(options, message),
  });
  return { root, config, selection, version, run, hooks, files, source };
}

/** Resolves a deployment's configuration, with the hosts that its functions give. */
export async function configOf(
  deployment: Deployment,
  { root = Deno.cwd(), destination, version, signal }: CommandOptions,
): Promise<Config> {
  const context = userContext({ destination, version, signal });
  const spec = await askForHosts(deployment, context);
  const pages = await findErrorPages(root, errorPagesPath(spec, destination));
  const digests = await digestFiles(root, [...localFiles(spec, destination), ...pages]);
  return await resolveConfig(spec, { destination, digests });
}

/** Tells whoever listens of something that is no step. */
export function notice({ onEvent }: CommandOptions, message: string): void {
  onEvent?.({ type: "notice", host: undefined, message });
}

/** What functions of the user may look at. */
function userContext({ destination, version, signal }: CommandOptions): HostsContext {
  return Object.freeze({
    destination,
    version,
    env: Deno.env.toObject(),
    signal: signal ?? new AbortController().signal,
  });
}

async function hooksOf(
  root: string,
  config: Config,
  { spec, effects }: Deployment,
  { skipHooks, destination }: CommandOptions,
): Promise<Hooks> {
  if (skipHooks === true) return Hooks.none(root);
  return await Hooks.find(root, config, hookIds(spec, destination), effects);
}

async function versionOf(root: string, version: string | undefined): Promise<string> {
  return (await projectVersion(root, { version, env: Deno.env.toObject() })).version;
}

/** The files that a command may upload, as Base64. */
async function filesOf(
  root: string,
  config: Config,
  { name }: Verb,
  needs: Needs,
): Promise<ReadonlyMap<string, string>> {
  const isMounted = name === "setup" || name === "accessory boot" || name === "accessory reboot";
  const mounted = config.accessories.flatMap(({ files }) => files.map(({ local }) => local));
  const pages = config.errorPages.map(({ local }) => local);
  const paths = [...isMounted ? mounted : [], ...needs.lock ? pages : []];
  return new Map(
    await Promise.all(
      paths.map(async (path) =>
        [path, Buffer.from(await readProjectFile(root, path)).toString("base64")] as const
      ),
    ),
  );
}
