/**
 * What goes wrong in stories.
 *
 * @module
 */

import type { Operation } from "../../sdk/operations/operation.ts";
import { isCandidate } from "../../sdk/operations/proxy.ts";
import type { Fault } from "../../sdk/simulate/fault.ts";
import { containerOf } from "../../sdk/simulate/proxy.ts";
import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import { fullService } from "./deployment.ts";
import { isOurs } from "./furnish.ts";
import type { FaultName, StoryDeployment, StoryFault } from "./story.ts";

/** What may be done to a command under way. */
export interface CommandControl {
  /** Breaks it off. */
  readonly interrupt: () => void;
  /** Ends the one who runs it: nobody takes anything back. */
  readonly kill: () => void;
}

/** What a fault is done to. */
export interface FaultScene extends CommandControl {
  /** The host. */
  readonly host: SimulatedHost;
  /** What is deployed. */
  readonly deployment: StoryDeployment;
  /** Host that has the lock. */
  readonly lockHost: SimulatedHost;
}

/** What a fault is. */
export interface FaultTraits {
  /** How often stories have it. */
  readonly weight: number;
  /** What it says of a host, for people. */
  readonly text: string;
  /** Does it. */
  readonly strike: (scene: FaultScene) => Fault | undefined;
  /** Whether it changes what stands on the host, as somebody else would. */
  readonly isChange?: boolean;
  /** Whether the host may not have done what it was told, or done what nobody heard of. */
  readonly isLoss?: boolean;
}

// A command that fails may show what it was given.
const FAILED = { exitCode: 1, stdout: "", stderr: "it failed with value of DATABASE_URL\n" };

/** Every fault that stories have; a new one is a line. */
export const FAULTS: Readonly<Record<FaultName, FaultTraits>> = {
  "fails": {
    weight: 8,
    text: "fails",
    strike: () => ({ kind: "fail", outcome: FAILED }),
  },
  "fails late": {
    weight: 4,
    text: "takes effect and fails all the same",
    strike: () => ({ kind: "fail", outcome: FAILED, hasEffect: true }),
  },
  "interrupt": {
    weight: 6,
    text: "is under way as the command is interrupted",
    strike: ({ interrupt }) => (interrupt(), undefined),
  },
  "client dies": {
    weight: 2,
    text: "is under way as whoever runs the command is killed",
    strike: ({ kill }) => (kill(), undefined),
    isLoss: true,
  },
  "lost": {
    weight: 3,
    text: "begins as the connection is lost for good; the host goes on alone",
    strike: () => ({ kind: "lose" }),
    isLoss: true,
  },
  "away": {
    weight: 2,
    text: "begins as the connection is lost for 3 s",
    strike: ({ host }) => {
      void host.clock.sleep(3).then(() => host.unreachable = false);
      return { kind: "lose" };
    },
    isLoss: true,
  },
  "dies": {
    weight: 2,
    text: "is not done any more: the host goes down",
    strike: () => ({ kind: "die" }),
    isLoss: true,
  },
  "container stops": {
    weight: 3,
    text: "begins as somebody stops a container of the app",
    isChange: true,
    strike: ({ host, deployment }) => {
      const found = ours(host, deployment).find(({ state }) => state === "started");
      if (found !== undefined) {
        found.state = "stopped";
        found.exitCode = 137;
      }
      return undefined;
    },
  },
  "container removed": {
    weight: 1,
    text: "begins as somebody removes a stopped container of the app",
    isChange: true,
    strike: ({ host, deployment }) => {
      const awaited = [...host.routes.values()].filter(({ service }) => isCandidate(service))
        .flatMap(({ targets }) => targets.map((target) => containerOf(target, host)));
      const found = ours(host, deployment).find((container) =>
        container.state !== "started" && !awaited.includes(container)
      );
      if (found !== undefined) host.containers.delete(found.name);
      return undefined;
    },
  },
  "file changed": {
    weight: 1,
    text: "begins as somebody edits an env file",
    isChange: true,
    strike: ({ host, deployment }) => {
      host.write(`.kamal/apps/${fullService(deployment)}/env/roles/web.env`, "BY=hand\n");
      return undefined;
    },
  },
  "lock taken": {
    weight: 2,
    text: "begins as somebody takes the lock, if it is free",
    isChange: true,
    strike: ({ lockHost, deployment }) => {
      const service = fullService(deployment);
      if (lockHost.lock(service) === undefined) lockHost.holdLock(service, "Locked by: Rival at 1");
      return undefined;
    },
  },
};

/** The faults of an act that have not struck yet. */
export class PendingFaults {
  readonly #faults: readonly StoryFault[];
  readonly #struck = new Set<StoryFault>();
  readonly #counts = new Map<number, number>();

  /** Takes an act's faults. */
  constructor(faults: readonly StoryFault[]) {
    this.#faults = faults;
  }

  /** Faults that have struck. */
  get struck(): readonly StoryFault[] {
    return [...this.#struck];
  }

  /** Faults that strike as the plan was just made. */
  atPlan(): readonly StoryFault[] {
    return this.#take(({ at }) => at === 0);
  }

  /** Faults that strike as an operation begins on a host. */
  atOperation(host: number, operation: Operation): readonly StoryFault[] {
    if (operation.kind === "probe") return [];
    const count = (this.#counts.get(host) ?? 0) + 1;
    this.#counts.set(host, count);
    return this.#take((fault) =>
      fault.host === host && (fault.at === count || fault.at === operation.kind)
    );
  }

  #take(strikes: (fault: StoryFault) => boolean): readonly StoryFault[] {
    const due = this.#faults.filter((fault) => !this.#struck.has(fault) && strikes(fault));
    for (const fault of due) this.#struck.add(fault);
    return due;
  }
}

function ours(host: SimulatedHost, deployment: StoryDeployment) {
  return [...host.containers.values()].filter(({ labels }) => isOurs(labels, deployment));
}
