/**
 * Why a container did not become ready: one cause of a closed union, the most specific that the facts show.
 *
 * @module
 */

import type { Diagnosis, HealthAnswer } from "./diagnosis.ts";

/** Why a container could not be run, did not stay up, or did not become healthy. */
export type Cause =
  | CauseOfStart
  | CauseOfEnd
  | CauseOfSilence
  | CauseOfAnswer
  | CauseOfHealthcheck;

/** Why a container could not even begin. */
export type CauseOfStart =
  | {
    /** The image names no command, and neither does the deployment. */
    readonly kind: "image-has-no-command";
  }
  | {
    /** The command is not in the image. */
    readonly kind: "command-not-found";
  }
  | {
    /** The command is in the image, and is no program. */
    readonly kind: "command-not-executable";
  }
  | {
    /** A port that it publishes is used by something else. */
    readonly kind: "port-taken";
    /** The port on the host. */
    readonly port: number;
    /** What uses it, such as `container web` or `process nginx`. */
    readonly by: string;
  };

/** Why a container ended. */
export type CauseOfEnd =
  | {
    /** It ended by itself. */
    readonly kind: "exited";
    /** Exit status; `undefined` where Docker did not say. */
    readonly exitCode: number | undefined;
  }
  | {
    /** It ends again and again. */
    readonly kind: "crash-loop";
    /** Exit status; `undefined` where Docker did not say. */
    readonly exitCode: number | undefined;
    /** How often Docker started it again. */
    readonly restarts: number;
  }
  | {
    /** The kernel killed it for its memory. */
    readonly kind: "oom-killed";
  }
  | {
    /** The image is for other machines. */
    readonly kind: "wrong-architecture";
    /** The image's, as Docker names it. */
    readonly image: string;
    /** The host's. */
    readonly host: string;
  }
  | {
    /** It ended, and the host's disk is full. */
    readonly kind: "disk-full";
    /** What is left, in KiB. */
    readonly freeKiB: number;
  }
  | {
    /** It ended or fails, and lacks variables that the last version had. */
    readonly kind: "missing-env";
    /** Their names. */
    readonly names: readonly string[];
  };

/** Why the health path gets no answer. */
export type CauseOfSilence =
  | {
    /** Nothing listens at all. */
    readonly kind: "nothing-listens";
    /** Port where it should. */
    readonly port: number;
  }
  | {
    /** It listens, on other ports. */
    readonly kind: "listens-elsewhere";
    /** Port where it should. */
    readonly port: number;
    /** Where it does, such as `0.0.0.0:8080`. */
    readonly addresses: readonly string[];
  }
  | {
    /** It listens on the right port, where only the container itself reaches it. */
    readonly kind: "listens-on-loopback";
    /** The port. */
    readonly port: number;
    /** Where it listens, such as `127.0.0.1:3000`. */
    readonly addresses: readonly string[];
  }
  | {
    /** The answer takes longer than a check may. */
    readonly kind: "health-slow";
    /** Seconds that it took, or that were waited. */
    readonly seconds: number;
    /** Whether it came in the end. */
    readonly answered: boolean;
    /** Seconds that a check may take. */
    readonly limit: number;
  }
  | {
    /** It was not ready in time, and goes on starting. */
    readonly kind: "still-starting";
    /** Seconds that it had. */
    readonly timeout: number;
    /** Whether it was healthy just after that. */
    readonly late: boolean;
  };

/** Why the health path's answer is no good. */
export type CauseOfAnswer =
  | {
    /** A status that is no 2xx. */
    readonly kind: "health-status";
    /** HTTP status. */
    readonly status: number;
  }
  | {
    /** A redirect. */
    readonly kind: "health-redirect";
    /** HTTP status. */
    readonly status: number;
    /** Where to; `undefined` where it does not say. */
    readonly location: string | undefined;
  }
  | {
    /** The app answers its public name well and refuses others. */
    readonly kind: "host-rejected";
    /** HTTP status for the others. */
    readonly status: number;
    /** The public name. */
    readonly host: string;
  };

/** Why Docker does not call a container healthy. */
export type CauseOfHealthcheck = {
  /** The image's own health check fails. */
  readonly kind: "docker-healthcheck-failing";
  /** Exit status of the last check. */
  readonly exitCode: number;
  /** What it said. */
  readonly output: readonly string[];
};

/** What was expected of a container. */
export interface Expected {
  /** Seconds that it had. */
  readonly timeout: number;
  /** What kamal-proxy asks for; `undefined` for a container without traffic. */
  readonly health:
    | { readonly port: number; readonly checkTimeout: number; readonly host: string | undefined }
    | undefined;
}

