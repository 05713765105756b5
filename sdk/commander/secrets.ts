/**
 * Where a run's secrets come from: the project's files, then the deployment's own function.
 *
 * @module
 */

import type { Deployment } from "../commander.ts";
import type { Config } from "../config/config.ts";
import { secretsReference } from "../config/destination.ts";
import type { SecretsContext } from "../config/secrets_function.ts";
import { secretsFromFiles } from "../secrets/files.ts";
import { type Provider, secretsWithProvider } from "../secrets/provider.ts";
import type { ListingSource } from "../secrets/source.ts";
import { untilAborted } from "./until_aborted.ts";

/** What finding secrets needs. */
export interface SecretsOptions {
  /** The project's folder. */
  readonly root: string;
  /** The configuration. */
  readonly config: Config;
  /** What the function is told. */
  readonly context: SecretsContext;
  /** Takes what the user should know of where secrets come from. */
  readonly onWarning: (message: string) => void;
}

/** The place that knows a deployment's secrets: all that its files hold, and all that it names. */
export function secretsOf(deployment: Deployment, options: SecretsOptions): ListingSource {
  const { root, config, context, onWarning } = options;
  const { secretsPath, destination, secretNames } = config;
  const { env, signal } = context;
  const files = secretsFromFiles({ root, secretsPath, destination, env, onWarning, signal });
  const provider = providerOf(deployment, context);
  return provider === undefined ? files : secretsWithProvider(files, secretNames, provider);
}

function providerOf(
  { spec, effects }: Deployment,
  context: SecretsContext,
): Provider | undefined {
  const { signal, destination } = context;
  const reference = secretsReference(spec, destination);
  const run = reference === undefined ? undefined : effects.secrets[reference.fetch];
  if (run === undefined) return undefined;
  return {
    name: ".secrets({ fetch })",
    fetch: (names) => untilAborted(signal, () => run(Object.freeze([...names]), context)),
    signal,
  };
}
