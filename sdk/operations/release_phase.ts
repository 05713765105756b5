/**
 * The release phase: a command in the new image, run once before anything boots.
 *
 * @module
 */

import { quote, raw, run, text, toShell, type Word } from "../command.ts";
import { type RunContainer, runWords } from "./container.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Runs a command in a container that goes when it ends, however it ends. */
export interface RunRelease {
  /** Which operation. */
  readonly kind: "run-release";
  /** Name of the container. */
  readonly name: string;
  /** Service, with its destination: what an earlier run left of it goes first. */
  readonly service: string;
  /** The container of the app whose image, environment and options it has. */
  readonly like: Pick<
    RunContainer,
    | "image"
    | "network"
    | "env"
    | "envFile"
    | "envScript"
    | "logDriver"
    | "logOptions"
    | "volumes"
    | "options"
  >;
  /** Command line, as the host's shell reads it. */
  readonly cmd: string;
  /** Seconds until it has failed. */
  readonly timeout: number;
}

/** Label of a container of a release phase, with its service. */
export const RELEASE_LABEL = "sextant.release";

/** Exit status of a release phase that was over time. */
export const TIMED_OUT_STATUS = 124;

/** How a release phase is run. */
export const runRelease: Definition<RunRelease> = {
  changes: true,
  describe: ({ cmd, timeout }) => ({
    noun: "release",
    subject: cmd,
    detail: `once, in the new image, within ${timeout} s`,
  }),
  render: renderRelease,
  // A client that was ended leaves its container running.
  inverse: ({ name }) => [{ kind: "remove-container", name, role: "release" }],
  explain: ({ cmd, timeout }, { exitCode, stdout, stderr }) => ({
    code: "RELEASE_FAILED",
    message: exitCode === TIMED_OUT_STATUS
      ? `the release phase, ${cmd}, did not end within ${timeout} s`
      : `the release phase, ${cmd}, ended with ${exitCode}`,
    details: lastLines(`${stdout}\n${stderr}`, 40),
    hint: exitCode === TIMED_OUT_STATUS
      ? "Give it more time: .release({ cmd: …, timeout: … }). What it did until then is not taken back."
      : "Nothing was booted, the old version serves. What the command did itself is not taken back.",
  }),
};

/**
 * The clock and the command run beside each other, and the first to end ends the other. The container is removed rather
 * than its client ended: the Engine goes on without a client.
 */
function renderRelease(operation: RunRelease): ReturnType<typeof text> {
  const { name, service, like, timeout, cmd } = operation;
  const words: Word[] = [
    ...["docker", "run", "--rm", "--name", name, "--network", like.network],
    // The image's own label would make it one of the app's containers.
    ...["--label", "service", "--label", `${RELEASE_LABEL}=${service}`],
    ...runWords(like),
    like.image,
    raw(cmd),
  ];
  const plain = (command: Parameters<typeof toShell>[0]): string =>
    toShell(command, () => {
      throw new RangeError("A release phase holds no secrets");
    });
  const remove = `docker rm -f ${quote(name)} >/dev/null 2>&1`;
  const left = quote(`label=${RELEASE_LABEL}=${service}`);
  const script = like.envScript === undefined ? run("true") : run(".", `./${like.envScript}`);
  return text(
    `for sx_c in $(docker ps -aq --filter ${left}); do docker rm -f "$sx_c" >/dev/null; done
${plain(script)} || exit 1
sx_began=$(date +%s)
(trap 'kill $sx_s 2>/dev/null; exit' TERM; sleep ${timeout} & sx_s=$!; wait $sx_s; ${remove}) >/dev/null 2>&1 & sx_w=$!
trap '${remove}; exit 143' TERM
${plain(run(...words))} & wait $!; sx_code=$?
kill $sx_w 2>/dev/null; wait $sx_w 2>/dev/null
[ $sx_code = 0 ] || [ $(($(date +%s) - sx_began)) -lt ${timeout} ] || sx_code=${TIMED_OUT_STATUS}
exit $sx_code`,
  );
}
