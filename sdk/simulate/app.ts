/**
 * How an app behaves once its container runs.
 *
 * @module
 */

/** What a version of an app does, in a word or in detail. */
export type AppBehaviour = "healthy" | "slow" | "unhealthy" | "crashing" | AppFacts;

/** What a version of an app does. */
export interface AppFacts {
  /** Seconds from its start until it is healthy; `Infinity` for never. @default {0.2} */
  readonly healthyAfter?: number;
  /** What its health path answers until then, as status and location. @default {"500 "} */
  readonly answers?: string;
  /** Exit status with which it ends soon after its start; absent for an app that stays up. */
  readonly exitsWith?: number;
  /** Whether the kernel killed it for its memory. @default {false} */
  readonly outOfMemory?: boolean;
  /** Whether its image has a health check of Docker's own. @default {false} */
  readonly healthcheck?: boolean;
  /** KiB that its image takes unpacked, as one layer. @default {102400} */
  readonly imageKiB?: number;
  /** Seconds that it takes to end once it is told to; `Infinity` for one that ignores it. @default {0} */
  readonly endsWithin?: number;
  /** What it logs as it starts. @default {["listening"]} */
  readonly log?: readonly string[];
}

/** What a version of an app does, every default filled. */
export interface App extends Required<Omit<AppFacts, "exitsWith">> {
  /** Exit status with which it ends soon after its start; absent for an app that stays up. */
  readonly exitsWith?: number;
}

/** Behaviours by version: the image's tag, or the whole name of the image. */
export type Apps = Readonly<Record<string, AppBehaviour>>;

/** Seconds after which an app that does not stay up has ended. */
export const CRASH_SECONDS = 0.3;

const PRESETS: Readonly<Record<Extract<AppBehaviour, string>, AppFacts>> = {
  healthy: {},
  slow: { healthyAfter: 20, healthcheck: true, log: ["starting, this takes a while"] },
  unhealthy: { healthyAfter: Infinity, healthcheck: true, log: ["listening", "GET /up 500"] },
  crashing: { healthyAfter: Infinity, exitsWith: 1, log: ["cannot start: no database"] },
};

/** A behaviour with every default filled. */
export function appOf(behaviour: AppBehaviour): App {
  return {
    healthyAfter: 0.2,
    answers: "500 ",
    outOfMemory: false,
    healthcheck: false,
    imageKiB: 100 * 1024,
    endsWithin: 0,
    log: ["listening"],
    ...typeof behaviour === "string" ? PRESETS[behaviour] : behaviour,
  };
}

/** The tag of an image. */
export function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  return name.includes(":") ? name.slice(name.indexOf(":") + 1) : "latest";
}
