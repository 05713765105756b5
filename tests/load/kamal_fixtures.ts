/**
 * Our own files for each of Kamal's test configurations, and what they resolve to.
 *
 * @module
 */

import type { Config } from "../../sdk/config/config.ts";
import { errorPagesPath, localFiles, resolveConfig } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { ConfigError } from "../../sdk/errors.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";

/** Folder of the files. */
export const FIXTURES = new URL("../fixtures/kamal/", import.meta.url);

/** What ERB in them asks for. */
export const FIXTURE_ENV: Readonly<Record<string, string>> = {
  PATH: Deno.env.get("PATH") ?? "",
  ERB_HOST: "10.0.0.1",
};

/** Where a configuration is, and what it is asked for. */
export interface ConfigPlace {
  /** Folder of the project. */
  readonly root: string;
  /** File in it; the usual ones where none is named. */
  readonly configFile?: string;
  /** Destination. */
  readonly destination?: string | undefined;
  /** Environment; {@linkcode FIXTURE_ENV} where none is given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves a configuration, its files with a digest of nothing but zeros. */
export async function configOf(
  { env = FIXTURE_ENV, destination, ...place }: ConfigPlace,
): Promise<Config> {
  const { spec } = await loadDeployment({ ...place, destination, env });
  const digests = Object.fromEntries(
    fixtureFiles(spec, destination).map((file) => [file, "0".repeat(64)]),
  );
  return await resolveConfig(spec, { destination, digests });
}

/** The project's files that a fixture names, one error page among them. */
export function fixtureFiles(spec: DeploySpec, destination: string | undefined): readonly string[] {
  const pages = errorPagesPath(spec, destination);
  return [...localFiles(spec, destination), ...pages === undefined ? [] : [`${pages}/503.html`]];
}

/** Where a fixture is, for one of its destinations. */
export function fixture(name: string, destination?: string): ConfigPlace {
  return { root: FIXTURES.pathname, configFile: `${name}.yml`, destination };
}

/** Names of all fixtures, without those of destinations. */
export async function fixtureNames(): Promise<readonly string[]> {
  return (await fileNames())
    .filter((name) => /^(?:[^.]+|deploy\.erb)\.yml$/.test(name))
    .map((name) => name.replace(/\.yml$/, ""))
    .toSorted();
}

/** Destinations of a fixture, `undefined` for none. */
export async function destinationsOf(name: string): Promise<readonly (string | undefined)[]> {
  const files = await fileNames();
  const named = files.flatMap((file) => {
    const [, destination] = /^([a-z]+)\.yml$/.exec(file.slice(name.length + 1)) ?? [];
    const isOwn = file.startsWith(`${name}.`) && destination !== undefined;
    return isOwn && file !== "deploy.erb.yml" ? [destination] : [];
  });
  return [undefined, ...named.toSorted()];
}

/** Those destinations of a fixture for which it is not refused. */
export async function readableOf(name: string): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (const destination of await destinationsOf(name)) {
    const isReadable = await configOf(fixture(name, destination)).then(() => true, (error) => {
      if (error instanceof ConfigError) return false;
      throw error;
    });
    if (isReadable) found.push(destination);
  }
  return found;
}

async function fileNames(): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(FIXTURES))).map(({ name }) => name);
}