/** The most specific cause that the facts show; `undefined` where they show none. */
export function causeOf(found: Diagnosis, expected: Expected): Cause | undefined {
  if (found.ended === "exited") return causeOfEnd(found);
  if (expected.health === undefined) return causeByHealthcheck(found, expected.timeout);
  return causeByPorts(found, expected.health) ??
    causeByAnswer(found, expected.health, expected.timeout);
}

/** Why `docker run` failed; `undefined` where nothing certain shows. */
export function causeOfRun(
  { exitCode, hasCommand, taken }: {
    readonly exitCode: number;
    readonly hasCommand: boolean;
    readonly taken: { readonly port: number; readonly by: string } | undefined;
  },
): Cause | undefined {
  // Docker's own exit statuses: 125 is its own, 126 and 127 are the container's command.
  if (exitCode === 127) return { kind: "command-not-found" };
  if (exitCode === 126) return { kind: "command-not-executable" };
  if (!hasCommand) return { kind: "image-has-no-command" };
  return taken === undefined ? undefined : { kind: "port-taken", ...taken };
}

// KiB; with less, nothing can be written to any purpose.
const FULL_BELOW = 1024;

// A container that ended once may have been started again while it was looked into.
const RESTARTS_OF_LOOP = 2;

// Machines whose programs others run as they are.
const RUNS_ALSO: Readonly<Record<string, string>> = Object.freeze({ amd64: "386", arm64: "arm" });

function causeOfEnd(found: Diagnosis): Cause {
  const { exitCode, restarts, architecture, freeKiB, missingEnv } = found;
  if (found.outOfMemory) return { kind: "oom-killed" };
  if (architecture !== undefined && !canRun(architecture)) {
    return { kind: "wrong-architecture", image: architecture.image, host: architecture.host };
  }
  if (freeKiB !== undefined && freeKiB < FULL_BELOW) return { kind: "disk-full", freeKiB };
  if (exitCode === 127) return { kind: "command-not-found" };
  if (exitCode === 126) return { kind: "command-not-executable" };
  if (exitCode !== 0 && missingEnv.length > 0) return { kind: "missing-env", names: missingEnv };
  return restarts >= RESTARTS_OF_LOOP
    ? { kind: "crash-loop", exitCode, restarts }
    : { kind: "exited", exitCode };
}

function canRun({ image, host, emulates }: NonNullable<Diagnosis["architecture"]>): boolean {
  return image === host || emulates || RUNS_ALSO[host] === image;
}

function causeByHealthcheck(
  { healthcheck }: Diagnosis,
  timeout: number,
): Cause | undefined {
  if (healthcheck === undefined) return undefined;
  const { status, exitCode, output } = healthcheck;
  if (status === "unhealthy") return { kind: "docker-healthcheck-failing", exitCode, output };
  return { kind: "still-starting", timeout, late: status === "healthy" };
}

function causeByPorts(
  { listens, missingEnv }: Diagnosis,
  { port }: NonNullable<Expected["health"]>,
): Cause | undefined {
  if (listens === undefined) return undefined;
  const here = listens.filter((address) => address.endsWith(`:${port}`));
  if (here.length > 0) {
    return here.every(isLoopback)
      ? { kind: "listens-on-loopback", port, addresses: here }
      : undefined;
  }
  if (listens.length > 0) return { kind: "listens-elsewhere", port, addresses: listens };
  if (missingEnv.length > 0) return { kind: "missing-env", names: missingEnv };
  return { kind: "nothing-listens", port };
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address.startsWith("[::1]");
}

function causeByAnswer(
  { answer, answerByHost, missingEnv }: Diagnosis,
  { port, checkTimeout: limit, host }: NonNullable<Expected["health"]>,
  timeout: number,
): Cause | undefined {
  if (answer === undefined) return undefined;
  const { status, seconds, location, problem } = answer;
  if (status === undefined) {
    if (problem === "timeout") return { kind: "health-slow", seconds, answered: false, limit };
    return problem === "refused" ? { kind: "nothing-listens", port } : undefined;
  }
  if (seconds > limit) return { kind: "health-slow", seconds, answered: true, limit };
  if (isGood(answer)) return { kind: "still-starting", timeout, late: true };
  if (status >= 300 && status < 400) return { kind: "health-redirect", status, location };
  if (host !== undefined && isGood(answerByHost)) return { kind: "host-rejected", status, host };
  if (status >= 500 && missingEnv.length > 0) return { kind: "missing-env", names: missingEnv };
  return { kind: "health-status", status };
}

function isGood(answer: HealthAnswer | undefined): boolean {
  const status = answer?.status ?? 0;
  return status >= 200 && status < 300;
}
