/**
 * A command with its hosts: opened, with the secrets at hand, from before its plan to after its run.
 *
 * @module
 */

import type { CommandOptions, Result } from "../commander.ts";
import { type Clock, MACHINE_CLOCK } from "../exec/clock.ts";
import type { Effects } from "../exec/effects.ts";
import { execute, type Execution } from "../exec/execute.ts";
import type { Report } from "../exec/report.ts";
import type { HostState } from "../observe/host_state.ts";
import { envDigest } from "../observe/inspect.ts";
import { parseProbe } from "../observe/parse.ts";
import { SALT_SECRET } from "../operations/file.ts";
import { checkHosts, checkLock } from "../plan/checks.ts";
import { runningVersions } from "../plan/current.ts";
import { formerHosts, withoutTwins } from "../plan/former_hosts.ts";
import type { PlanInput } from "../plan/input.ts";
import { HERE, type Plan, secretsNeededBy } from "../plan/plan.ts";
import { SecretValues } from "../secrets/secret_values.ts";
import { resolveSecrets } from "../secrets/source.ts";
import type { Session, Transport } from "../transport/transport.ts";
import { type Facts, notice } from "./facts.ts";
import { Fleet } from "./fleet.ts";
import type { HookFacts } from "./hooks.ts";
import { type Needs, needsOf } from "./needs.ts";
import { randomHex } from "./run_facts.ts";
import { localTransport, sshTransport } from "./transports.ts";
import { certificateWarnings, refuseUnfitSecrets } from "./unfit_secrets.ts";
import type { Verb } from "./verb.ts";

/** What a command works with. */
export class Preparation {
  readonly #verb: Verb;
  readonly #needs: Needs;
  readonly #options: CommandOptions;
  readonly #facts: Facts;
  readonly #clock: Clock;
  #secrets = new SecretValues(new Map());
  readonly #warned = new Set<string>();
  #salt = "";
  #digests: ReadonlyMap<string, string> | undefined;
  #transport: Transport | undefined;
  #fleet: Fleet | undefined;
  #here: Session | undefined;
  #states: ReadonlyMap<string, HostState> = new Map();
  #formerStates: PlanInput["formerStates"];

  /** Takes what was gathered for a command. */
  constructor(verb: Verb, options: CommandOptions, facts: Facts) {
    this.#verb = verb;
    this.#needs = needsOf(verb);
    this.#options = options;
    this.#facts = facts;
    this.#clock = options.clock ?? MACHINE_CLOCK;
  }

