/**
 * A command on a story's fleet, from connecting to its report, as the command line runs it.
 *
 * @module
 */

import {
  type CommandOptions,
  planPrepared,
  type Result,
  runPrepared,
} from "../../sdk/commander.ts";
import { Hooks } from "../../sdk/commander/hooks.ts";
import { needsOf } from "../../sdk/commander/needs.ts";
import { Preparation } from "../../sdk/commander/preparation.ts";
import { select } from "../../sdk/commander/selection.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { Config } from "../../sdk/config/config.ts";
import type { Plan } from "../../sdk/plan/plan.ts";
import type { SecretSource } from "../../sdk/secrets/source.ts";
import type { Clock } from "../../sdk/exec/clock.ts";
import type { LockWait } from "../../sdk/operations/lock.ts";
import type { Client } from "./client.ts";

/** A command. */
export interface StoryCommand {
  /** The command. */
  readonly verb: Verb;
  /** Version that it is told; `undefined` for none. */
  readonly version: string | undefined;
  /** What is deployed. */
  readonly config: Config;
  /** Counts the changes of the configuration: certificates change with it. */
  readonly revision: number;
  /** Who runs it, and reaches the hosts. */
  readonly client: Client;
  /** The time. */
  readonly clock: Clock;
  /** How long it waits for the lock; absent for not at all. */
  readonly lockWait?: LockWait | undefined;
  /** Number of the run, by which runs are told apart. */
  readonly run: number;
}

/** Who holds the lock in a run. */
export function holderOf(run: number): string {
  return `run ${String(run).padStart(3, "0")}`;
}

/** Runs a command. */
export async function runCommand(
  command: StoryCommand,
  options: Pick<CommandOptions, "signal" | "approve"> = {},
): Promise<Result> {
  const all = optionsOf(command, options);
  return await runPrepared(preparationOf(command, all), command.verb, all);
}

/** Plans a command and does nothing of it. */
export async function planCommand(command: StoryCommand): Promise<Plan> {
  const all = optionsOf(command, {});
  return await planPrepared(preparationOf(command, all), command.verb, all);
}

function optionsOf(
  { client, clock, version, lockWait }: StoryCommand,
  more: CommandOptions,
): CommandOptions {
  const onEvent = client.hear.bind(client);
  return {
    ...more,
    transport: client,
    local: client,
    clock,
    onEvent,
    version,
    lockWait,
    root: ROOT,
  };
}

const ROOT = "/nowhere";

function preparationOf(command: StoryCommand, options: CommandOptions): Preparation {
  const { verb, version, config, run } = command;
  return new Preparation(verb, options, {
    root: ROOT,
    config,
    selection: select(config, verb, needsOf(verb), {}),
    version,
    run: {
      performer: "dev@example.com",
      holder: holderOf(run),
      at: "2026-01-02T03:04:05Z",
      suffix: String(run).padStart(16, "0"),
    },
    hooks: Hooks.none(ROOT),
    files: new Map(),
    source: secretsOf(command),
  });
}

function secretsOf({ client, revision }: StoryCommand): SecretSource {
  return {
    value: (name) => {
      const kind = PEM[name];
      if (kind === undefined) return Promise.resolve(client.learn(name));
      const lines = [`-----BEGIN ${kind}-----`, client.learn(`${name} ${revision}`)];
      return Promise.resolve([...lines, `-----END ${kind}-----`, ""].join("\n"));
    },
    places: () => Promise.resolve([]),
    hint: () => Promise.resolve(""),
  };
}

// Nobody here opens them; they must look as if somebody could.
const PEM: Readonly<Record<string, string>> = {
  CERTIFICATE: "CERTIFICATE",
  CERTIFICATE_KEY: "PRIVATE KEY",
};
