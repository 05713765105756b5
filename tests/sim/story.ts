/**
 * A story: a deployment, hosts as they stood before, and what was done to them while things went wrong. Plain data, so
 * that it can be printed, made smaller and kept.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { OperationKind } from "../../sdk/operations/operation.ts";
import type { AppBehaviour } from "../../sdk/simulate/app.ts";

/** A story; hosts are named by their number, from 0. */
export interface Story {
  /** Decides how quick each host is at each moment, and so who comes first. */
  readonly seed: number;
  /** What is deployed. */
  readonly deployment: StoryDeployment;
  /** The hosts before anything was done, in order. */
  readonly hosts: readonly StoryHost[];
  /** How versions behave: those that are not named are healthy. */
  readonly apps: readonly StoryApp[];
  /** What was done, one after the other. */
  readonly acts: readonly Act[];
}

/** What is deployed. */
export interface StoryDeployment {
  /** Its roles; the first is the primary one. */
  readonly roles: readonly StoryRole[];
  /** Accessories by name, each with its hosts. */
  readonly accessories: Readonly<Record<string, readonly number[]>>;
  /** Hosts of a boot group, or a share of all. */
  readonly limit?: number | string;
  /** Seconds between two boot groups. @default {0} */
  readonly wait?: number;
  /** What goes back where a group fails. @default {"rollback"} */
  readonly onFailure?: "rollback" | "rollback-group" | "halt";
  /** Destination. */
  readonly destination?: string;
  /** How many old containers are kept. @default {5} */
  readonly retain?: number;
  /** Whether a command runs before anything boots. @default {false} */
  readonly release?: boolean;
  /** Whether versions share assets. @default {false} */
  readonly assets?: boolean;
  /** Whether it has error pages of its own. @default {false} */
  readonly errorPages?: boolean;
  /** What is done with what left the configuration. @default {"report"} */
  readonly orphans?: "stop";
  /** Whether Traefik serves in the place of kamal-proxy. @default {false} */
  readonly traefik?: boolean;
}

/** A role. */
export interface StoryRole {
  /** Name. */
  readonly name: string;
  /** Its hosts. */
  readonly hosts: readonly number[];
  /** Whether it gets traffic from the proxy. */
  readonly proxied: boolean;
  /** Its containers on each host. @default {1} */
  readonly replicas?: number;
  /** Whether it serves HTTPS with a certificate from secrets. @default {false} */
  readonly certificate?: boolean;
  /** Whether all but the first of its containers get nothing but reads. @default {false} */
  readonly readers?: boolean;
}

/** A host before anything was done. */
export interface StoryHost {
  /** The Docker Engine. @default {"running"} */
  readonly docker?: "running" | "missing";
  /** Version that Kamal left on it; absent where Kamal never was. */
  readonly kamal?: string;
  /** Version that Kamal 1 left on it behind Traefik; absent where Kamal 1 never was. */
  readonly kamal1?: string;
  /** The proxy, which is Traefik where Kamal 1 was. @default {"running"} where Kamal or a stranger was, else none */
  readonly proxy?: "running" | "stopped" | "removed" | "old";
  /** What belongs to others. */
  readonly strangers?: readonly StrangerName[];
  /** What an earlier run left behind. */
  readonly leftovers?: readonly LeftoverName[];
}

/** What belongs to others on a host. */
export type StrangerName = "cron" | "blog" | "other destination";

/** What an earlier run left behind on a host. */
export type LeftoverName = "lock" | "created container" | "candidate" | "stale version" | "id file";

/** How a version behaves. */
export interface StoryApp {
  /** The version. */
  readonly version: string;
  /** What it does. */
  readonly behaviour: AppBehaviour;
  /** The host on which it does so; absent for all. */
  readonly host?: number;
}

/** A command. */
export interface Act {
  /** The command. */
  readonly verb: Verb;
  /** Version that it is about; absent for verbs that take what serves. */
  readonly version?: string;
  /** Counts the changes of the configuration: another number is another environment. @default {0} */
  readonly revision?: number;
  /** Roles that are not in the configuration by then; never the primary one. @default {[]} */
  readonly without?: readonly string[];
  /** What goes wrong meanwhile. */
  readonly faults: readonly StoryFault[];
  /** What somebody else wants at the same time. */
  readonly rival?: Rival;
}

/** A command that somebody else runs at the same time. */
export interface Rival {
  /** The command. */
  readonly verb: Verb;
  /** Version that it is about; absent for verbs that take what serves. */
  readonly version?: string;
  /** Seconds by which it begins later. */
  readonly after: number;
  /** Whether it waits for the lock. @default {false} */
  readonly waits?: boolean;
}

/** Something that goes wrong. */
export interface StoryFault {
  /** What. */
  readonly kind: FaultName;
  /** Where. */
  readonly host: number;
  /** As which operation on the host begins, by its number or the first of a kind; 0 for when the plan was just made. */
  readonly at: number | OperationKind;
}

/** What may go wrong. */
export type FaultName =
  | "fails"
  | "fails late"
  | "lost"
  | "away"
  | "dies"
  | "interrupt"
  | "client dies"
  | "container stops"
  | "lock taken"
  | "file changed"
  | "container removed";

/** Names of hosts, by their number. */
export function hostName(index: number): string {
  return `10.0.0.${index + 1}`;
}