  /** Opens the hosts while secrets are resolved; a missing secret closes them again. */
  async connect(): Promise<void> {
    // Whatever the hook makes, such as an env file, is there when secrets are read.
    await this.#runEarly("pre-init");
    const secrets = this.#resolveSecrets();
    if (this.#facts.hooks.names().has("pre-connect")) {
      // The hook is given the secrets, so here they come first.
      this.#secrets = await secrets;
      await this.#runEarly("pre-connect");
    }
    const [resolved, opened] = await Promise.allSettled([secrets, this.#openFleet(secrets)]);
    if (opened.status === "fulfilled") this.#fleet = opened.value;
    const failed = [resolved, opened].find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) {
      await this.close();
      throw failed.reason;
    }
    this.#secrets = await secrets;
    this.#takeStates(this.#fleet!.states);
    await this.#visitFormerHosts();
  }

  /** Asks hosts that left the configuration, unless only some hosts or roles are meant. */
  async #visitFormerHosts(): Promise<void> {
    const { hosts, roles, primary } = this.#options;
    const isNarrow = hosts !== undefined || roles !== undefined || primary === true;
    if (this.#needs.orphans !== true || isNarrow) return;
    const former = formerHosts(this.#facts.config, this.#states);
    if (former.length === 0) return;
    this.#formerStates = withoutTwins(await this.#fleet!.visit(former), this.#states);
  }

  async #runEarly(name: "pre-init" | "pre-connect"): Promise<void> {
    if (!this.#facts.hooks.names().has(name)) return;
    const { signal = new AbortController().signal } = this.#options;
    const isQuiet = this.#facts.config.quietHooks.includes(name);
    const log = (message: string): void => isQuiet ? undefined : notice(this.#options, message);
    const call = { name, hosts: this.#facts.selection.hosts, log, signal };
    await this.#facts.hooks.run({ ...call, runtime: undefined }, this.#hookFacts(undefined));
  }

  /** Opens the hosts anew, so that the logins get what was changed for them. */
  async reconnect(): Promise<void> {
    await this.#fleet?.close();
    this.#fleet = await this.#openFleet(this.#secrets);
    this.#takeStates(this.#fleet.states);
    await this.#visitFormerHosts();
  }

  /**
   * Checks what must be true of the hosts.
   *
   * @throws {SextantError} If anything is not.
   */
  check({ lock }: { readonly lock: boolean }): void {
    const input = this.input();
    const { docker, room = false } = this.#needs;
    if (docker !== "no") {
      checkHosts(input, {
        proxy: docker !== "yes",
        fromTraefik: docker === "from Traefik",
        ofAnyAge: docker === "proxy of any age",
        room,
      });
    }
    const waiting = lock && this.#needs.lock ? checkLock(input) : undefined;
    if (waiting !== undefined) notice(this.#options, waiting);
  }

  /** What plans are made from. */
  input(): PlanInput {
    const { hosts, roles, lockHost } = this.#facts.selection;
    const config = this.#facts.config;
    const running = Object.values(runningVersions({ config, states: this.#states }))[0];
    return {
      config,
      version: this.#facts.version ?? running ?? "latest",
      hosts,
      roles,
      lockHost,
      lockWait: this.#options.lockWait,
      states: this.#states,
      formerStates: this.#formerStates,
      secretDigests: this.#digests,
      ...this.#needs.inspect === true ? { envDigests: this.#envDigests() } : {},
      hooks: this.#facts.hooks.names(),
      run: this.#facts.run,
    };
  }

  /** Digests of all secrets as the variables that they become. */
  #envDigests(): ReadonlyMap<string, string> {
    const { roles, accessories } = this.#facts.config;
    const env = [
      ...roles.flatMap((role) => Object.values(role.env)),
      ...accessories.map((accessory) => accessory.env),
    ];
    const pairs = env.flatMap(({ secret }) => Object.entries(secret));
    return new Map(pairs.map(([name, key]) => [
      `${name}=${key}`,
      envDigest(this.#salt, name, this.#secrets.value(key)),
    ]));
  }

  /**
   * Resolves the secrets that a plan turns out to need; gives whether any were resolved, and a plan must be made anew.
   *
   * @throws {SextantError} `SECRET_MISSING`.
   */
  async resolveFor(plan: Plan): Promise<boolean> {
    const known = new Set(this.#secrets.names);
    const needed = secretsNeededBy(plan);
    if (needed.every((name) => known.has(name))) return false;
    this.#secrets = await this.#secretsNamed([...new Set([...known, ...needed])]);
    this.#digests = this.#secrets.digest(this.#salt);
    return true;
  }

  /** Runs a plan on the open hosts. */
  async execute(plan: Plan): Promise<Execution> {
    const { onEvent, signal } = this.#options;
    this.#here ??= await this.#openHere();
    const sessions = new Map([...this.#fleet!.sessions, [HERE, this.#here]]);
    const emit = (event: Parameters<NonNullable<typeof onEvent>>[0]): void => onEvent?.(event);
    return await execute(plan, { sessions, effects: this.#effects(plan), emit, signal });
  }

  /** Takes new answers of hosts that have moved, and asks the others: something may have been done there already. */
  async update(moved: ReadonlyMap<string, string>): Promise<void> {
    const others = [...this.#states.keys()].filter((host) => !moved.has(host));
    const asked = await this.#fleet!.probe(others);
    this.#states = new Map([...this.#states].map(([host, state]) => {
      const answer = moved.get(host);
      const now = answer === undefined ? asked.get(host) : parseProbe(host, answer);
      return [host, now === undefined ? state : this.#withSalt(now)];
    }));
  }

  /** Asks all hosts again. */
  async probe(): Promise<ReadonlyMap<string, HostState>> {
    return await this.#fleet!.probe();
  }

  /** The result of the command. */
  result(
    plan: Plan,
    report: Report | undefined,
    now: Pick<Result, "serving" | "silent">,
  ): Result {
    const { connectSeconds, probeSeconds } = this.#fleet!;
    return {
      plan,
      report,
      ...now,
      connectSeconds,
      probeSeconds,
      exchanges: this.#fleet!.exchanges(),
    };
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await Promise.all([this.#fleet?.close(), this.#here?.close()]);
  }

  async #openFleet(secrets: SecretValues | Promise<SecretValues>): Promise<Fleet> {
    const { hosts, lockHost } = this.#facts.selection;
    const all = this.#needs.lock ? [...new Set([lockHost, ...hosts])] : hosts;
    const { onEvent, signal } = this.#options;
    return await Fleet.open(this.#facts.config, all, {
      transport: this.#transport ??= await this.#makeTransport(secrets),
      signal,
      clock: this.#clock,
      isDetailed: this.#needs.details,
      isInspected: this.#needs.inspect,
      pulls: this.#needs.pulls,
      emit: (event) => onEvent?.(event),
    });
  }

  async #makeTransport(secrets: SecretValues | Promise<SecretValues>): Promise<Transport> {
    const { transport, onEvent } = this.#options;
    if (transport !== undefined) return transport;
    // Hosts are opened beside the secrets, unless one of these is a key to log in with.
    const keys = this.#facts.config.ssh.keyData.length > 0 ? await secrets : this.#secrets;
    return await sshTransport(this.#facts.config, keys, (event) => onEvent?.(event));
  }

  async #openHere(): Promise<Session> {
    const transport = this.#options.local ?? await localTransport(this.#facts.root);
    const target = { name: HERE, address: "localhost", port: 0, user: "" };
    return (await transport.connect(target, { signal: this.#options.signal })).session;
  }

  async #resolveSecrets(): Promise<SecretValues> {
    const { secrets } = this.#needs;
    const areWanted = secrets === "later" ? this.#facts.hooks.wantSecrets : secrets;
    const { secretNames, ssh } = this.#facts.config;
    // The keys to log in with are needed whatever is done.
    return await this.#secretsNamed(areWanted ? secretNames : ssh.keyData);
  }

  async #secretsNamed(names: readonly string[]): Promise<SecretValues> {
    const values = new SecretValues(await resolveSecrets(this.#facts.source, names));
    const { config, run } = this.#facts;
    refuseUnfitSecrets(config, values);
    for (const warning of certificateWarnings(config, values, new Date(run.at))) {
      // Secrets are resolved again where a plan turns out to need more.
      if (!this.#warned.has(warning)) notice(this.#options, warning);
      this.#warned.add(warning);
    }
    return values;
  }

  /** Keeps the hosts' answers, and makes sure that all digests rest on one salt. */
  #takeStates(states: ReadonlyMap<string, HostState>): void {
    const salts = [states.get(this.#facts.selection.lockHost), ...states.values()].map((state) =>
      state?.salt
    );
    this.#salt = salts.find((salt) => salt !== undefined) ?? randomHex(16);
    this.#states = new Map([...states].map(([host, state]) => [host, this.#withSalt(state)]));
    this.#digests = this.#needs.secrets === true ? this.#secrets.digest(this.#salt) : undefined;
  }

  /** A host with another salt counts as one without. */
  #withSalt(state: HostState): HostState {
    return { ...state, salt: state.salt === this.#salt ? state.salt : undefined };
  }

  #effects(plan: Plan): Effects {
    return {
      clock: this.#clock,
      hook: (call) => this.#facts.hooks.run(call, this.#hookFacts(plan)),
      secret: (name) => name === SALT_SECRET ? this.#salt : this.#secrets.value(name),
      file: (path) => this.#facts.files.get(path) ?? "",
      redact: (text) => this.#secrets.redact(text),
    };
  }

  #hookFacts(plan: Plan | undefined): HookFacts {
    return {
      config: this.#facts.config,
      verb: this.#verb.name,
      version: plan?.version ?? this.#facts.version ?? "",
      roles: this.#options.roles === undefined ? undefined : this.#facts.selection.roles,
      run: this.#facts.run,
      plan,
      takesLock: this.#needs.lock,
      secrets: this.#secrets,
    };
  }
}
