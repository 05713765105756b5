/**
 * Causes in words: what was seen, and what to do next.
 *
 * @module
 */

import type { Cause, CauseOfAnswer, CauseOfSilence } from "./cause.ts";

/** What a cause is about. */
export interface CauseSubject {
  /** Role or accessory. */
  readonly role: string;
  /** Name of the container. */
  readonly name: string;
  /** Health path; `undefined` where none is asked. */
  readonly path: string | undefined;
}

/** A cause in words. */
export interface CauseText {
  /** What was seen; a sentence without its full stop. */
  readonly told: string;
  /** What to do next. */
  readonly hint: string;
}

/** Tells a cause in words. */
export function tellCause(cause: Cause, subject: CauseSubject): CauseText {
  const { role, name, path } = subject;
  switch (cause.kind) {
    case "image-has-no-command":
      return {
        told: "the image names no command",
        hint: `Give its Dockerfile a CMD, or give the role one: cmd: "…"`,
      };
    case "command-not-found":
      return {
        told: `${name} has no such command (exit status 127)`,
        hint:
          `Look at the cmd of ${role} and at the image's CMD: the program must be in the image and in its PATH.`,
      };
    case "command-not-executable":
      return {
        told: `${name} has a command that cannot be executed (exit status 126)`,
        hint: "The file is there and is no program: chmod +x it in the Dockerfile.",
      };
    case "port-taken":
      return {
        told: `port ${cause.port} of the host is used by ${cause.by}`,
        hint: `Stop ${cause.by}, or let ${role} publish another port.`,
      };
    case "exited":
      return { told: `${name} ${exitText(cause.exitCode)}`, hint: exitHint(cause.exitCode, role) };
    case "crash-loop":
      return {
        told: `${name} ${
          exitText(cause.exitCode)
        }, and again after each of ${cause.restarts} restarts`,
        hint: exitHint(cause.exitCode, role),
      };
    case "oom-killed":
      return {
        told: `${name} was killed for its memory`,
        hint: `Give ${role} more memory, or look for what takes it.`,
      };
    case "wrong-architecture":
      return {
        told: `the image is for ${cause.image}, and the host is ${cause.host}`,
        hint: `Build for the host: .builder({ arch: "${cause.host}" })`,
      };
    case "disk-full":
      return {
        told: `${name} ended while the host's disk is full, ${
          (cause.freeKiB / 1024).toFixed(1)
        } MiB are left`,
        hint:
          "Make room on the host: docker system df tells what takes it, sextant prune removes old versions.",
      };
    case "missing-env":
      return {
        told: `${name} lacks ${cause.names.join(", ")}, which the last version had`,
        hint: `Give it back with .env({ … }), or let the app do without.`,
      };
    case "docker-healthcheck-failing":
      return {
        told: `the image's own HEALTHCHECK fails with ${cause.exitCode}${saying(cause.output)}`,
        hint:
          "Run it by hand in the container, and see that its program is in the image and asks the right port.",
      };
    default:
      return tellHealth(cause, { role, path: path ?? "/", name });
  }
}

type HealthCause = CauseOfSilence | CauseOfAnswer;

function tellHealth(
  cause: HealthCause,
  { role, path, name }: { readonly role: string; readonly path: string; readonly name: string },
): CauseText {
  switch (cause.kind) {
    case "nothing-listens":
      return {
        told: `nothing listens in ${name}, port ${cause.port} is expected`,
        hint:
          `Let the app listen on 0.0.0.0:${cause.port}, or name its own port: .proxy({ appPort: … })`,
      };
    case "listens-elsewhere":
      return {
        told: `it listens on ${cause.addresses.join(", ")}, not on port ${cause.port}`,
        hint: `Name the app's own port: .proxy({ appPort: ${portOf(cause.addresses[0])} })`,
      };
    case "listens-on-loopback":
      return {
        told: `it listens on ${cause.addresses.join(", ")}, which nobody outside of it reaches`,
        hint: `Let the app listen on 0.0.0.0:${cause.port}.`,
      };
    case "health-slow":
      return {
        told: `${path} ${cause.answered ? "answered after" : "gave no answer within"} ${
          cause.seconds.toFixed(1)
        } s, a check may take ${cause.limit} s`,
        hint:
          `Let ${path} answer without asking others, or give it longer: .proxy({ healthcheck: { timeout: … } })`,
      };
    case "still-starting":
      return {
        told: `it was still starting after ${cause.timeout} s${
          cause.late ? ", and was healthy just after that" : ""
        }`,
        hint: `Give ${role} longer: .settings({ deployTimeout: … })`,
      };
    case "health-status":
      return {
        told: `${path} answered ${cause.status}`,
        hint: statusHint(cause.status, path),
      };
    case "health-redirect":
      return {
        told: `${path} answered ${cause.status}${
          cause.location === undefined ? "" : ` to ${cause.location}`
        }`,
        hint: cause.location?.startsWith("https:")
          ? `The app sends ${path} to HTTPS: let it answer 200 over plain HTTP, as kamal-proxy asks (Rails: config.ssl_options = { redirect: { exclude: … } }).`
          : `The app sends ${path} elsewhere. Let it answer 200 itself, or check another path: .proxy({ healthcheck: { path: "…" } })`,
      };
    case "host-rejected":
      return {
        told:
          `${path} answered ${cause.status}, and answers well where it is asked as ${cause.host}`,
        hint:
          `The app refuses other host names. Ask by that one: .proxy({ healthcheck: { host: "${cause.host}" } }), or let ${path} answer whatever its Host header says (Rails: config.host_authorization, Django: ALLOWED_HOSTS).`,
      };
    default:
      return cause satisfies never;
  }
}

function statusHint(status: number, path: string): string {
  if (status === 404) {
    return `The app has no ${path}. Name the path that says whether it is well: .proxy({ healthcheck: { path: "…" } })`;
  }
  if (status === 401 || status === 403) {
    return `${path} must answer 200 to anybody who asks, without a login.`;
  }
  return status >= 500
    ? `The app fails to answer ${path}; its log below may tell why.`
    : `${path} must answer 200. Name another path: .proxy({ healthcheck: { path: "…" } })`;
}

function portOf(address = ""): string {
  return address.slice(address.lastIndexOf(":") + 1);
}

function saying(output: readonly string[]): string {
  const last = output.at(-1);
  return last === undefined ? "" : `: ${last.trim()}`;
}

function exitText(exitCode: number | undefined): string {
  if (exitCode === undefined) return "ended";
  const signal = SIGNALS[exitCode];
  return signal === undefined ? `exited with ${exitCode}` : `was ended by ${signal}`;
}

function exitHint(exitCode: number | undefined, role: string): string {
  return exitCode === 0
    ? `It ended well, and ${role} should go on: let its command stay in the foreground.`
    : "The log's last lines tell what ended it; the container is stopped and kept for reading.";
}

// 128 and the number of a signal.
const SIGNALS: Readonly<Record<number, string>> = Object.freeze({
  132: "SIGILL: a program for another processor",
  134: "SIGABRT",
  135: "SIGBUS",
  137: "SIGKILL",
  139: "SIGSEGV",
  143: "SIGTERM",
});
