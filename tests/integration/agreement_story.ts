/**
 * Small stories that can be played on real hosts as well as on simulated ones.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { OperationKind } from "../../sdk/operations/operation.ts";
import type { Apps } from "../../sdk/simulate/app.ts";
import type { AppKind } from "../lab/lab.ts";
import { Random } from "../sim/random.ts";

/** A story. */
export interface AgreementStory {
  /** Its seed. */
  readonly seed: number;
  /** Whether Kamal was on the first host before. */
  readonly isAfterKamal: boolean;
  /** Whether the second host has jobs besides the web. */
  readonly hasJobs: boolean;
  /** Containers of the web on each host. */
  readonly replicas: number;
  /** Commands, one after the other. */
  readonly acts: readonly AgreementAct[];
}

/** A command, and what goes wrong meanwhile. */
export interface AgreementAct {
  /** The command. */
  readonly verb: Verb;
  /** Version that it is about; `undefined` for what serves. */
  readonly version: string | undefined;
  /** The step that fails; `undefined` where none does. */
  readonly fault: AgreementFault | undefined;
}

/** A step that fails. */
export interface AgreementFault {
  /** Number of the host. */
  readonly host: number;
  /** Kind of its only operation. */
  readonly kind: OperationKind;
  /** Whether it takes effect first. */
  readonly isLate: boolean;
}

/** What the versions do on real hosts. */
export const REAL_APPS: Readonly<Record<string, AppKind>> = {
  k1: "healthy",
  v1: "healthy",
  v2: "healthy",
  v3: "unhealthy",
  v4: "crashing",
};

/** What they do on simulated ones. */
export const SIMULATED_APPS: Apps = {
  v3: { healthyAfter: Infinity, answers: "503 " },
  v4: { healthyAfter: Infinity, exitsWith: 3 },
};

/** The story of a seed: a first deploy, and two commands that may go wrong. */
export function agreementStory(seed: number): AgreementStory {
  const random = new Random(seed);
  const first = { verb: DEPLOY, version: "v1", fault: undefined };
  return {
    seed,
    isAfterKamal: random.chance(0.4),
    hasJobs: random.chance(0.5),
    replicas: 1,
    acts: [first, actOf(random, ACTS, KINDS), actOf(random, ACTS, KINDS)],
  };
}

/** The story of a seed with two containers of the web on each host: two deploys, and four of all kinds of commands. */
export function replicaStory(seed: number): AgreementStory {
  const random = new Random(seed);
  return {
    seed,
    isAfterKamal: false,
    hasJobs: false,
    replicas: 2,
    acts: [
      { verb: DEPLOY, version: "v1", fault: undefined },
      { verb: DEPLOY, version: "v2", fault: undefined },
      ...Array.from({ length: 4 }, () => actOf(random, REPLICA_ACTS, REPLICA_KINDS)),
    ],
  };
}

const DEPLOY: Verb = { name: "deploy", skipPush: true };

/** Commands by how often stories have them. */
const ACTS: readonly (readonly [Verb, readonly (string | undefined)[]])[] = [
  [DEPLOY, ["v2", "v2", "v3", "v4"]],
  [DEPLOY, ["v2", "v3", "v4"]],
  [{ name: "redeploy", skipPush: true }, ["v2", "v4"]],
  [{ name: "rollback", to: "v1" }, [undefined]],
  [{ name: "app boot" }, [undefined]],
  [{ name: "app stop" }, [undefined]],
  [{ name: "app start" }, [undefined]],
  [{ name: "proxy reboot" }, [undefined]],
  [{ name: "prune" }, [undefined]],
];

/** Commands of stories with replicas. */
const REPLICA_ACTS: typeof ACTS = [
  [DEPLOY, ["v2", "v3", "v4"]],
  [{ name: "rollback" }, [undefined]],
  [{ name: "rollback", to: "v1" }, [undefined]],
  [{ name: "rollback", to: "v2" }, [undefined]],
  [{ name: "app scale", counts: { web: 1 } }, [undefined]],
  [{ name: "app scale", counts: { web: 3 } }, [undefined]],
  // What is run after it is run by the ledger.
  [{ name: "app remove-containers" }, [undefined]],
  [{ name: "app remove-containers" }, [undefined]],
  [{ name: "app maintenance" }, [undefined]],
  [{ name: "app live" }, [undefined]],
  [{ name: "env push" }, [undefined]],
  [{ name: "proxy reboot", rolling: true }, [undefined]],
  [{ name: "proxy stop" }, [undefined]],
  [{ name: "proxy start" }, [undefined]],
  [{ name: "canary start", percent: 50, skipPush: true }, ["v1", "v2"]],
  [{ name: "canary abort" }, [undefined]],
];

/** Operations that have a step of their own. */
const KINDS: readonly OperationKind[] = [
  "acquire-lock",
  "write-env",
  "rename-container",
  "run-container",
  "await-healthy",
  "route-traffic",
];

/** Those that have one where a role has several containers. */
const REPLICA_KINDS: readonly OperationKind[] = ["acquire-lock", "write-env", "route-traffic"];

function actOf(
  random: Random,
  acts: typeof ACTS,
  kinds: readonly OperationKind[],
): AgreementAct {
  const [verb, versions] = random.pick(acts);
  const fault = random.chance(0.5)
    ? { host: random.whole(0, 1), kind: random.pick(kinds), isLate: random.chance(0.5) }
    : undefined;
  return { verb, version: random.pick(versions), fault };
}
