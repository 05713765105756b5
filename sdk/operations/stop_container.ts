/**
 * Stopping containers, and telling of those that are slow to end.
 *
 * @module
 */

import { any, quiet, quote, run, text } from "../command.ts";
import { type Definition, shownContainer, type Warning } from "./definition.ts";

/** Stops a container and keeps it. */
export interface StopContainer {
  /** Which operation. */
  readonly kind: "stop-container";
  /** Name of the container. */
  readonly name: string;
  /** Role or accessory that it belongs to. */
  readonly role: string;
  /** Seconds between TERM and KILL; `undefined` for Docker's own 10. */
  readonly timeout: number | undefined;
  /** Why, for the plan. */
  readonly because: string | undefined;
  /** Label `service` that it must carry, where the name alone may be somebody else's. */
  readonly service?: string | undefined;
  /** Id of a container that goes on even if it has the name. */
  readonly spares?: string | undefined;
  /** File on the host with its id, which goes as well. */
  readonly idFile?: string | undefined;
}

/** How containers are stopped. */
export const stopContainer: Definition<StopContainer> = {
  changes: true,
  describe: ({ name, role, because }) => ({
    mark: "-",
    noun: role,
    subject: shownContainer(name),
    detail: because,
  }),
  // A container that is not there is as good as stopped: undo must hold for half-done steps.
  render: ({ name, timeout, service, spares, idFile }) => {
    const wait = timeout === undefined ? [] : ["-t", String(timeout)];
    if (service !== undefined) {
      // Also one that is about to start: its client may have been ended first, and to stop it waits for its start.
      const named = `docker ps -aq --filter ${quote(`name=^${name}$`)} --filter ${
        quote(`label=service=${service}`)
      }`;
      const found = spares === undefined
        ? named
        : `${named} --no-trunc | grep -v ${quote(`^${spares}`)}`;
      return text(
        `${
          idFile === undefined ? "" : `rm -f ${quote(idFile)}; `
        }for sx_c in $(${found}); do docker stop ${
          [...wait, '"$sx_c"'].join(" ")
        } >/dev/null; done`,
      );
    }
    return any(
      quiet(run("docker", "stop", ...wait, name)),
      text(`! docker container inspect ${quote(name)} >/dev/null 2>&1`),
    );
  },
  inverse: ({ name, role }) => [{ kind: "start-container", name, role }],
  lookAtSlow: (operation) => ({
    from: slowFrom(operation),
    shell: `docker inspect -f "slow $sx_s {{.State.ExitCode}}" ${
      quote(operation.name)
    } 2>/dev/null`,
  }),
  warn: (operation, { stdout }) => {
    const [, seconds, exitCode] = SLOW_REGEXP.exec(stdout) ?? [];
    if (seconds === undefined) return undefined;
    return warningOf(operation, Number(seconds), Number(exitCode) === KILLED_STATUS);
  },
};

/** Docker's own seconds between TERM and KILL. */
export const DOCKER_STOP_TIMEOUT = 10;

/** Exit status of a container that was killed. */
export const KILLED_STATUS = 137;

// Seconds from which a stop is worth a word, whether or not it ended in a kill.
const SLOW_SECONDS = 5;

const SLOW_REGEXP = /^slow (\d+) (\d+)$/m;

/** Seconds from which a stop is looked at: once it may have ended in a kill, or is slow as such. */
export function slowFrom(
  { timeout = DOCKER_STOP_TIMEOUT }: Pick<StopContainer, "timeout">,
): number {
  // Without any time to end, a kill is what was asked for.
  return timeout === 0 ? SLOW_SECONDS : Math.min(timeout, SLOW_SECONDS);
}

function warningOf(
  { name, timeout = DOCKER_STOP_TIMEOUT }: StopContainer,
  seconds: number,
  isKilled: boolean,
): Warning | undefined {
  if (isKilled && timeout > 0) {
    return {
      message: `${
        shownContainer(name)
      } was killed, ${seconds} s after TERM: it did not end by itself`,
      hint:
        "Let the app end on TERM: trap it, and start the app by exec, so that the signal reaches it. Or give it longer: stopTimeout, or drainTimeout where the role has no proxy.",
    };
  }
  if (seconds < SLOW_SECONDS) return undefined;
  return {
    message: `${shownContainer(name)} took ${seconds} s to stop`,
    hint:
      `It has ${timeout} s until it is killed: stopTimeout, or drainTimeout where the role has no proxy.`,
  };
}
