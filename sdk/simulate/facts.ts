/**
 * What stands on a simulated host: containers, images, routes and files.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type App, CRASH_SECONDS } from "./app.ts";

/** A container; its status follows from the app in it and the time. */
export interface SimulatedContainer {
  /** Name. */
  name: string;
  /** Full id. */
  readonly id: string;
  /** Counts the containers of the host in the order of their creation. */
  readonly serial: number;
  /** Image as it was named at the start. */
  readonly image: string;
  /** Id of that image. */
  readonly imageId: string;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Docker network that it was run in. */
  readonly network: string;
  /** Docker networks that it joined later. */
  readonly joined: Set<string>;
  /** Container port such as `80/tcp` to host ports. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
  /** Names of the variables that its env file gave it. */
  readonly secrets: readonly string[];
  /** What the app in it does. */
  readonly app: App;
  /** Whether it was started, rather than only created, or stopped. */
  state: "created" | "started" | "stopped";
  /** Simulated second of its last start. */
  startedAt: number;
  /** Exit status of its last stop. */
  exitCode: number;
  /** The cord, without which it calls itself unhealthy; `undefined` for a container without one. */
  cord: "tied" | "cut" | undefined;
}

/** A tag of an image. */
export interface SimulatedImage {
  /** Id of the image. */
  readonly id: string;
  /** Digest in the registry; `undefined` for one that was never pushed or pulled. */
  readonly digest: string | undefined;
  /** Label `service`; `undefined` where nobody said, which passes for any. */
  readonly service: string | undefined;
}

/** A service in kamal-proxy. */
export interface SimulatedRoute {
  /** Name of the service. */
  readonly service: string;
  /** Public hosts; empty for all. */
  readonly hosts: readonly string[];
  /** Path prefixes; empty for all. */
  readonly pathPrefixes: readonly string[];
  /** Targets as `<short container id>:<port>`. */
  readonly targets: readonly string[];
  /** Whether kamal-proxy serves HTTPS for it. */
  readonly tls: boolean;
  /** Those of the targets that get nothing but reads. @default {[]} */
  readonly readers?: readonly string[];
  /** Further flags that it was told; hosts, path prefixes and HTTPS stand above. @default {[]} */
  readonly flags?: readonly string[];
  /** Whether it answers 503, for maintenance. @default {false} */
  readonly isStopped?: boolean;
  /** Whether it lets requests wait. @default {false} */
  readonly isPaused?: boolean;
  /** Who gets other containers; `undefined` for nobody. */
  readonly rollout?: SimulatedRollout | undefined;
}

/** A part of a route's visitors, and what they get. */
export interface SimulatedRollout {
  /** Targets as `<short container id>:<port>`. */
  readonly targets: readonly string[];
  /** How many of the cookie's values, in percent. */
  readonly percent: number;
  /** Values of the cookie that get them in any case. */
  readonly allow: readonly string[];
}

/** A file; of secrets only the names stand in it. */
export interface SimulatedFile {
  /** Content. */
  readonly text: string;
  /** Octal mode. */
  readonly mode: string;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
}

/** A file with a content. */
export function fileOf(text: string, mode = "644"): SimulatedFile {
  return { text, mode, sha256: sha256(text) };
}

/** SHA-256 in hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A route's path prefixes as kamal-proxy keeps them: `/` for all. */
export function prefixesOf({ pathPrefixes }: SimulatedRoute): readonly string[] {
  return pathPrefixes.length === 0 ? ["/"] : pathPrefixes;
}

/** Docker's status of a container at a time: `created`, `running`, `restarting` or `exited`. */
export function statusOf(container: SimulatedContainer, now: number): string {
  if (container.state !== "started") {
    return container.state === "created" ? "created" : "exited";
  }
  return hasCrashed(container, now) ? "restarting" : "running";
}

/** Whether a container runs and its app answers well. */
export function isHealthy(container: SimulatedContainer, now: number): boolean {
  return statusOf(container, now) === "running" && healthyIn(container, now) <= 0;
}

/** Docker's own health check at a time; `undefined` for an image without one. */
export function healthOf(container: SimulatedContainer, now: number): string | undefined {
  if (!container.app.healthcheck) return undefined;
  if (container.cord === "cut") return "unhealthy";
  if (isHealthy(container, now)) return "healthy";
  return gaveUpIn(container, now) <= 0 ? "unhealthy" : "starting";
}

/** Seconds until a container's app is healthy, if it stays up; `Infinity` for never. */
export function healthyIn({ startedAt, app }: SimulatedContainer, now: number): number {
  return startedAt + app.healthyAfter - now;
}

/** Seconds until Docker's own health check gives up on an app that never gets healthy. */
export function gaveUpIn({ startedAt, app }: SimulatedContainer, now: number): number {
  return app.healthyAfter === Infinity ? startedAt + GIVE_UP_SECONDS - now : Infinity;
}

/** Seconds until a container's app ends by itself; `Infinity` for one that stays up. */
export function crashesIn({ startedAt, app }: SimulatedContainer, now: number): number {
  return endsByItself(app) ? startedAt + CRASH_SECONDS - now : Infinity;
}

/** Whether a started container's app has ended by itself. */
export function hasCrashed(container: SimulatedContainer, now: number): boolean {
  return container.state === "started" && crashesIn(container, now) <= 0;
}

const GIVE_UP_SECONDS = 5;

function endsByItself({ exitsWith, outOfMemory }: App): boolean {
  return exitsWith !== undefined || outOfMemory;
}
