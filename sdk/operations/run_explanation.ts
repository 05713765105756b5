/**
 * Why a container could not be run: what its host tells after `docker run` has failed, read into a cause.
 *
 * @module
 */

import { quote } from "../command.ts";
import { causeOfRun } from "./cause.ts";
import { tellCause } from "./cause_text.ts";
import type { RunContainer } from "./container.ts";
import { type Explanation, lastLines, type Outcome } from "./definition.ts";

/** What of a run is looked into. */
export type FailedRun = Pick<RunContainer, "name" | "role" | "image" | "publish" | "cmd">;

/**
 * Shell text for after a `docker run` that failed.
 * Kinds of lines: `command`, how many words entrypoint and command have; `taken`, a port and what uses it.
 */
export function lookAtRun({ image, publish }: FailedRun): string {
  const ports = publish.map(hostPort).filter((port) => port !== undefined);
  const looks = [
    `docker image inspect -f 'command {{len .Config.Entrypoint}} {{len .Config.Cmd}}' ${
      quote(image)
    } 2>/dev/null`,
    ...ports.flatMap((port) => [
      `docker ps --filter publish=${port} --format 'taken ${port} container {{.Names}}'`,
      `ss -Hltnp 'sport = :${port}' 2>/dev/null | sed -n 's/.*users:(("\\([^"]*\\)".*/taken ${port} process \\1/p'`,
    ]),
  ];
  return looks.join("\n");
}

/** Reads what a run that failed has found out. */
export function explainRun(
  operation: FailedRun,
  { exitCode, stdout, stderr }: Outcome,
): Explanation {
  const { name, role, cmd } = operation;
  const cause = causeOfRun({
    exitCode,
    hasCommand: cmd !== undefined || !/^command 0 0$/m.test(stdout),
    taken: takenPort(stdout),
  });
  const text = cause && tellCause(cause, { role, name, path: undefined });
  const said = lastLines(stderr, 3)[0] ?? "docker run said nothing";
  return {
    code: "COMMAND_FAILED",
    message: `${name} could not be run: ${text?.told ?? said}`,
    details: lastLines(stderr, 5),
    hint: text?.hint,
    cause,
  };
}

function takenPort(stdout: string): { readonly port: number; readonly by: string } | undefined {
  const [, port, kind, by] = /^taken (\d+) (container|process) (\S+)/m.exec(stdout) ?? [];
  // Docker publishes by a process of its own; the container's name says more.
  if (port === undefined || by === "docker-proxy") return undefined;
  return { port: Number(port), by: `${kind} ${by}` };
}

/** The host's port of what `docker run --publish` takes, such as `127.0.0.1:5432:5432/tcp`; none where Docker chooses it. */
function hostPort(publish: string): number | undefined {
  const port = publish.split(":").at(-2);
  return port !== undefined && /^\d+$/.test(port) ? Number(port) : undefined;
}
