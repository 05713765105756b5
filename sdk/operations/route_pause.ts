/**
 * Letting a route's requests wait in kamal-proxy, and letting them go on.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";
import { PROXY } from "./proxy.ts";

/** Lets a route's new requests wait, once those under way have ended. */
export interface PauseRoute {
  /** Which operation. */
  readonly kind: "pause-route";
  /** Name of the proxy service. */
  readonly service: string;
  /** Seconds that requests wait at most, from the moment on when those before have ended. */
  readonly pause: number;
  /** Seconds that requests under way have to end. */
  readonly drainTimeout: number;
  /** File on the host that says who holds the requests, and until when. */
  readonly holdFile: string;
  /** Tells this run's pause from others. */
  readonly holder: string;
}

/** Lets a route's requests go on, if they still wait. */
export interface ResumeRoute {
  /** Which operation. */
  readonly kind: "resume-route";
  /** Name of the proxy service. */
  readonly service: string;
  /** File on the host that says who holds the requests. */
  readonly holdFile: string;
  /** Tells this run's pause from others; `undefined` for whoever holds them. */
  readonly holder: string | undefined;
}

/** How a route's requests are held. */
export const pauseRoute: Definition<PauseRoute> = {
  changes: true,
  describe: ({ service, pause }) => ({
    mark: "~",
    noun: "route",
    subject: service,
    detail: `requests wait, up to ${pause} s`,
  }),
  render: (operation) => text(pauseScript(operation)),
  inverse: ({ service, holdFile, holder }) => [{ kind: "resume-route", service, holdFile, holder }],
  explain: ({ service }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy did not pause ${service}: ${
      lastLines(stderr, 1)[0] ?? "it said nothing"
    }`,
  }),
};

/** How requests that wait go on. */
export const resumeRoute: Definition<ResumeRoute> = {
  changes: true,
  describe: ({ service }) => ({
    mark: "~",
    noun: "route",
    subject: service,
    detail: "requests go on",
  }),
  // Where the guard was first, another run may hold the route by now.
  render: ({ service, holdFile, holder }) => {
    const isOurs = `read -r sx_h sx_t 2>/dev/null <${quote(holdFile)} && [ "$sx_h" = ${
      quote(holder ?? "")
    } ] || exit 0`;
    return text([
      ...holder === undefined ? [] : [isOurs],
      `${resumeScript(service)} || exit 1`,
      `rm -f ${quote(holdFile)}`,
    ].join("\n"));
  },
};

// Seconds that kamal-proxy itself waits longer than the guard, so that it never answers 504 before the guard has acted.
const GUARD_SLACK = 15;

const STATE = "/home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state";

/**
 * A kamal-proxy v0.9.2 that was started anew while a route was paused does not resume it: it crashes, and knows it as
 * paused when it is back. So its state is mended, which it reads as it starts.
 */
function resumeScript(service: string): string {
  const lines = `sed 's/,*{"name":/\\n&/g' ${STATE}`;
  const own = `^,*{"name":"${service}",`;
  const state = (number: number): string => `"pause_controller":{"state":${number}`;
  const inProxy = (script: string): string =>
    `docker exec kamal-proxy sh -c ${quote(script)} 2>/dev/null`;
  const isPaused = `${lines} | grep '${own}' | grep -qF '${state(1)}'`;
  const mend = `${lines} | sed '/${own}/s/${state(1)}/${state(0)}/' | tr -d '\\n' >${STATE}.new`;
  const resume = `${PROXY} resume ${quote(service)} >/dev/null`;
  return `(${resume} 2>&1 && exit
sx_n=0; until ${inProxy("true")} || [ $sx_n -gt 40 ]; do sx_n=$((sx_n + 1)); sleep 0.5; done
if ${inProxy(isPaused)}
then ${inProxy(`${mend} && mv ${STATE}.new ${STATE}`)} && docker restart kamal-proxy >/dev/null
else ${resume}; fi)`;
}

/**
 * The guard lives in a session of its own, where neither the end of the script nor that of the client reaches it, and
 * ends within a second once nobody holds the route for this run any more.
 */
function pauseScript(operation: PauseRoute): string {
  const { service, pause, drainTimeout, holder } = operation;
  const file = quote(operation.holdFile);
  const guard = `while read -r h t <"$1" && [ "$h" = "$2" ]; do
if [ "$(date +%s)" -ge "$t" ]; then ${resumeScript(service)}; rm -f "$1"; exit; fi; sleep 1; done`;
  const flags = `--drain-timeout=${drainTimeout}s --max-pause=${
    drainTimeout + pause + GUARD_SLACK
  }s`;
  return `sx_hold() { echo ${
    quote(holder)
  } $(($(date +%s) + $1)) >${file}.new && mv -f ${file}.new ${file}; }
sx_hold ${drainTimeout + pause} || exit 1
$(command -v setsid || command -v nohup) sh -c ${quote(guard)} guard ${file} ${
    quote(holder)
  } </dev/null >/dev/null 2>&1 &
${PROXY} pause ${quote(service)} ${flags} >/dev/null || exit 1
sx_hold ${pause}`;
}
