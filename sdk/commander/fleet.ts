/**
 * The open hosts of a run, and what they answered.
 *
 * @module
 */

import { type Config, type Host, hostOf, serviceWithDestination } from "../config/config.ts";
import { otherHost } from "../config/other_host.ts";
import { HostError, messageOf, throwHostErrors } from "../errors.ts";
import { type Clock, deadline, stopwatch } from "../exec/clock.ts";
import type { Event } from "../exec/event.ts";
import type { HostState } from "../observe/host_state.ts";
import { parseProbe } from "../observe/parse.ts";
import { probeScript } from "../observe/probe.ts";
import type { ProbeHost } from "../operations/state.ts";
import { serviceLabels } from "../plan/names.ts";
import type { Script, Session, StepResult, Transport } from "../transport/transport.ts";
import { targetOf } from "./transports.ts";

/** What opening hosts needs. */
export interface FleetOptions {
  /** How hosts are reached. */
  readonly transport: Transport;
  /** By what is told how long hosts took. */
  readonly clock: Clock;
  /** Takes events. */
  readonly emit: (event: Event) => void;
  /** Whether hosts tell all that they know of releases. @default {false} */
  readonly isDetailed?: boolean | undefined;
  /** Whether hosts tell the settings of running containers one by one. @default {false} */
  readonly isInspected?: boolean | undefined;
  /** Whether hosts pull images, and so must reach the registry. @default {false} */
  readonly pulls?: boolean | undefined;
  /** Stops connecting. */
  readonly signal?: AbortSignal | undefined;
}

/** Open hosts. */
export class Fleet {
  /** What each host answered, by name. */
  readonly states: ReadonlyMap<string, HostState>;
  /** Seconds until all had answered. */
  readonly connectSeconds: number;
  /** Seconds that the slowest host needed for its answer. */
  readonly probeSeconds: number;
  readonly #sessions: Map<string, Session>;
  readonly #config: Config;
  readonly #options: FleetOptions;

  private constructor(
    config: Config,
    opened: ReadonlyMap<string, OpenHost>,
    connectSeconds: number,
    options: FleetOptions,
  ) {
    this.#config = config;
    this.#options = options;
    this.#sessions = new Map([...opened].map(([host, { session }]) => [host, session]));
    this.states = new Map(
      [...opened].map(([host, { probe }]) => [host, parseProbe(host, probe.stdout)]),
    );
    this.probeSeconds = Math.max(0, ...[...opened.values()].map(({ probe }) => probe.seconds));
    this.connectSeconds = connectSeconds;
  }

  /** Sessions by host. */
  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  /**
   * Connects to hosts and probes them, all at once.
   *
   * @throws {HostError} One for all hosts that could not be reached; the others are closed again.
   */
  static async open(
    config: Config,
    hosts: readonly string[],
    options: FleetOptions,
  ): Promise<Fleet> {
    const seconds = stopwatch(options.clock);
    const script = probeOf(config, options);
    const errors: HostError[] = [];
    const opened = new Map<string, OpenHost>();
    await Promise.all(hosts.map(async (host) => {
      options.emit({ type: "connecting", host });
      try {
        opened.set(host, await openHost(config, hostOf(config, host), script, options));
        options.emit({ type: "connected", host, seconds: seconds() });
      } catch (error) {
        errors.push(toHostError(host, error));
      }
    }));
    if (errors.length > 0) {
      await Promise.all([...opened.values()].map(({ session }) => session.close()));
    }
    options.signal?.throwIfAborted();
    throwHostErrors(errors);
    // The order of hosts is the configuration's, not that of their answers.
    const ordered = new Map(hosts.map((host) => [host, opened.get(host)!]));
    return new Fleet(config, ordered, seconds(), options);
  }

  /**
   * Connects to hosts that left the configuration, as they are spelled in the ledger, and probes them. One that does not
   * answer soon is `undefined`: it may be gone for good.
   */
  async visit(hosts: readonly string[]): Promise<ReadonlyMap<string, HostState | undefined>> {
    const { signal, emit } = this.#options;
    const script = probeOf(this.#config);
    using soon = deadline(this.#options.clock, VISIT_SECONDS, signal);
    const options = { ...this.#options, pulls: false, signal: soon.signal };
    const states = await Promise.all(hosts.map(async (spelled) => {
      const host = otherHost(this.#config, spelled);
      emit({ type: "connecting", host: host.name });
      try {
        const { session, probe } = await openHost(this.#config, host, script, options);
        this.#sessions.set(host.name, session);
        return [host.name, parseProbe(host.name, probe.stdout)] as const;
      } catch (error) {
        signal?.throwIfAborted();
        const message = `left the configuration and cannot be asked: ${messageOf(error)}`;
        emit({ type: "notice", host: host.name, message });
        return [host.name, undefined] as const;
      }
    }));
    return new Map(states);
  }

  /** Asks hosts again, all unless some are named; those that do not answer are left out. */
  async probe(
    hosts: readonly string[] = [...this.sessions.keys()],
  ): Promise<ReadonlyMap<string, HostState>> {
    const script = probeOf(this.#config);
    const open = [...this.sessions].filter(([host]) => hosts.includes(host));
    const entries = await Promise.all(open.map(async ([host, session]) => {
      try {
        const [probe] = await session.run(script);
        return probe?.exitCode === 0 ? [[host, parseProbe(host, probe.stdout)] as const] : [];
      } catch {
        return [];
      }
    }));
    return new Map(entries.flat());
  }

  /** Exchanges with each host so far. */
  exchanges(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.sessions].map(([host, session]) => [host, session.exchanges]),
    );
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.close()));
  }
}

interface OpenHost {
  readonly session: Session;
  readonly probe: StepResult;
}

// Seconds that a host has to answer which nobody needs any more.
const VISIT_SECONDS = 10;

async function openHost(
  config: Config,
  host: Host,
  script: Script,
  { transport, signal, pulls }: FleetOptions,
): Promise<OpenHost> {
  const { session, first } = await transport.connect(targetOf(config, host, pulls), {
    signal,
    first: script,
  });
  const probe = first[0] ?? (await session.run(script))[0]!;
  if (probe.exitCode === 0) return { session, probe };
  await session.close();
  throw new HostError(
    "COMMAND_FAILED",
    host.name,
    `the probe failed: ${probe.stderr.trim() || `exit status ${probe.exitCode}`}`,
    {
      hint: "The login needs a POSIX shell with the usual tools (sh, sed, awk, sha256sum).",
    },
  );
}

function toHostError(host: string, error: unknown): HostError {
  if (error instanceof HostError) return error;
  return new HostError("HOST_UNREACHABLE", host, messageOf(error), { cause: error });
}

function probeOf(
  config: Config,
  { isDetailed, isInspected }: Pick<FleetOptions, "isDetailed" | "isInspected"> = {},
): Script {
  const operation: ProbeHost = {
    kind: "probe",
    service: serviceWithDestination(config),
    labels: serviceLabels(config),
    ...isDetailed === true ? { isDetailed } : {},
    ...isInspected === true ? { isInspected } : {},
  };
  return { steps: [{ shell: probeScript(operation), operations: [operation] }] };
}
