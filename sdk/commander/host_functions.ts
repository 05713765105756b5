/**
 * Asks the functions that give hosts.
 *
 * @module
 */

import { hostsFunctionsOf, withHosts } from "../config/computed_hosts.ts";
import type { HostInput } from "../config/host.ts";
import type { HostsContext, HostsFunction } from "../config/hosts_function.ts";
import { frozenCopy } from "../config/plain_data.ts";
import { got } from "../config/problems.ts";
import type { DeploySpec } from "../config/spec.ts";
import { ConfigError, type ConfigProblem, messageOf } from "../errors.ts";
import type { Deployment } from "../commander.ts";
import { untilAborted } from "./until_aborted.ts";

/**
 * Gives the spec with the hosts that its functions gave: each is asked once, all at the same time.
 *
 * @throws {ConfigError} If any fails or gives no list; names all of them. Or the signal's reason.
 */
export async function askForHosts(
  { spec, effects }: Deployment,
  context: HostsContext,
): Promise<DeploySpec> {
  const places = [...hostsFunctionsOf(spec, context.destination)];
  if (places.length === 0) return spec;
  const problems: ConfigProblem[] = [];
  const causes: unknown[] = [];
  const hosts = await Promise.all(places.map(async ([id, path]) => {
    try {
      return [id, await ask(effects.hosts[id], Object.freeze({ ...context }))] as const;
    } catch (error) {
      context.signal.throwIfAborted();
      problems.push({ path, message: messageOf(error) });
      causes.push(error instanceof Error ? error.cause : undefined);
      return [id, []] as const;
    }
  }));
  if (problems.length === 0) return withHosts(spec, new Map(hosts));
  throw new ConfigError(problems, {
    hint: "Mend the function; sextant config shows the hosts that it gives.",
    cause: causes.find((cause) => cause !== undefined),
  });
}

async function ask(
  hostsFunction: HostsFunction | undefined,
  context: HostsContext,
): Promise<readonly HostInput[]> {
  if (hostsFunction === undefined) throw new Error("names a function that is not there");
  const given = await untilAborted<unknown>(context.signal, () => hostsFunction(context)).catch(
    (error) => {
      throw new Error(`its function failed: ${messageOf(error)}`, { cause: error });
    },
  );
  if (Array.isArray(given)) return frozenCopy(given);
  throw new Error(`its function should give a list of hosts${got(given, [])}`);
}
