import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Operation, OperationKind } from "../../sdk/operations/operation.ts";
import type { Script, Session } from "../../sdk/transport/transport.ts";
import type { Deployment } from "../plan/deployment.ts";
import { answering, HOSTS, serving } from "./fleets.ts";

const [FIRST = ""] = HOSTS;

Deno.test("execute() says that a script was killed, and what did not come to its end", async () => {
  const deployment = await serving();
  killAt(deployment, "await-healthy");
  const { report } = await deployment.deploy("v2");
  assertEquals([report.outcome, report.lock], ["failed", "released"]);
  assertEquals(report.failures.map(({ host, code }) => [host, code]), [[FIRST, "COMMAND_FAILED"]]);
  const { message, hint } = report.failures[0]!;
  assertStringIncludes(message, 'killed before "web shop-web-v2" had come to its end');
  assertStringIncludes(hint!, "dmesg");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

/** Makes scripts of the first host end where an operation of a kind begins. */
function killAt({ fleet }: Deployment, kind: OperationKind): void {
  const connect = fleet.connect.bind(fleet);
  fleet.connect = async (target, options) => {
    const connection = await connect(target, options);
    if (target.name !== FIRST) return connection;
    return { ...connection, session: mortal(connection.session, kind) };
  };
}

function mortal(session: Session, kind: OperationKind): Session {
  return {
    target: session.target,
    get exchanges() {
      return session.exchanges;
    },
    interact: (shell) => session.interact(shell),
    close: () => session.close(),
    run: async (script, options) => {
      const end = endOf(script, kind);
      if (end < 0) return await session.run(script, options);
      const lived = await session.run({ ...script, steps: script.steps.slice(0, end) }, options);
      options?.onBegin?.(end);
      return [...lived, ...script.steps.slice(end).map(() => NEVER_ENDED)];
    },
  };
}

function endOf({ steps }: Script, kind: OperationKind): number {
  return steps.findIndex(({ operations }) =>
    (operations as readonly Operation[]).some((operation) => operation.kind === kind)
  );
}

const NEVER_ENDED = { exitCode: undefined, stdout: "", stderr: "", seconds: 0 };
