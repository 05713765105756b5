/**
 * The failures Sextant expects. Anything else is a bug.
 *
 * @module
 */

/** Names a kind of failure; switch on this, never on the message. */
export type ErrorCode =
  | "USAGE"
  | "CONFIG_NOT_FOUND"
  | "CONFIG_INVALID"
  | "SECRET_MISSING"
  | "SECRET_UNFIT"
  | "VERSION_UNKNOWN"
  | "HOST_UNREACHABLE"
  | "HOST_KEY_UNKNOWN"
  | "HOST_KEY_CHANGED"
  | "LOGIN_REFUSED"
  | "CONNECTION_LOST"
  | "HOSTS_FAILED"
  | "DOCKER_MISSING"
  | "DOCKER_NOT_RUNNING"
  | "PROXY_TOO_OLD"
  | "PROXY_IN_USE"
  | "PORT_TAKEN"
  | "ROUTE_TAKEN"
  | "DISK_FULL"
  | "LOCK_HELD"
  | "LOCK_MISSING"
  | "BUILD_FAILED"
  | "IMAGE_MISSING"
  | "REGISTRY_REFUSED"
  | "COMMAND_FAILED"
  | "UNHEALTHY"
  | "CONTAINER_EXITED"
  | "HOOK_FAILED"
  | "RELEASE_FAILED"
  | "NOT_CONFIRMED"
  | "CANCELLED";

/** What every error may carry besides its message. */
export interface SextantErrorOptions extends ErrorOptions {
  /** The next thing to do, as a sentence or a command. */
  readonly hint?: string | undefined;
  /** Lines that explain the failure, such as a log's end; free of secrets. */
  readonly details?: readonly string[] | undefined;
}

/** An expected failure: says where, what and why, and what to do next. */
export class SextantError extends Error {
  /** The kind of failure. */
  readonly code: ErrorCode;
  /** The next thing to do. */
  readonly hint: string | undefined;
  /** Lines that explain the failure. */
  readonly details: readonly string[];

  /** Makes an error of the given kind. */
  constructor(code: ErrorCode, message: string, options: SextantErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

/** One thing that is wrong in a configuration. */
export interface ConfigProblem {
  /** Where, in the user's own spelling, such as `servers.web.hots`. */
  readonly path: string;
  /** What is wrong there. */
  readonly message: string;
  /** File and line, where known, such as `config/deploy.yml:14`. */
  readonly position?: string | undefined;
}

/** The configuration cannot be used; names every problem at once. */
export class ConfigError extends SextantError {
  /** All that is wrong. */
  readonly problems: readonly ConfigProblem[];

  /** Collects problems into one error. */
  constructor(problems: readonly ConfigProblem[], options: SextantErrorOptions = {}) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("CONFIG_INVALID", `the configuration has ${count}`, {
      details: problems.map(({ path, message, position }) =>
        [position, path, message].filter((part) => part).join("  ")
      ),
      ...options,
    });
    this.problems = problems;
  }
}

/** A failure that belongs to one host. */
export class HostError extends SextantError {
  /** The host, as the user wrote it. */
  readonly host: string;

  /** Makes an error about one host; the message should not repeat its name. */
  constructor(code: ErrorCode, host: string, message: string, options: SextantErrorOptions = {}) {
    super(code, `${host}: ${message}`, options);
    this.host = host;
  }
}

/** Several hosts failed; every one of them is named. */
export class HostsError extends SextantError {
  /** One error per failed host. */
  readonly errors: readonly HostError[];

  /** Collects the failures of several hosts. */
  constructor(errors: readonly HostError[], message?: string) {
    const codes = new Set(errors.map((error) => error.code));
    super(
      codes.size === 1 ? errors[0]!.code : "HOSTS_FAILED",
      message ?? `${errors.length} hosts failed: ${errors.map((error) => error.host).join(", ")}`,
      {
        details: errors.flatMap((error) => [error.message, ...error.details]),
        hint: errors.find((error) => error.hint)?.hint,
        cause: errors,
      },
    );
    this.errors = errors;
  }
}

/** Throws one error for all failed hosts: the error itself where there is one, a {@linkcode HostsError} for more. */
export function throwHostErrors(errors: readonly HostError[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new HostsError(errors);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
